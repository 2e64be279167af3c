"""The guide on running a node, typed in a folder that has what the clone deploys."""

import shutil
from pathlib import Path
from typing import Final

import parts
import pytest
from pages import free_ports, play, with_ports

ROOT: Final = Path(__file__).resolve().parents[2]
PORT: Final = "6392"


def test_every_command_prints_what_the_guide_shows(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, nothing_left_behind: None
) -> None:
    text = (ROOT / "docs" / "guides" / "running-a-node.md").read_text("utf-8")
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    bin_folder = tmp_path_factory.mktemp("bin")
    for name, program in (("kubectl", parts.kubectl()), ("systemd-analyze", parts.systemd_analyze())):
        (bin_folder / name).symlink_to(program)
    (free,) = free_ports(1)
    page = with_ports(text, {PORT: free}).replace(f"--port {PORT}", f"--port {free}")
    play(page, tmp_path, bin_folder)
