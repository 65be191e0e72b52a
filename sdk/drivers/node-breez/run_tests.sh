#!/bin/sh
# Runs tests of this folder on the Node of the installed SDKs: run_tests.sh framing real_sdk ...
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
cd "$here" || exit 1
if ! node=$(cat versions/.node-binary 2>/dev/null); then
  echo "nothing is installed in $here/versions; run: tools/setup.sh breez" >&2
  exit 1
fi
files=
for name in "$@"; do
  [ -e "$name.test.cjs" ] || { echo "no test $name.test.cjs in $here" >&2; exit 2; }
  files="$files $name.test.cjs"
done
# shellcheck disable=SC2086
exec "$node" --expose-gc --test --test-reporter=spec $files
