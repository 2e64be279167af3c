"""Runs and outcomes that need no engine, and settings for those that do."""

from collections.abc import Iterable, Mapping

from own_scenarios import SCENARIOS

from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.outcome import Outcome, Run
from reconciliation.drill.planning import of_scenarios, recorded
from reconciliation.drill.runs.job import Chosen, Job
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.drill.schedule import AnyOperation, Schedule
from reconciliation.drill.stage import Played, Settled
from reconciliation.layers.settings_folder import shipped_settings

SHIPPED = Chosen(preset="standard", settings_dir=shipped_settings(), env={})
OWN = {scenario.name: scenario for scenario in SCENARIOS}


def own_job(name: str, seed: int = 1) -> Job:
    """Return a run of one of our own scenarios."""
    scenario = OWN[name]
    chosen = Chosen(preset="standard", settings_dir=shipped_settings(), env={}, needs=scenario.settings)
    return Job(
        chosen=chosen, schedule=scenario.schedule(seed=seed, settle_secs=5), known=scenario.known, text=scenario.text
    )


def drilled(pool: Pool) -> Outcome:
    """Return what comes of real runs, recorded: one that fails, one at a known limit, two that pass."""
    away = tuple(of_scenarios(SHIPPED, [shipped_scenarios()["venue down [30 s, refusing]"]], [1]))
    jobs = recorded((own_job("unseen [full]"), own_job("unseen [told]"), own_job("quiet"), *away))
    return outcome(Run(job=job, played=played, wall_secs=secs) for job, played, secs in pool.play(jobs))


def run(
    name: str = "seed",
    *kinds: Kind,
    seed: int = 1,
    preset: str = "standard",
    known: Mapping[Kind, str] | None = None,
    settled: tuple[float, ...] = (1.5, 0.0),
    agreed: bool = True,
    text: str = "here and there",
) -> Run:
    """Return a run with anomalies of these kinds."""
    job = Job(chosen=SHIPPED, schedule=schedule(name=name, seed=seed), known=known or {})
    anomalies = tuple(Anomaly(kind, "key", text) for kind in kinds)
    played = Played(
        schedule=job.schedule,
        preset=preset,
        anomalies=anomalies,
        settled=tuple(Settled(60.0 * number, took, has_agreed=agreed) for number, took in enumerate(settled)),
        virtual_secs=100.0,
        digest="0" * 64,
    )
    return Run(job=job, played=played, wall_secs=0.25)


def schedule(*operations: AnyOperation, name: str = "seed", seed: int = 1) -> Schedule:
    return Schedule(name=name, seed=seed, operations=operations)


def outcome(runs: Iterable[Run], *, wanted: int | None = None, stopped_by: str = "") -> Outcome:
    played = tuple(runs)
    return Outcome(
        runs=played,
        wanted=len(played) if wanted is None else wanted,
        wall_secs=2.0,
        at_once=2,
        stopped_by=stopped_by,
    )
