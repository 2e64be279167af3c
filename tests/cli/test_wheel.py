"""The wheel works outside the clone: the settings travel with it. The sdist makes the same wheel.

``make packages`` installs both with their dependencies, on each Python, and runs a node.
"""

import json
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _built(target: str, root: Path, dist: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(dist)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (package,) = dist.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return package


def test_the_sdist_makes_the_same_wheel_and_holds_what_its_tests_need(tmp_path: Path) -> None:
    with tarfile.open(_built("sdist", ROOT, tmp_path / "sdist")) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    for needed in ("Makefile", ".python-version", "requirements.lock", ".env.example", "tests/tools/parts.sh"):
        assert (unpacked / needed).is_file(), needed

    wheels = (_built("wheel", ROOT, tmp_path / "clone"), _built("wheel", unpacked, tmp_path / "again"))
    ours, theirs = ({entry.filename: entry.CRC for entry in zipfile.ZipFile(wheel).infolist()} for wheel in wheels)
    assert len(ours) > 100
    assert ours == theirs


PROJECT: Final = {
    "pyproject.toml": """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "my-bot"
version = "1"

[tool.hatch.build.targets.wheel]
packages = ["src/my_bot"]
""",
    "src/my_bot/__init__.py": """
from nautilus_trader.config import LiveExecEngineConfig

engine = LiveExecEngineConfig(open_check_interval_secs=7.0)
""",
    "live.py": """
from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

from my_bot import engine

client = BinanceExecClientConfig(api_key="k", api_secret="s")
TradingNode(TradingNodeConfig(exec_engine=engine, exec_clients={"BINANCE": client})).run()
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of somebody's, with an environment in which it and the wheel are installed."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    where = [python, "-c", "import site; print(site.getsitepackages()[0])"]
    site = Path(subprocess.check_output(where, text=True).strip())
    # The dependencies come from here; what a .pth file adds is not searched for further .pth files, so the
    # checkout's own editable install stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], "utf-8")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    wheel = _built("wheel", ROOT, folder / "dist")
    subprocess.run([*install, str(wheel), str(folder)], check=True, capture_output=True)
    return folder


def test_the_wheel_shows_its_own_settings_outside_the_clone(project: Path, tmp_path: Path) -> None:
    elsewhere, home = tmp_path, project / "venv"
    recon = home / "bin" / "recon"

    shown = json.loads(subprocess.check_output([recon, "show", "--json"], cwd=elsewhere, env={}, text=True))
    assert Path(shown["settings_dir"]).is_relative_to(home)
    assert shown["values"]["reconciliation"]["startup_delay_secs"] == 10.0
    conservative = subprocess.check_output(
        [recon, "show", "--json", "--preset", "conservative"], cwd=elsewhere, env={}, text=True
    )
    assert json.loads(conservative)["values"]["reconciliation"]["startup_delay_secs"] == 15.0
    typed = subprocess.check_output(
        [home / "bin" / "python", "-c", "import reconciliation; print(reconciliation.__file__)"],
        cwd=elsewhere, env={}, text=True,
    )  # fmt: skip
    package = Path(typed.strip()).parent
    assert (package / "py.typed").is_file()
    page = package / "drill" / "report" / "page"
    assert {file.name for file in page.iterdir()} >= {"page.html", "page.css", "page.js"}


def test_in_a_project_the_wheel_reads_its_script_and_elsewhere_it_says_where_to_run_it(project: Path) -> None:
    check = ("check", "--script", "live.py")
    inside = project / "venv" / "bin" / "recon"
    done = subprocess.run([inside, *check], cwd=project, env={}, capture_output=True, text=True, check=True)
    assert "live.py:9, a TradingNodeConfig at BINANCE with stock clients:" in done.stdout

    beside = Path(sys.executable).parent / "recon"
    done = subprocess.run([beside, *check], cwd=project, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith(
        "my_bot is not installed beside recon (live.py:6); run recon in the environment of the script: there,"
        " pip install nautilus-recon\n"
    )
