# Installs the Debian packages it is given, those that are missing, and says so. Sourced.

need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    local sudo=
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    if [ -n "$sudo" ] && ! command -v sudo >/dev/null; then
        echo "missing packages: ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
        return 1
    fi
    echo "installing ${missing[*]}" >&2
    # A policy that keeps the packages' own servers from starting: we start ours where we need them.
    local policy=/usr/sbin/policy-rc.d made=
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null && $sudo chmod 755 $policy && made=1
    fi
    local log status=0
    log=$(mktemp)
    { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || status=$?
    [ -n "$made" ] && $sudo rm -f $policy
    [ $status -eq 0 ] || { tail -n 20 "$log" >&2; echo "apt-get failed: is this Debian 12 with its package archive reachable?" >&2; }
    rm -f "$log"
    return $status
}

build_packages=(g++ cmake ninja-build make pkg-config nginx nginx-dev libhiredis-dev libluajit2-5.1-dev
    libsimdjson-dev libpugixml-dev libicu-dev libcli11-dev libxxhash-dev zlib1g-dev libdeflate-dev libpcre2-dev libssl-dev)
run_packages=(redis-server python3 curl)
test_packages=(ccache openssl rapidjson-dev libboost-test-dev libboost-dev chromium clang libclang-rt-14-dev
    libnginx-mod-http-lua)
bench_packages=(libxml2-dev libgumbo-dev libboost-test-dev libboost-dev)
# What whole pages are compared with, and what measures them.
peer_packages=(iproute2 python3 redis-server libnginx-mod-http-lua lua-resty-core lua-resty-lrucache lua-nginx-redis
    lua-cjson varnish linux-perf)
