#!/bin/sh
# Formats what git tracks; `--check` only says what would change.
set -eu
cd "$(dirname "$0")/.."
mode="-i"
[ "${1:-}" = --check ] && mode="--dry-run --Werror"
# shellcheck disable=SC2086
git ls-files '*.cc' '*.h' | xargs -r clang-format $mode
