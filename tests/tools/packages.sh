#!/usr/bin/env bash
# The wheel and the sdist, each installed with its dependencies into an environment of its own, for every Python that
# recon is made for and that is found here, and used in an empty folder. Interpreters may be named: packages.sh PYTHON...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$root" && .venv/bin/python -m hatchling build -d "$work/dist" >/dev/null 2>&1)
[ $# -gt 0 ] || set -- python3.12 python3.13
tried=0
for python; do
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || { echo "$python: not here"; continue; }
    for package in "$work"/dist/*.whl "$work"/dist/*.tar.gz; do
        home="$work/$(basename "$package")-$version"
        echo "Python $version: ${package##*/}"
        "$python" -m venv "$home"
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
        mkdir "$home/elsewhere"
        (
            cd "$home/elsewhere"
            recon="env -i HOME=$home PATH=/usr/bin:/bin $home/bin/recon"
            $recon --version
            $recon init . >/dev/null
            $recon check
            $recon drill --seed 1 --runs 3 --minutes 2 | tail -1
            $recon demo | tail -1
        )
        tried=$((tried + 1))
    done
done
[ "$tried" -gt 0 ] || { echo "no Python to try them with" >&2; exit 1; }
