#!/bin/sh
# What tests use and no Python package brings: Chromium, in which tests look at pages and diagrams, Prometheus, promtool
# and Alertmanager, which load the rule files, scrape a node and raise its alerts, Debian's Redis, which `recon doctor`
# looks at beside the Valkey that comes with recon, and kubectl, which makes the manifests that are judged.
#
# It is silent where all is there and never fails: what cannot be had is told in a line, its tests are left out, and they
# fail in CI. `parts.sh unpacked` leaves out the browser, which has to be installed.
set -u
wanted=${1:-all}
cd "$(dirname "$0")/../.." || exit

# Whether a program is there by one of its names, on the PATH or from here.
have() {
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1 || [ -x ".parts/usr/bin/$name" ]; then return 0; fi
    done
    return 1
}

# How to do something as root; empty where that is not allowed.
as_root() {
    if [ "$(id -u)" = 0 ]; then echo env; elif sudo -n true >/dev/null 2>&1; then echo sudo env; fi
}

# Ask once what packages there are; what comes next fails where that failed.
updated=
update() {
    [ -n "$updated" ] || { updated=yes && $root apt-get update -qq >/dev/null 2>&1; } || true
}

# Fetch packages and take their programs out of them, which need no root, and what programs load of their own; the rest
# of a package is not needed.
unpack() {
    mkdir -p .parts/usr/bin .parts/usr/lib && folder=$(mktemp -d .parts/new.XXXXXX) || return
    (
        cd "$folder" && apt-get download -qq "$@" >/dev/null 2>&1 || exit
        for package in *.deb; do dpkg -x "$package" . || exit; done
        # Debian's Alertmanager looks for its templates where they are installed: a path of the same length, which
        # begins where it runs, takes the place of that one.
        if [ -f usr/bin/prometheus-alertmanager ]; then
            LC_ALL=C sed -i "s|/$templates|.$templates|g" usr/bin/prometheus-alertmanager || exit
            mkdir -p "../$templates" && cp "$templates"/*.tmpl "../$templates" || exit
        fi
        mv usr/bin/* ../usr/bin
        for library in usr/lib/*/*.so.*; do [ ! -e "$library" ] || cp -L "$library" ../usr/lib || exit; done
    )
    ended=$?
    rm -rf "$folder"
    return $ended
}
templates=usr/share/prometheus/alertmanager

packages=
have prometheus && have promtool || packages=prometheus
have alertmanager prometheus-alertmanager || packages="$packages prometheus-alertmanager"
have redis-server || packages="$packages redis-server redis-tools liblzf1 libjemalloc2"
have kubectl || packages="$packages kubernetes-client"
browser=
[ "$wanted" = unpacked ] || have chromium chromium-browser google-chrome || browser=chromium
[ -n "$packages$browser" ] || exit 0

root=
apt=
if command -v apt-get >/dev/null 2>&1; then apt=yes && root=$(as_root); fi

if [ -z "$packages" ]; then
    :
elif [ -n "$apt" ] && { unpack $packages || { [ -n "$root" ] && update && unpack $packages; }; }; then
    echo "fetched into .parts:" $packages
else
    echo "put on the PATH what no apt-get had:" $packages
fi

if [ -z "$browser" ]; then
    :
elif [ -z "$root" ]; then
    echo "this may not install anything here; install Chromium by hand (Debian: apt-get install chromium)"
elif update && $root DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $browser >/dev/null 2>&1; then
    echo "installed Debian's Chromium"
else
    echo "apt-get could not install Chromium; install it by hand"
fi
