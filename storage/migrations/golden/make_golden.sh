#!/bin/sh
# Makes the golden database of one schema version from a checkout that had it:
#
#   storage/migrations/golden/make_golden.sh 3 1a5ed44
#
# Builds write_golden.cc within that checkout (in a worktree that is removed
# again), lets it write, and leaves v3.db.zst here. The same checkout and the
# same SQLite give the same bytes. The commits that were used:
#   1 89cd85e   2 8c74f17   3 1a5ed44   4 d9c788f
set -eu
version=$1
commit=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'git -C "$here" worktree remove --force "$work/tree" 2>/dev/null; rm -rf "$work"' EXIT
git -C "$here" worktree add --detach "$work/tree" "$commit" >&2
mkdir -p "$work/tree/storage/migrations/golden"
cp "$here/golden_content.h" "$here/write_golden.cc" "$work/tree/storage/migrations/golden/"
defines=""
[ "$version" -lt 2 ] || defines="SEEP_GOLDEN_ARTEFACTS"
cat >> "$work/tree/storage/CMakeLists.txt" <<CMAKE
add_executable(write_golden migrations/golden/write_golden.cc)
target_compile_definitions(write_golden PRIVATE $defines)
target_link_libraries(write_golden PRIVATE seep::storage seep::common_event_loop seep::common_checksum)
CMAKE
cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0 > "$work/cmake.log" || { cat "$work/cmake.log" >&2; exit 1; }
ninja -C "$work/build" -j2 write_golden >&2
mkdir "$work/data"
"$(find "$work/build" -name write_golden -type f)" "$work/data" >&2
python3 - "$work/data/seep.db" "$version" <<'PYTHON'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute("PRAGMA user_version").fetchone()[0] == int(sys.argv[2]), "another schema version than asked for"
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.execute("PRAGMA journal_mode=DELETE")
db.close()
PYTHON
zstd -19 -q -f -o "$here/v$version.db.zst" "$work/data/seep.db"
ls -l "$here/v$version.db.zst"
