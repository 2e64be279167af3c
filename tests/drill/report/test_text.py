"""The summary in lines tells verdicts, times, known limits with their reasons, and what failed."""

from msgspec.structs import replace
from planted import outcome, run

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.report.text import MOST_NAMED, cells, closing, remarks


def test_a_row_tells_verdict_times_and_anomalies() -> None:
    """Times are those of the runs that agreed, from the healing on; a second look is for whether it stays so."""
    planted = [
        run("a", settled=(2.0,)),
        run("a", Kind.MISSING_FILL, seed=2, settled=(4.0, 9.0)),
        run("a", Kind.NOT_CONVERGED, seed=3, settled=(89.0,), agreed=False),
    ]
    (row,) = outcome(planted).rows
    told = ("a", "FAIL 2 of 3", "2.0 s", "4.0 s", "4.0 s", "missing fill 1, not converged 1")
    assert cells(row, with_preset=False) == told
    assert cells(row, with_preset=True)[0] == "standard: a"


def test_a_known_anomaly_is_marked_and_its_reason_told_once() -> None:
    known = {Kind.WRONG_OWNER: "nobody tells", Kind.WRONG_STATUS: "nobody tells"}
    whole = outcome([run("a", Kind.WRONG_OWNER, known=known, preset=preset) for preset in ("standard", "aggressive")])
    assert cells(whole.rows[0], with_preset=False)[1::4] == ("known limit", "wrong owner (known)")
    assert list(remarks(whole)) == ["known limit: a: wrong owner, wrong status: nobody tells"]


def test_failed_runs_are_told_one_by_one_up_to_a_number() -> None:
    told = list(remarks(outcome(run("seed", Kind.MISSING_FILL, seed=seed) for seed in range(MOST_NAMED + 3))))
    assert told[:2] == ["standard: seed 0:", "  missing fill: key: here and there"]
    assert told[-1] == "and 3 more failed"


def test_one_run_is_told_with_its_first_anomalies() -> None:
    (_, *lines) = remarks(outcome([run("a", *[Kind.MISSING_FILL] * 4, Kind.WRONG_FILL, Kind.WRONG_FILL)]))
    assert len(lines) == 5
    assert lines[-1] == "  and 2 more"


def test_what_the_plan_never_repairs_is_told() -> None:
    plain = run("a")
    never = replace(plain, job=replace(plain.job, never=("a lost cancel", "an order that is gone")))
    (told,) = remarks(outcome([never, never]))
    assert told.startswith("standard: these settings never repair a lost cancel and an order that is gone; ")


def test_the_end_tells_counts_and_speed() -> None:
    known = run("b", known={Kind.WRONG_OWNER: "x"})
    assert closing(outcome([run("a"), known, run("c", Kind.WRONG_FILL)], wanted=4, stopped_by="SIGTERM")) == (
        "3 of 4 runs, stopped by SIGTERM before the rest: 1 passed, 1 at a known limit, 1 FAILED;"
        " 5 min of market time in 2 s, 150 times real time"
    )
    assert closing(outcome([], wanted=4, stopped_by="SIGTERM")) == "0 of 4 runs, stopped by SIGTERM before the rest"
