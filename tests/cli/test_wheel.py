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


def test_the_wheel_shows_its_own_settings_outside_the_clone(tmp_path: Path) -> None:
    dist, elsewhere, home = tmp_path / "dist", tmp_path / "elsewhere", tmp_path / "venv"
    elsewhere.mkdir()
    wheel = _built("wheel", ROOT, dist)

    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    site = Path(
        subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True).strip()
    )
    # The dependencies come from here; what a .pth file adds is not searched for further .pth files, so the
    # checkout's own editable install stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], "utf-8")

    recon = home / "bin" / "recon"
    shown = json.loads(subprocess.check_output([recon, "show", "--json"], cwd=elsewhere, env={}, text=True))
    assert Path(shown["settings_dir"]).is_relative_to(home)
    assert shown["values"]["reconciliation"]["startup_delay_secs"] == 10.0
    conservative = subprocess.check_output(
        [recon, "show", "--json", "--preset", "conservative"], cwd=elsewhere, env={}, text=True
    )
    assert json.loads(conservative)["values"]["reconciliation"]["startup_delay_secs"] == 15.0
    typed = subprocess.check_output(
        [python, "-c", "import reconciliation; print(reconciliation.__file__)"], cwd=elsewhere, env={}, text=True
    )
    package = Path(typed.strip()).parent
    assert (package / "py.typed").is_file()
    page = package / "drill" / "report" / "page"
    assert {file.name for file in page.iterdir()} >= {"page.html", "page.css", "page.js"}
