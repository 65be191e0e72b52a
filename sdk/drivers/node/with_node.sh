#!/bin/sh
# Runs a command with SEEP_NODE set to the Node that node-breez's install.sh chose, else to PATH's: with_node.sh COMMAND...
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
[ -n "${SEEP_NODE:-}" ] || SEEP_NODE=$(cat "$here/../node-breez/versions/.node-binary" 2>/dev/null || command -v node)
if [ -z "$SEEP_NODE" ]; then
  echo "no Node: run tools/setup.sh" >&2
  exit 1
fi
export SEEP_NODE
exec "$@"
