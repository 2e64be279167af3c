"""Shrinking finds the few steps that matter, within bounds, whatever stands around them."""

from collections.abc import Sequence
from random import Random

import pytest
from planted import run

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.cuts import Parts
from reconciliation.drill.schedule import Boot, Heal, Schedule, Settle, Submit
from reconciliation.drill.seeds.derive import derive
from reconciliation.drill.shrink import Shrinking, telling

WHOLE = derive(3, minutes=10, settle_secs=30, silence_secs=10, kills=True)
NAMES = [operation.name for operation in WHOLE.operations if isinstance(operation, Submit)]


class Needing:
    """Says that it goes wrong where all that is needed is there."""

    def __init__(self, needed: Sequence[str]) -> None:
        self._needed = set(needed)
        self.plays = 0

    def __call__(self, schedules: Sequence[Schedule]) -> list[bool]:
        self.plays += len(schedules)
        return [self._needed <= submitted(schedule) for schedule in schedules]


def submitted(schedule: Schedule) -> set[str]:
    return {operation.name for operation in schedule.operations if isinstance(operation, Submit)}


def left(schedule: Schedule) -> list[str]:
    return [type(operation).__name__ for operation in schedule.operations]


@pytest.mark.parametrize("at_once", [1, 2, 5])
@pytest.mark.parametrize(
    "needed", [[NAMES[0]], [NAMES[-1]], [NAMES[0], NAMES[7], NAMES[-1]]], ids=["first", "last", "3"]
)
def test_only_what_is_needed_is_left(needed: list[str], at_once: int) -> None:
    shows = Needing(needed)
    shrunk = Shrinking(WHOLE, shows, at_once=at_once).run()
    assert left(shrunk.schedule) == [*["Submit"] * len(needed), "Heal", "Boot", "Settle"]
    assert shrunk.is_minimal
    assert shrunk.plays == shows.plays <= 200


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_needed_is_left(seed: int) -> None:
    needed = set(Random(seed).sample(NAMES, 4))  # noqa: S311 - cases
    shrunk = Shrinking(WHOLE, Needing(sorted(needed)), most_plays=1_000).run()
    assert submitted(shrunk.schedule) == needed


def test_where_nothing_is_needed_only_the_end_is_left() -> None:
    shrunk = Shrinking(WHOLE, lambda schedules: [True] * len(schedules)).run()
    assert shrunk.schedule.operations == (Heal(), Boot(), Settle(within_secs=30))


def test_where_all_is_needed_all_is_left() -> None:
    shrunk = Shrinking(WHOLE, lambda schedules: [False] * len(schedules), most_plays=10_000).run()
    assert shrunk.schedule == WHOLE


def test_a_wait_that_is_needed_is_cut_to_what_is_needed() -> None:
    def shows(schedules: Sequence[Schedule]) -> list[bool]:
        return [sum(step.wait_secs for step in Parts.of(each).steps) >= 10 for each in schedules]

    shrunk = Shrinking(WHOLE, shows, most_plays=1_000).run()
    parts = Parts.of(shrunk.schedule)
    assert len(parts.steps) == 1
    assert 10 <= parts.steps[0].wait_secs < 20


@pytest.mark.parametrize("bound", [{"most_plays": 3}, {"most_secs": 0.0}])
def test_it_ends_when_its_time_is_up(bound: dict[str, float]) -> None:
    shows = Needing(NAMES[:3])
    shrunk = Shrinking(WHOLE, shows, **bound).run()  # type: ignore[arg-type]
    assert not shrunk.is_minimal
    assert shows.plays <= 3
    assert Needing(NAMES[:3])([shrunk.schedule]) == [True]


def test_the_same_comes_of_it_each_time() -> None:
    first, second = (Shrinking(WHOLE, Needing(NAMES[4:6]), at_once=2).run() for _ in range(2))
    assert first == second


def test_the_kind_that_says_most_is_looked_for() -> None:
    assert telling(run("a", Kind.NOT_CONVERGED, Kind.WRONG_STATUS, Kind.MISSING_FILL).unexpected) is Kind.MISSING_FILL
    assert telling(run("a", Kind.NOT_SILENT).unexpected) is Kind.NOT_SILENT
