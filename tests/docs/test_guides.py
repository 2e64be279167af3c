"""Every command in the guides runs and prints what the guide shows."""

from pathlib import Path
from typing import Final

import pytest
from pages import play

ROOT = Path(__file__).resolve().parents[2]
OWN: Final = {"monitoring", "running-a-node"}
"""What are played by tests of their own, which have more around them."""
GUIDES = sorted(page for page in (ROOT / "docs" / "guides").glob("*.md") if page.stem not in OWN)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_prints_what_the_guide_shows(
    guide: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    play(guide.read_text("utf-8"), tmp_path, tmp_path_factory.mktemp("bin"))
