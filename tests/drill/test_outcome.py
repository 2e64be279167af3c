"""A run's verdict, and runs of one story together."""

import pytest
from planted import outcome, run

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.outcome import Verdict, quantile

LIMIT = {Kind.WRONG_OWNER: "nobody tells"}


def test_a_run_passes_fails_or_is_at_its_known_limit() -> None:
    assert run("a").verdict is Verdict.PASS
    assert run("a", Kind.MISSING_FILL).verdict is Verdict.FAIL
    assert run("a", Kind.WRONG_OWNER, known=LIMIT).verdict is Verdict.KNOWN
    assert run("a", Kind.WRONG_OWNER, Kind.MISSING_FILL, known=LIMIT).verdict is Verdict.FAIL


def test_a_known_limit_is_no_pass_even_where_nothing_was_wrong() -> None:
    assert run("a", known=LIMIT).verdict is Verdict.KNOWN
    assert outcome([run("a", known=LIMIT)]).is_fine


def test_only_what_was_played_whole_and_without_anomaly_is_fine() -> None:
    assert outcome([run("a"), run("b")]).is_fine
    assert not outcome([run("a"), run("b", Kind.NOT_CONVERGED)]).is_fine
    assert not outcome([run("a")], wanted=2, stopped_by="SIGINT").is_fine


def test_runs_of_a_story_stand_in_one_row_for_each_preset() -> None:
    runs = [
        run("a", seed=1),
        run("a", Kind.MISSING_FILL, Kind.MISSING_FILL, Kind.WRONG_FILL, seed=2),
        run("a", seed=1, preset="aggressive"),
        run(seed=3),
        run("seed", Kind.WRONG_FILL, seed=7),
    ]
    rows = outcome(runs).rows
    assert [(row.preset, row.title, row.verdict, len(row.failed)) for row in rows] == [
        ("standard", "a", Verdict.FAIL, 1),
        ("aggressive", "a", Verdict.PASS, 0),
        ("standard", "seeds 3 to 7", Verdict.FAIL, 1),
    ]
    assert rows[0].kinds == {Kind.MISSING_FILL: 1, Kind.WRONG_FILL: 1}
    assert outcome([run(seed=3)]).rows[0].title == "seed 3"


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.95, 3.0),
        ([4.0, 1.0, 2.0, 3.0], 0.5, 2.0),
        (list(range(100)), 0.95, 94),
        ([1, 9], 1.0, 9),
    ],
)
def test_a_quantile_is_one_of_the_values(values: list[float], share: float, expected: float | None) -> None:
    assert quantile(values, share) == expected


def test_speed_is_the_runs_time_against_the_clocks() -> None:
    assert outcome([run("a"), run("b")]).speed == 100.0
