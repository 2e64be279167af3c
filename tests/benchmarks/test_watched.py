"""What being watched costs is measured on nodes that do the same, and told with its limits."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import watched
from benchmarks.limits.sizes import QUICK
from benchmarks.measured_process import NotMeasuredError
from benchmarks.watched import Watched
from reconciliation.monitor.status import Status

FOUND = Watched(
    reconciled=10_000,
    reconciled_secs=5.0,
    scrapes=80,
    p99_ms=9.0,
    median_ms=4.0,
    rounds=30,
    orders=400,
    alone_ms=2.0,
    watched_ms=2.1,
    event=1.05,
    telling=0.02,
)


def test_both_nodes_do_the_same() -> None:
    costs = watched._costs(rounds=2, orders=4)
    assert len(costs) == 2
    assert min(ms for each in costs for ms in each) > 0


def test_a_ratio_is_that_of_the_runs_of_one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that was quick in one round says nothing of what a watch costs."""
    monkeypatch.setattr(watched, "_costs", lambda *_: [(1.0, 1.1), (4.0, 4.8), (2.0, 2.6)])
    monkeypatch.setattr(watched, "_telling", lambda *_: 0.0)
    monkeypatch.setattr(watched, "_scrapes", lambda *_: ([0.1], 1.0))
    found = watched._measured(quick=True)
    assert (found.alone_ms, found.watched_ms) == (2.0, 2.6)
    assert found.event == pytest.approx(1.2)


@pytest.mark.parametrize("is_watched", [True, False])
def test_a_node_that_is_not_watched_keeps_no_status(*, is_watched: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    told = ("connected", "verified", "started", "beat")
    heard: list[str] = []

    def hearing(name: str, tell: Callable[..., None]) -> Callable[..., None]:
        def heard_of(*given: object, **named: object) -> None:
            heard.append(name)
            tell(*given, **named)

        return heard_of

    for name in told:
        monkeypatch.setattr(Status, name, hearing(name, getattr(Status, name)))
    watched._played_secs(orders=4, is_watched=is_watched)
    gc.unfreeze()
    assert set(heard) == (set(told) if is_watched else set())


def test_scrapes_are_those_of_a_node_that_reconciles(tmp_path: Path) -> None:
    secs, lasted = watched._scrapes(QUICK, tmp_path)
    assert 0 < lasted < watched.LIVES_ON_SECS / 2
    assert len(secs) <= lasted / watched.BETWEEN_SECS + 2


def test_the_cost_is_told_beside_its_limit() -> None:
    *_, event, telling, together = FOUND.lines()
    assert event.endswith("| 1.050 (2.10 / 2.00 ms an order) |")
    assert telling.endswith("| 2.0% |")
    assert together == "| both together | 1.071 |"
    scrape, both = FOUND.goals()
    assert scrape.is_met
    assert scrape.note == "of 80 scrapes"
    assert not both.is_met


def test_too_few_scrapes_are_no_measure_of_how_long_one_takes() -> None:
    for few in (replace(FOUND, scrapes=79), replace(FOUND, scrapes=1, reconciled_secs=0.01)):
        scrape, _ = few.goals()
        assert scrape.measured is None
        assert not scrape.is_met


def test_a_node_that_cannot_be_measured_is_told_with_why_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: object) -> Watched:
        raise NotMeasuredError("it fell silent")

    monkeypatch.setattr(watched, "_measured", fails)
    done = CliRunner().invoke(watched.main, ["--json", str(tmp_path / "watched.json")])
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "Error: it fell silent\n")
    assert not [*tmp_path.iterdir()]
