#!/bin/sh
# Runs every benchmark of a build, one after the other: two at once would measure each other.
#   tools/bench.sh [BUILD_DIRECTORY]
set -eu
cd "$(dirname "$0")/.."
build="${1:-build/release}"
found=0
for bench in "$build"/bin/*_bench; do
  [ -x "$bench" ] || continue
  found=1
  echo "== $(basename "$bench")"
  "$bench"
done
[ "$found" = 1 ] || { echo "bench: no benchmark in $build/bin; run 'make build' first" >&2; exit 1; }
