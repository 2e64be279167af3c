"""What a run depends on travels whole; what is the run's own is not the user's."""

import pytest
from msgspec.structs import replace
from planted import SHIPPED, own_job, schedule

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.runs.job import Job
from reconciliation.drill.schedule import Boot, Settle, Silence, Until, Wait

CLAIM = {"claims.MAKER-001.claim_all": True}


def test_claims_are_the_runs_own_unless_the_scenario_makes_some() -> None:
    assert replace(SHIPPED, overrides=CLAIM).load().claims == {}
    assert list(replace(SHIPPED, needs=CLAIM).load().claims) == ["MAKER-001"]


def test_what_a_scenario_needs_beats_what_the_user_sets() -> None:
    chosen = replace(SHIPPED, overrides={"reconciliation.lookback_mins": 5}, needs={"reconciliation.lookback_mins": 7})
    assert chosen.load().reconciliation.lookback_mins == 7


@pytest.mark.parametrize(("name", "title"), [("seed", "seed 4"), ("lost fill", "lost fill")])
def test_a_run_is_called_by_its_scenario_or_its_seed(name: str, title: str) -> None:
    assert Job(chosen=SHIPPED, schedule=schedule(name=name, seed=4)).title == title


def test_it_may_last_as_long_as_all_that_is_waited_for() -> None:
    waits = (Boot(), Until(event="Started", within_secs=1), Wait(secs=2), Settle(within_secs=4), Silence(secs=8))
    assert Job(chosen=SHIPPED, schedule=schedule(*waits)).longest_secs == 15


def test_what_the_drill_did_wrong_is_an_anomaly_of_its_own() -> None:
    job = own_job("quiet")
    (anomaly,) = job.failed("over\n two  lines").anomalies
    assert (anomaly.kind, anomaly.text) == (Kind.DRILL_FAILED, "over two lines")
    assert job.failed("x").schedule == job.schedule
