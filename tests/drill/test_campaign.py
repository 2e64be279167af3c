"""What failed is cut down, saved and played again; what does not start is told before anything is played."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from own_scenarios import END, LOST
from planted import SHIPPED, outcome, own_job

from reconciliation.drill import saved
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.campaign import Campaign, Failure, NotStartingError
from reconciliation.drill.outcome import Outcome, Run
from reconciliation.drill.runs.job import Job
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.schedule import Boot, Cancel, Place, Schedule, Skew, Stream, Submit, Until, Wait

CORPUS = Path(__file__).parent / "corpus"
AROUND = (
    Submit(name="other", symbol="ETHUSDT", quantity=Decimal("0.2"), price=Decimal(3_000)),
    Skew(ms=500),
    Wait(secs=3),
    Cancel(name="other"),
    Place(name="web", symbol="ETHUSDT", quantity=Decimal("0.2")),
    Skew(ms=0),
)
PLANTED = Schedule(
    name="seed",
    seed=9,
    operations=(Boot(), Until(event="Started"), *AROUND, *LOST, Stream(action="unmute"), *END),
)
"""A lost fill among other things; with reconciliation off nobody repairs it."""


def planted(schedule: Schedule = PLANTED) -> Job:
    return Job(chosen=replace(SHIPPED, needs={"reconciliation.enabled": False}), schedule=schedule)


def played(pool: Pool, *jobs: Job) -> Outcome:
    return Campaign(pool, lambda _: None).play(jobs, lambda _run, _done: None)


def saved_in(folder: Path, pool: Pool, result: Outcome) -> list[Failure]:
    return list(Campaign(pool, lambda _: None).save(result, folder))


def test_a_failed_seed_is_cut_down_saved_and_played_again(tmp_path: Path, drill_pool: Pool) -> None:
    result = played(drill_pool, planted())
    (failure,) = saved_in(tmp_path / "failures", drill_pool, result)
    assert failure.file == tmp_path / "failures" / "standard-seed-9.json"
    assert failure.shrunk is not None
    assert failure.shrunk.is_minimal
    left = [operation.do for operation in failure.saved.schedule.operations]
    assert left == ["boot", "until", "submit", "wait", "stream", "fill", "heal", "settle"]
    assert {anomaly.kind for anomaly in failure.saved.anomalies} >= {Kind.MISSING_FILL, Kind.WRONG_STATUS}
    again = saved.read(failure.file)
    (run,) = played(drill_pool, again.job()).runs
    assert run.played.digest == again.digest
    assert [str(anomaly.kind) for anomaly in run.unexpected] == [str(anomaly.kind) for anomaly in again.anomalies]


def test_a_failed_scenario_is_saved_as_it_is_and_once(tmp_path: Path, drill_pool: Pool) -> None:
    result = played(drill_pool, own_job("unseen [full]"), own_job("unseen [full]", seed=2), own_job("quiet"))
    (failure,) = saved_in(tmp_path, drill_pool, result)
    assert failure.file.name == "standard-unseen-full-seed-1.json"
    assert failure.saved.schedule == result.runs[0].job.schedule
    assert failure.shrunk is None


def test_a_known_limit_is_no_failure(tmp_path: Path, drill_pool: Pool) -> None:
    result = played(drill_pool, own_job("unseen [told]"))
    assert result.runs[0].played.anomalies
    assert saved_in(tmp_path / "none", drill_pool, result) == []
    assert not (tmp_path / "none").exists()


def test_what_does_not_go_wrong_again_is_saved_as_it_was(tmp_path: Path, drill_pool: Pool) -> None:
    (run,) = played(drill_pool, planted()).runs
    quiet = Schedule(name="seed", seed=9, operations=own_job("quiet").schedule.operations)
    once = Run(job=replace(run.job, schedule=quiet), played=run.played, wall_secs=0)
    (failure,) = saved_in(tmp_path, drill_pool, outcome([once]))
    assert failure.shrunk is None
    assert failure.saved.schedule == quiet


def test_runs_stand_in_the_order_they_were_asked_for(drill_pool: Pool) -> None:
    jobs = [own_job("quiet", seed=seed) for seed in (3, 1, 2)]
    told: list[tuple[int, int]] = []
    result = Campaign(drill_pool, lambda _: None).play(
        jobs, lambda run, done: told.append((run.job.schedule.seed, done))
    )
    assert [run.job.schedule.seed for run in result.runs] == [3, 1, 2]
    assert [done for _, done in told] == [1, 2, 3]
    assert result.is_fine
    assert result.virtual_secs > 0


def test_a_node_that_does_not_start_is_told_with_its_reason(drill_pool: Pool) -> None:
    broken = replace(SHIPPED, overrides={"node.guards": "symbols"})
    with pytest.raises(NotStartingError, match=r"the node does not start with these settings: E[0-9]{2}"):
        Campaign(drill_pool, lambda _: None).rehearse(broken, "")
    Campaign(drill_pool, lambda _: None).rehearse(SHIPPED, "")


def test_every_failure_that_was_cured_stays_cured(drill_pool: Pool) -> None:
    files = sorted(CORPUS.glob("*.json"))
    assert files
    result = played(drill_pool, *(saved.read(file).job() for file in files))
    wrong = {
        file.name: [str(anomaly) for anomaly in run.unexpected]
        for file, run in zip(files, result.runs, strict=True)
        if run.unexpected
    }
    assert wrong == {}
