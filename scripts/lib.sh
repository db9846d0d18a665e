# Shared by the scripts of this folder; sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages="gcc cmake ninja-build pkg-config python3 unixodbc unixodbc-dev libcurl4-openssl-dev
    libcjson-dev libyaml-dev libsqlite3-dev libgsl-dev libssl-dev zlib1g-dev libcmocka-dev
    libzstd-dev liblz4-dev libsnappy-dev"
run_packages="openjdk-17-jre-headless python3-pip curl ca-certificates procps"
test_packages="git python3-venv python3-yaml clang clang-format clang-tidy libsqliteodbc sqlite3
    libdbd-odbc-perl tcl8.6-tdbc-odbc odbc-postgresql
    libxml2-utils krb5-kdc krb5-admin-server krb5-user valgrind openjdk-17-jdk-headless maven"
# Ubuntu's chromium is a snap, which does not run everywhere: there the browser test waits for one that is installed.
if grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
    test_packages="$test_packages chromium"
fi

say() { printf '\n== %s\n' "$*"; }
fail() { printf '\n!! %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "need root to run: $* (run as root, or install sudo)"
    fi
}

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'; }

has_javac() { command -v javac >/dev/null && javac -version 2>&1 | grep -Eq 'javac (17|21)'; }

has_java() { command -v java >/dev/null && java -version 2>&1 | grep -Eq 'version "(17|21)'; }

# need_packages PACKAGE...: install what is missing of them.
need_packages() {
    command -v apt-get >/dev/null ||
        fail "this script knows Debian and Ubuntu only; install by hand what stands in scripts/lib.sh"
    local missing=()
    for package in "$@"; do
        [ "$package" = openjdk-17-jre-headless ] && has_java && continue
        [ "$package" = openjdk-17-jdk-headless ] && has_javac && continue
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && { echo "all packages are there"; return; }
    echo "installing: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >"$root/.cache/apt.log" 2>&1 ||
        { tail -20 "$root/.cache/apt.log" >&2; fail "apt-get could not install: ${missing[*]}"; }
}

# build PRESET: configure and build.
build() {
    cmake -S "$root" -B "$root/build/$1" --preset "$1" >"$root/.cache/configure-$1.log" 2>&1 ||
        { tail -30 "$root/.cache/configure-$1.log" >&2; fail "cmake could not configure '$1'"; }
    cmake --build "$root/build/$1" >"$root/.cache/build-$1.log" 2>&1 ||
        { grep -E 'error|FAILED|warning' "$root/.cache/build-$1.log" | head -40 >&2; fail "the build of '$1' failed: .cache/build-$1.log"; }
    echo "built build/$1"
}

mkdir -p "$root/.cache"
cd "$root" || exit 1
