"""A run is a function of settings, seed and version: whoever plays it, wherever, after whatever, however it hashes."""

from pathlib import Path
from typing import Final

import pytest

from reconciliation.drill.runs.job import Chosen, Job
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.seeds.derive import derive
from reconciliation.layers.settings_folder import shipped_settings

SEEDS: Final = range(1, 51)


def job(seed: int) -> Job:
    """Twenty seconds under faults, with kills inside every fifth run, and a restart at the end of each."""
    schedule = derive(seed, minutes=0.3, settle_secs=60, silence_secs=2, kills=seed % 5 == 0)
    return Job(chosen=Chosen(preset="standard", settings_dir=shipped_settings(), env={}), schedule=schedule)


def digests(jobs: list[Job]) -> dict[int, str]:
    with Pool(2) as pool:
        return {finished.job.schedule.seed: finished.played.digest for finished in pool.play(jobs)}


@pytest.mark.timeout(400)
def test_fifty_seeds_replay_exactly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    jobs = [job(seed) for seed in SEEDS]
    told = digests(jobs)
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.chdir(tmp_path)
    assert digests(jobs[::-1]) == told
    assert len(set(told.values())) == len(SEEDS)
