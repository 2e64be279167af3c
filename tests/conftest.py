"""What the folders of tests share; they mirror the package, and `journeys` holds what crosses its rooms."""

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from evidence import Evidence
from forks import forked, listening, real_popen
from hypothesis import HealthCheck, settings
from jail import Jail, jailed
from stage import Stage, processes_in, until

from reconciliation.drill.runs.pool import Pool
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess

# Those that write files or draw Unicode are slow on a busy machine at first, and not wrong.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", unhurried, max_examples=100)
settings.register_profile("deep", unhurried, max_examples=10_000, derandomize=False, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)

# The tests that wait for a clock; begun first, they wait while others work.
SLOWEST = (
    "test_two_carriers.py",
    "test_stop_signals.py",
    "test_timing.py",
    "test_lease.py",
    "test_one_writer.py",
    "test_continuous_repair.py",
    "test_cells_by_wire.py",
    "test_end_to_end.py",
    "test_monitoring_guide.py",
)
# The folders whose tests start processes.
WATCHED = ("journeys", "engine", "embedded")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every Hypothesis test, so that `-m property` finds them all; begin with the slowest."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)
    items.sort(key=lambda item: item.path.name not in SLOWEST)


def pytest_configure(config: pytest.Config) -> None:
    """Where the results of all workers come together, see that the specification is shown."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Evidence(config))


def pytest_report_header(config: pytest.Config) -> str:
    """Say how deep the properties are tested, and with which seed."""
    seed = config.getoption("--hypothesis-seed", default=None)
    return f"property profile: {PROFILE}, {settings().max_examples} examples, seed {seed or 'drawn anew'}"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a Valkey listens, for the engine's clients that are made without a kernel; it would have begun the log."""
    from nautilus_trader.common.component import init_logging, is_logging_initialized

    if not is_logging_initialized():
        init_logging(bypass=True)
    with EmbeddedCache() as server:
        yield server.port


@pytest.fixture
def jail() -> Iterator[Jail]:
    """Work in a folder and an environment of the test's own."""
    with jailed() as jail:
        yield jail


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


@pytest.fixture(scope="session", autouse=True)
def forks() -> Iterator[None]:
    """Begin commands as forks of one process."""
    with forked():
        yield


@pytest.fixture
def no_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin commands as a user's begin: by importing."""
    monkeypatch.setattr("subprocess.Popen", real_popen)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Run the process that forks, one for all workers."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return (yield)
    with listening():
        return (yield)


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest) -> None:
    """See to it that no test leaves a process behind where tests start some."""
    if set(WATCHED) & set(request.path.relative_to(Path(__file__).parent).parts):
        request.getfixturevalue("nothing_left_behind")


@pytest.fixture
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


@pytest.fixture(scope="session")
def drill_pool() -> Iterator[Pool]:
    """Play runs of drills in one process, which imports the engine once."""
    with Pool(1) as pool:
        yield pool


@pytest.fixture
def pooled_figures(drill_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let figures be played by that process too."""
    monkeypatch.setattr("figures.playing.Pool", lambda _at_once: nullcontext(drill_pool))


@pytest.fixture
def stage(tmp_path: Path, nothing_left_behind: None) -> Iterator[Stage]:
    """Start nodes and commands as processes."""
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def venue(nothing_left_behind: None) -> Iterator[VenueProcess]:
    """Run a venue as a process."""
    with VenueProcess() as venue:
        yield venue


@pytest.fixture
def redis(nothing_left_behind: None) -> Iterator[str]:
    """Return the address of a Redis of the user's own."""
    with EmbeddedCache() as cache:
        yield cache.url
