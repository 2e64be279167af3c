"""Each way of cutting a schedule leaves one that is still fair: what heals and looks stays, the rest stays in time."""

from decimal import Decimal

import pytest
from planted import schedule

from reconciliation.drill.cuts import Parts, chunks, ends, faults, kinds_of_fault, symbols, waits
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Cancel,
    Fail,
    Fill,
    Heal,
    Kill,
    Mend,
    Place,
    Schedule,
    Seed,
    Settle,
    Stream,
    Submit,
    Until,
    Wait,
    ending,
)
from reconciliation.drill.seeds.derive import derive

BTC, ETH = Submit(name="b", quantity=Decimal(1)), Submit(name="e", symbol="ETHUSDT", quantity=Decimal(1))
END = ending(30, 10)
WHOLE = schedule(
    Seed(symbol="ETHUSDT", fills=4),
    Boot(),
    Until(event="Started"),
    Wait(secs=1.5),
    BTC,
    Stream(action="mute"),
    Wait(secs=2),
    ETH,
    Cancel(name="e"),
    Wait(secs=4),
    Stream(action="unmute"),
    Fail(call="*", status=503),
    Mend(),
    Wait(secs=8),
    *END,
)


def cut(*operations: AnyOperation) -> tuple[AnyOperation, ...]:
    return (*operations, *END)


def test_taken_apart_and_put_together_it_is_the_same() -> None:
    assert Parts.of(WHOLE).schedule() == WHOLE
    for seed in range(5):
        derived = derive(seed, minutes=5, settle_secs=30, silence_secs=10, kills=True)
        assert Parts.of(derived).schedule() == derived


def test_what_is_left_out_leaves_the_others_in_time() -> None:
    parts = Parts.of(WHOLE).without(frozenset({4, 5, 6, 7, 8, 9}))
    assert parts.schedule().operations == cut(*WHOLE.operations[:5], Wait(secs=14))


def test_or_brings_them_forward() -> None:
    parts = Parts.of(WHOLE).without(frozenset({0, 1, 2, 3, 4, 5, 6}), in_time=False)
    assert parts.schedule().operations == cut(
        Wait(secs=4), Stream(action="unmute"), Fail(call="*", status=503), Mend(), Wait(secs=8)
    )


def after(change: str, number: int) -> Schedule:
    """Return the whole after the numbered change of a kind."""
    parts = Parts.of(WHOLE)
    kinds = {"symbols": symbols, "kinds": kinds_of_fault, "faults": faults, "ends": ends}
    return list(kinds[change](parts))[number](parts).schedule()


def test_a_symbol_goes_with_all_its_orders() -> None:
    left = after("symbols", 0).operations
    assert not [each for each in left if each in {ETH, Cancel(name="e")} or isinstance(each, Seed)]
    assert BTC in left


@pytest.mark.parametrize("change", ["kinds", "faults"])
def test_a_fault_goes_with_its_end(change: str) -> None:
    left = after(change, 0).operations
    assert not [each for each in left if isinstance(each, Stream)]
    assert Fail(call="*", status=503) in left


def test_a_kill_goes_with_its_boot_and_the_first_boot_stays() -> None:
    parts = Parts.of(schedule(Boot(), Wait(secs=1), Kill(), Wait(secs=1), Boot(), Wait(secs=1), *END))
    (change,) = faults(parts)
    assert change(parts).schedule().operations == cut(Boot(), Wait(secs=3))


def test_the_end_is_only_looked_at_less() -> None:
    parts = Parts.of(WHOLE)
    shorter = [change(parts).end for change in ends(parts)]
    assert shorter[0] == (Heal(), Boot(), Settle(within_secs=30))
    assert all(end == END[: len(end)] for end in shorter)


def test_without_a_healing_the_first_look_begins_the_end() -> None:
    parts = Parts.of(schedule(Boot(), Place(name="p", quantity=Decimal(1)), Settle(within_secs=3), Fill(name="p")))
    assert parts.end == (Settle(within_secs=3), Fill(name="p"))


def test_chunks_begin_at_the_end_and_leave_nothing_over() -> None:
    parts = Parts.of(WHOLE)
    left = [len(change(parts).steps) for change in chunks(parts, 4, in_time=True)]
    assert left == [6, 6, 8]


def test_waits_are_left_out_halved_and_rounded() -> None:
    parts = Parts.of(WHOLE)
    changed = [[step.wait_secs for step in change(parts).steps] for change in waits(parts)]
    before = [step.wait_secs for step in parts.steps]
    assert [secs for secs in before if secs] == [1.5, 2.0, 4.0]
    none, halved, rest, *single = changed
    assert set(none) == {0.0}
    assert [secs for secs in halved if secs] == [1.0, 1.0, 2.0]
    assert rest == before
    assert [sum(each) - sum(before) for each in single] == [-1.5, -2.0, -4.0, -0.5, -1.0, -2.0, 0.5, 0.0, 0.0]
