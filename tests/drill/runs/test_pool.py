"""Every job comes back, whatever becomes of the process that plays it, and no process is left."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace
from planted import own_job
from stage import processes_in, until

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.runs import job as job_module
from reconciliation.drill.runs import nursery
from reconciliation.drill.runs import pool as pool_module
from reconciliation.drill.runs.job import Job
from reconciliation.drill.runs.pool import Finished, Pool

QUIET = own_job("quiet")
BEGIN = """
import os, sys, time
sys.path[:] = {{path!r}}
from multiprocessing.connection import Connection
from reconciliation.drill.runs.nursery import nurse
def live(handle):
    pipe = Connection(handle)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        {0}
        told = f"process {{{{os.getpid()}}}}, hashes {{{{os.environ['PYTHONHASHSEED']}}}}, group {{{{os.getpgrp()}}}}"
        pipe.send((job.failed(told), 0.0))
nurse({{orders}}, live)
"""
"""Processes that need no engine: each tells who it is, unless it comes to something else."""
ECHO = BEGIN.format("")


def told(finished: Finished) -> str:
    (anomaly,) = finished.played.anomalies
    assert anomaly.kind is Kind.DRILL_FAILED
    return anomaly.text


def test_a_process_that_dies_gives_its_job_back_and_the_others_are_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", BEGIN.format("os._exit(3)"))
    with Pool(2) as pool:
        played = list(pool.play([QUIET] * 5))
    assert [told(each) for each in played] == ["the process ended, exit code 3"] * 5


def test_a_process_that_is_killed_is_told_by_its_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", BEGIN.format("os.kill(os.getpid(), 6)"))
    with Pool(1) as pool:
        (finished,) = pool.play([QUIET])
    assert told(finished) == "the process ended, by signal 6"


def test_where_nothing_can_be_forked_every_job_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", "import os; os._exit(3)  # {path} {orders}")
    with Pool(2) as pool:
        played = list(pool.play([QUIET] * 5))
    assert [told(each) for each in played] == ["the process ended, exit code 3"] * 5


def test_a_run_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", BEGIN.format("time.sleep(60)"))
    monkeypatch.setattr(job_module, "LEAST_PATIENCE_SECS", 0.2)
    monkeypatch.setattr(job_module, "SLOWEST", 1e9)
    with Pool(1) as pool:
        (finished,) = pool.play([QUIET])
    assert told(finished).startswith("it was not over after ")


def test_processes_are_replaced_and_work_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", ECHO)
    monkeypatch.setattr(pool_module, "RUNS_A_PROCESS", 2)
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    with Pool(2) as pool:
        told_by = [told(each) for each in pool.play([QUIET] * 8)]
        assert "PYTHONHASHSEED" not in os.environ
    by_process = {text: told_by.count(text) for text in told_by}
    assert max(by_process.values()) == 2
    assert len(by_process) >= 4
    (common,) = {text.split(", ", 1)[1] for text in by_process}
    assert common.startswith("hashes 0, group ")
    assert common != f"hashes 0, group {os.getpgrp()}"


def test_a_wish_to_stop_ends_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", ECHO)
    stops: list[int] = []

    def go_on() -> None:
        if stops:
            raise KeyboardInterrupt

    def played() -> list[int]:
        pids: list[int] = []
        with Pool(2, go_on) as pool:
            for finished in pool.play([QUIET] * 500):
                pids.append(int(told(finished).split(",")[0].removeprefix("process ")))
                if len(set(pids)) == 2:
                    stops[:] = set(pids)
        return pids

    with pytest.raises(KeyboardInterrupt):
        played()
    assert len(stops) == 2
    assert not [pid for pid in stops if is_alive(pid)]


def test_a_process_whose_starter_is_gone_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_BEGIN", ECHO)
    pool = Pool(1)
    (finished,) = pool.play([QUIET])
    pid = int(told(finished).split(",")[0].removeprefix("process "))
    (left,) = pool._workers
    assert pid in processes_in(Path.cwd())
    assert pool._nursery is not None
    pool._nursery._orders.close()
    left.pipe.close()
    until(lambda: pid not in processes_in(Path.cwd()), f"process {pid} ends", 10)
    assert pool._nursery._process.wait(10) == 0


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_goes_wrong_in_the_drill_itself_is_told_with_its_place(drill_pool: Pool) -> None:
    unusable = replace(QUIET, chosen=replace(QUIET.chosen, preset="nope"))
    (finished,) = drill_pool.play([unusable])
    assert "SettingsError: " in told(finished)
    assert "resolve.py:" in told(finished)


def test_a_run_is_the_same_in_every_process_and_prints_nothing_to_stdout(
    drill_pool: Pool, capfd: pytest.CaptureFixture[str]
) -> None:
    jobs = [own_job("unseen [full]", seed=1), own_job("unseen [full]", seed=2)]
    digests = of(drill_pool, jobs)
    assert of(drill_pool, jobs) == digests
    with Pool(1) as another:
        assert of(another, list(reversed(jobs))) == list(reversed(digests))
        of(another, [replace(QUIET, configure="own_configure:adds")])
    assert digests[0] != digests[1]
    out, err = capfd.readouterr()
    assert (out, "a function of the user's" in err) == ("", True)


def of(pool: Pool, jobs: list[Job]) -> list[str]:
    found = {id(finished.job): finished.played.digest for finished in pool.play(jobs)}
    assert all(found.values())
    return [found[id(job)] for job in jobs]
