#!/bin/sh
# Runs the kit's tests, all of this folder's.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
cd "$here" || exit 1
# shellcheck disable=SC2016
exec ./with_node.sh sh -c 'exec "$SEEP_NODE" --expose-gc --test --test-reporter=spec *.test.cjs'
