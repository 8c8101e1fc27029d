# What the scripts share: the packages of each task, steps with their wall time, and the build. Sourced, not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

packages_build() {
    # Hyperscan, not its fork: Vectorscan 5.4.9 misses matches and aborts on processors with AVX-512 (its issue 304).
    echo g++ cmake ninja-build pkg-config python3 ccache mold libssl-dev libc-ares-dev libsimdjson-dev libfmt-dev \
        libcli11-dev libexpected-dev libtomlplusplus-dev zlib1g-dev libxxhash-dev libbrotli-dev libzstd-dev libsqlite3-dev libpq-dev libhyperscan-dev doctest-dev
}
packages_test() {
    packages_build
    # A Node.js from elsewhere serves as well, and Debian's would fight with it.
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
    command -v curl >/dev/null || echo curl
}
packages_bench() {
    packages_build
    echo libbenchmark-dev nginx-light haproxy util-linux
}

# step NAME COMMAND…: runs it and says how long it took.
step() {
    local name=$1 began=$EPOCHREALTIME
    shift
    echo "$name …" >&2
    "$@" || { echo "$name failed" >&2; return 1; }
    local took_us=$((${EPOCHREALTIME/./} - ${began/./}))
    printf '%s: %d.%d s\n' "$name" $((took_us / 1000000)) $((took_us % 1000000 / 100000)) >&2
}

is_installed() {
    case $1 in
        nginx-light) command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] ;;   # any flavour will do
        *) [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == "install ok installed" ]] ;;
    esac
}

# Installs what is missing, and touches nothing when nothing is.
ensure_packages() {
    command -v dpkg-query >/dev/null || { echo "not a Debian system; these must be there: $*" >&2; return 0; }
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [[ ${#missing[@]} -eq 0 ]] && return 0
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || { echo "as root: apt-get install ${missing[*]}" >&2; return 1; }
        as_root=(sudo)
    fi
    echo "installing ${missing[*]}" >&2
    "${as_root[@]}" apt-get -qq update
    # Standard output belongs to the caller's own result.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

# configure PRESET: once; afterwards ninja itself notices a changed CMakeLists.txt.
configure() {
    [[ -f build/$1/build.ninja ]] || cmake --preset "$1" >&2
}

# build PRESET [TARGET…]
build() {
    local preset=$1
    shift
    cmake --build --preset "$preset" ${1:+--target "$@"} >&2
}
