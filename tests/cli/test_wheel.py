"""The wheel works outside the clone: the settings travel with it."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_shows_its_own_settings_outside_the_clone(tmp_path: Path) -> None:
    dist, elsewhere, home = tmp_path / "dist", tmp_path / "elsewhere", tmp_path / "venv"
    elsewhere.mkdir()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")

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
