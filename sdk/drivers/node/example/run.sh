#!/bin/sh
# Starts the example. exec, so that the process that Seep watches is Node itself. The protocol moves to descriptor 3 and
# standard output becomes standard error, so that not even native code can write into the protocol.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
exec "${SEEP_NODE:-node}" --expose-gc "$here/wallet_host.cjs" "$@" 3>&1 1>&2
