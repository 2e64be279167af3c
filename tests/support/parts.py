"""Programs that tests use and no Python package brings: on the PATH, or where `make parts` has put them."""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

FOLDER = Path(__file__).parents[2] / ".parts/usr/bin"
MISSING: Final = "there is no {} here; `make parts` fetches it, or says how to get it"


def prometheus() -> str:
    """Return the command of the server."""
    return _part("prometheus")


def promtool() -> str:
    """Return the command of what checks rules and metrics and plays rules."""
    return _part("promtool")


def alertmanager() -> str:
    """Return the command of the server; Debian's has a name of its own."""
    return _part("alertmanager", "prometheus-alertmanager")


def _part(*names: str) -> str:
    """Return the first that is there; without one the test is left out, told how to get it, and fails in CI."""
    places = os.pathsep.join((os.environ.get("PATH", ""), str(FOLDER)))
    for name in names:
        if found := shutil.which(name, path=places):
            return found
    missing = MISSING.format(names[0])
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(missing)
    pytest.skip(missing)
