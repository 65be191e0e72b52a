#!/bin/sh
# Fills a store of ten million samples over a hundred runs, once, and asks the
# coordinator about it: tools/scale_queries.sh BUILD_DIR [STORE_DIR]
set -eu
build=$1
store=${2:-$build/scale-store}
if [ ! -e "$store/filled" ]; then
  rm -rf "$store"
  echo "scale: filling $store (some minutes, about 300 MB)"
  "$build/bin/seep-query-scale" fill "$store"
  touch "$store/filled"
fi
"$build/bin/seep-query-scale" ask "$store"
