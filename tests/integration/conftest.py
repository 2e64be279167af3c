import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import Stage, processes_in, until

from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess

# The tests that wait for the engine's clock; begun first, they wait while others work.
SLOWEST = ("test_timing.py", "test_continuous_repair.py", "test_preset_faults.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in SLOWEST)


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the nodes share compiled modules where the environment keeps none: importing the engine takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("PYTHONDONTWRITEBYTECODE"):
            folders = tmp_path_factory.getbasetemp().parents
            kept = next((folder for folder in folders if folder.name.startswith("pytest-of-")), folders[0])
            patch.delenv("PYTHONDONTWRITEBYTECODE")
            patch.setenv("PYTHONPYCACHEPREFIX", str(kept / "recon-compiled"))
        yield


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run every process in this test's folder, and see that none is there afterwards."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    yield
    try:
        until(lambda: not processes_in(tmp_path), "every process of the test has ended", 5)
    except AssertionError:
        left = processes_in(tmp_path)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        pytest.fail(f"processes left behind: {left}")


@pytest.fixture
def stage(tmp_path: Path, nothing_left_behind: None) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def venue(nothing_left_behind: None) -> Iterator[VenueProcess]:
    with VenueProcess() as venue:
        yield venue


@pytest.fixture
def redis(nothing_left_behind: None) -> Iterator[str]:
    """The address of a Redis of the user's own."""
    with EmbeddedCache() as cache:
        yield cache.url
