#!/usr/bin/env bash
# The wheel and the sdist, each installed with its dependencies into an environment of its own, for every Python that
# recon is made for and that is found here: the wheel into one where a project of somebody's stands already, the sdist
# into an empty one. Then the wheel as a tool beside all projects, where uv is here.
# Interpreters may be named: packages.sh PYTHON...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The interpreter itself. A version manager hides what .python-version does not name, unless it is asked for.
found() {
    local ask='import sys; print(sys.executable)'
    "$1" -c "$ask" 2>/dev/null || PYENV_VERSION=${1##*python} "$1" -c "$ask" 2>/dev/null
}

# What somebody has before recon comes: a package of its own, a dependency, an engine that is pinned, a script.
project=$work/project
mkdir -p "$project/src/my_bot"
cat >"$project/pyproject.toml" <<'TOML'
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "my-bot"
version = "1"
dependencies = ["nautilus_trader==1.231.0", "pyyaml==6.*"]

[tool.hatch.build.targets.wheel]
packages = ["src/my_bot"]
TOML
cat >"$project/src/my_bot/__init__.py" <<'PYTHON'
import yaml
from nautilus_trader.config import LiveExecEngineConfig

engine = LiveExecEngineConfig(**yaml.safe_load("open_check_interval_secs: 7.0"))
PYTHON
cat >"$project/live.py" <<'PYTHON'
from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

from my_bot import engine

client = BinanceExecClientConfig(api_key="k", api_secret="s")
TradingNode(TradingNodeConfig(exec_engine=engine, exec_clients={"BINANCE": client})).run()
PYTHON

# pip_in HOME ARGUMENT...
pip_in() {
    "$1/bin/python" -m pip --quiet --disable-pip-version-check "${@:2}"
}

# recon_of HOME ARGUMENT...: with nothing else of this environment.
recon_of() {
    env -i HOME="$work" PATH=/usr/bin:/bin "$1/bin/recon" "${@:2}"
}

# use HOME: what works wherever recon is installed.
use() {
    mkdir "$1/elsewhere"
    cd "$1/elsewhere"
    recon_of "$1" --version
    recon_of "$1" init . >/dev/null
    recon_of "$1" check
    recon_of "$1" drill --seed 1 --runs 3 --minutes 2 | tail -1
    cd "$project"
}

(cd "$root" && .venv/bin/python -m hatchling build -d "$work/dist" >/dev/null 2>&1)
wheel=$(echo "$work"/dist/*.whl)
sdist=$(echo "$work"/dist/*.tar.gz)
[ $# -gt 0 ] || set -- python3.12 python3.13
tried=0
for name; do
    python=$(found "$name") || { echo "$name: not here"; continue; }
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

    echo "Python $version: ${wheel##*/} into a project's environment"
    home=$work/in-project-$version
    "$python" -m venv "$home"
    pip_in "$home" install "$project"
    pip_in "$home" freeze >"$home/before"
    pip_in "$home" install "$wheel"
    pip_in "$home" check
    pip_in "$home" freeze | grep -vxFf - "$home/before" && { echo "recon changed what the project has" >&2; exit 1; }
    use "$home"
    recon_of "$home" check --script live.py | sed -n 1,2p
    recon_of "$home" init "$home/from" --from live.py | grep open_check_interval_secs

    echo "Python $version: ${sdist##*/}"
    home=$work/sdist-$version
    "$python" -m venv "$home"
    pip_in "$home" install "$sdist"
    use "$home"
    recon_of "$home" demo | tail -1

    if command -v uv >/dev/null; then
        echo "Python $version: ${wheel##*/} as a tool"
        home=$work/tool-$version
        UV_TOOL_DIR=$home UV_TOOL_BIN_DIR=$home/bin uv tool install --quiet --python "$python" "$wheel"
        use "$home"
        { recon_of "$home" check --script live.py 2>&1 || true; } |
            grep "my_bot is not installed beside recon .*: there, pip install"
    else
        echo "uv: not here"
    fi
    tried=$((tried + 1))
done
[ "$tried" -gt 0 ] || { echo "no Python to try them with" >&2; exit 1; }
