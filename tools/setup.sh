#!/bin/sh
# Installs what building and testing Seep needs and this machine lacks: Debian 12 packages, and the
# Breez SDK from npm. Safe to run again; says what it does; changes nothing that is there already.
#
#   tools/setup.sh [packages|breez]...      default: both
set -eu
cd "$(dirname "$0")/.."

PACKAGES="
  build-essential cmake ninja-build ccache mold pkg-config libre2-dev git ca-certificates
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler libabsl-dev
  libsqlite3-dev sqlite3 libspdlog-dev libfmt-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev
  libsimdjson-dev libzstd-dev libeigen3-dev libssl-dev openssl
  libgtest-dev libgmock-dev libbenchmark-dev python3 python3-numpy python3-scipy procps
  golang-go rustc redis-tools"
# golang-go and rustc, 0.75 GB of disk: the driver kits of these languages (sdk/drivers). redis-tools, 6 MB: a service that nobody here
# wrote, soaked by tests/integration/services_test.py. It holds the server's binary too; the package redis-server would only add a
# daemon that starts by itself.

# The versions of the Breez SDK that the examples and the tests soak: one that leaks, one that is mended.
BREEZ_VERSIONS="0.15.1 0.19.2"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else
    echo "setup: need root to run: $*" >&2
    echo "setup: run that as root (or install sudo), then try again" >&2
    exit 1
  fi
}

install_packages() {
  missing=""
  for package in $PACKAGES "$@"; do
    case "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" in
      installed) ;;
      *) missing="$missing $package" ;;
    esac
  done
  if [ -z "$missing" ]; then
    echo "setup: all Debian packages are installed"
    return
  fi
  echo "setup: installing:$missing"
  # shellcheck disable=SC2086
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; then
    echo "setup: the package lists may be old: updating them"
    as_root apt-get update -q
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
  fi
}

packages() {
  # A Node from elsewhere brings its own npm, with which Debian's package conflicts.
  if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
    install_packages
  else
    install_packages nodejs npm
  fi
}

breez() {
  # shellcheck disable=SC2086
  sdk/drivers/node-breez/install.sh $BREEZ_VERSIONS
}

[ $# -gt 0 ] || set -- packages breez
for step in "$@"; do
  case "$step" in
    packages|breez) "$step" ;;
    *) echo "setup: unknown step '$step'; there are: packages, breez" >&2; exit 2 ;;
  esac
done
