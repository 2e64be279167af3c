"""What `recon plan` says of a start's seconds is what was measured, and near each start that was."""

from pathlib import Path

import pytest
from rule_subjects import ours

from benchmarks.limits import figures
from benchmarks.limits.measuring import RECON
from benchmarks.limits.starts import BUILT_UP, Found, Starts
from figures import performance, start_seconds
from reconciliation.rules import startup
from reconciliation.rules.startup import StartCost, start_cost

KEPT = performance.kept("startup"), performance.kept("command")
MEASURED = [each for each in Found.read(KEPT[0]["starts"]).starts if each.kind == RECON]
WITHIN = 0.25
NEAR_MS, FAR_MS = 1, 80


def predicted(symbols: int, orders: int, trip_ms: int) -> StartCost:
    return start_cost(ours(facts={"venue_round_trip_ms": trip_ms}), symbols=symbols, orders=orders)


def test_the_constants_are_those_that_the_figures_give() -> None:
    wanted = start_seconds.derived(*KEPT)
    found = {name: getattr(startup, name) for name in wanted}
    assert found == wanted, f"`python -m figures.performance` writes {wanted} into {start_seconds.FILE.name}"


@pytest.mark.parametrize("starts", MEASURED, ids=lambda each: f"{each.history}-{each.orders}-{each.state}")
def test_each_start_that_was_measured_took_about_what_is_predicted(starts: Starts) -> None:
    cost = predicted(starts.symbols, starts.orders, NEAR_MS)
    state = starts.state if starts.history == BUILT_UP else "closed"
    for secs in starts.secs:
        assert cost.running_secs[state] == pytest.approx(secs, rel=WITHIN)


@pytest.mark.parametrize("state", ["cold", "warm"])
def test_what_is_reconciliation_of_it_is_about_what_is_predicted(state: str) -> None:
    told = {each.name: each.recon for each in figures.read(KEPT[1]["figures"])}
    reconciled = told[f"recon reconcile --apply, 10,000 orders, {state}: reconciliation, as it reports it"]
    assert predicted(20, 10_000, NEAR_MS).reconciling_secs[state] == pytest.approx(reconciled, rel=WITHIN)


@pytest.mark.parametrize("state", ["cold", "warm"])
def test_far_away_the_round_trips_are_about_as_many_as_is_predicted(state: str) -> None:
    told = {each.name: each.recon for each in figures.read(performance.kept("distance")["figures"])}
    cost = predicted(20, 100, FAR_MS)
    whole, part = (told[f"{name} at 80 ms, 20 symbols, {state}"] for name in ("a whole start", "reconciliation"))
    assert cost.running_secs[state] == pytest.approx(whole, rel=WITHIN)
    assert cost.reconciling_secs[state] == pytest.approx(part, rel=WITHIN)


def test_other_figures_make_other_constants_which_are_written_into_the_module(tmp_path: Path) -> None:
    slower = [{**each, "secs": [2 * secs for secs in each["secs"]]} for each in KEPT[0]["starts"]]
    told = start_seconds.derived({"starts": slower}, KEPT[1])
    assert told["BASE_SECS"] == pytest.approx(2 * startup.BASE_SECS, abs=0.002)
    assert told["BOOKED_SECS"] == pytest.approx(2 * startup.BOOKED_SECS, abs=0.002)
    file = tmp_path / "startup.py"
    file.write_text(start_seconds.FILE.read_text("utf-8"), "utf-8")
    start_seconds.write({"starts": slower}, KEPT[1], file)
    before, after = (each.read_text("utf-8").splitlines() for each in (start_seconds.FILE, file))
    changed = {new for old, new in zip(before, after, strict=True) if old != new}
    assert changed == {f"{name}: Final = {secs}" for name, secs in told.items() if secs != getattr(startup, name)}
    with pytest.raises(ValueError, match="no OTHER_SECS"):
        start_seconds.written("", {"OTHER_SECS": 1.0})


def test_one_round_that_something_disturbed_changes_little() -> None:
    disturbed = [
        {**each, "secs": [*each["secs"], 1_000.0, min(each["secs"])]} for each in KEPT[0]["starts"] if each["secs"]
    ]
    told = start_seconds.derived({"starts": disturbed}, KEPT[1])
    assert told["BASE_SECS"] == pytest.approx(startup.BASE_SECS, rel=0.1)
    assert told["TOLD_SECS"] == pytest.approx(startup.TOLD_SECS, rel=0.1)
