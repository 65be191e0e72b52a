#!/bin/sh
# Starts the host: run.sh --sdk-version X.Y.Z [--versions-dir DIR]
#
# exec, so that the process that Seep watches is Node itself. The protocol moves to descriptor 3 and
# standard output becomes standard error, so that not even native code can write into the protocol.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
versions=$here/versions
previous=
for argument in "$@"; do
  [ "$previous" = --versions-dir ] && versions=$argument
  case $argument in --versions-dir=*) versions=${argument#--versions-dir=} ;; esac
  previous=$argument
done
node=${SEEP_NODE:-}
if [ -z "$node" ]; then
  if ! node=$(cat "$versions/.node-binary" 2>/dev/null); then
    echo "node-breez: nothing is installed in $versions; run: $here/install.sh 0.19.2" >&2
    exit 78
  fi
fi
exec "$node" --expose-gc "$here/host.cjs" --protocol-fd 3 "$@" 3>&1 1>&2
