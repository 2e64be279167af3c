"""From what is asked for to the runs that are played."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from reconciliation.drill.placing import without_account
from reconciliation.drill.runs.job import CarrierName, Chosen, Job, Recording
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Boot, Schedule, Until
from reconciliation.drill.seeds.derive import derive
from reconciliation.drill.seeds.trading import MARKETS
from reconciliation.drill.settling import never_repaired, settle_secs, silence_secs
from reconciliation.drill.venues import BINANCE, Venue, VenueName
from reconciliation.errors import UnusableError
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of
from reconciliation.settings import Settings

SEEDS_RECORDED: Final = 20
"""So many derived runs of a preset are recorded whatever comes of them."""
_ONLY: Final = "reconciliation.instrument_ids"


class NotDrillableError(UnusableError):
    """The settings leave out what a drill trades."""


def check_instruments(settings: Settings) -> None:
    """Refuse settings under which a node would not look at what a drill trades.

    Raises:
        NotDrillableError: they name instruments, and not all of the drill's.
    """
    wanted = settings.reconciliation.instrument_ids
    left_out = [name for market in MARKETS if (name := BINANCE.instrument_of(market.symbol)) not in (wanted or ())]
    if wanted is not None and left_out:
        raise NotDrillableError(
            f"{_ONLY} leaves out what a drill trades: {', '.join(left_out)}",
            f"drill with --set {_ONLY}=none",
            settings.origins.get(_ONLY, ""),
        )


def of_scenarios(
    chosen: Chosen,
    scenarios: Iterable[Scenario],
    seeds: Iterable[int],
    configure: str = "",
    venue: Venue = BINANCE,
) -> Iterator[Job]:
    """Yield the runs of scenarios, each with every seed.

    Args:
        chosen: the user's settings.
        scenarios: which.
        seeds: what delays and ids are drawn from.
        configure: MODULE:FUNCTION of the user.
        venue: where they are played.

    Raises:
        SettingsError: what a scenario needs cannot be had with these settings.
    """
    drawn = tuple(seeds)
    for scenario in scenarios:
        fitting = replace(chosen, needs=scenario.settings)
        settings = fitting.load()
        if not venue.is_of_settings:
            settings = settings.with_sections("drill", venue=without_account(venue.name))
        planned = plan(subject_of(settings))
        settle, silence = settle_secs(planned, settings), silence_secs(planned)
        for seed in drawn:
            yield Job(
                chosen=fitting,
                schedule=scenario.schedule(seed=seed, settle_secs=settle, silence_secs=silence, venue=venue),
                configure=configure,
                known=scenario.known,
                never=never_repaired(planned, settings),
                text=scenario.text,
            )


def of_seeds(
    chosen: Chosen, seeds: Iterable[int], *, minutes: float, kills: bool, configure: str = ""
) -> Iterator[Job]:
    """Yield the runs that seeds derive.

    Args:
        chosen: the user's settings.
        seeds: which.
        minutes: how long is traded under faults.
        kills: also kill the node about every minute.
        configure: MODULE:FUNCTION of the user.

    Raises:
        SettingsError: the settings are unusable.
    """
    settings = chosen.load()
    planned = plan(subject_of(settings))
    settle, silence = settle_secs(planned, settings), silence_secs(planned)
    for seed in seeds:
        schedule = derive(seed, minutes=minutes, settle_secs=settle, silence_secs=silence, kills=kills)
        yield Job(chosen=chosen, schedule=schedule, configure=configure, never=never_repaired(planned, settings))


def recorded(jobs: Iterable[Job]) -> Iterator[Job]:
    """Yield runs so that a page can be made of them: the first of a story are recorded, and all that go wrong."""
    counts: Counter[tuple[str | None, str]] = Counter()
    for job in jobs:
        story = job.chosen.preset, job.schedule.name
        most = SEEDS_RECORDED if job.is_of_a_seed else 1
        recording = Recording.EVERY if counts[story] < most else Recording.WRONG
        counts[story] += 1
        yield replace(job, recording=recording)


def rehearsal(
    chosen: Chosen, configure: str = "", carrier: CarrierName = "virtual", venue: VenueName = "BINANCE"
) -> Job:
    """Return a run in which a node only starts, at a venue where nothing happens."""
    schedule = Schedule(name="rehearsal", venue=venue, operations=(Boot(), Until(event="Started")))
    return Job(chosen=chosen, schedule=schedule, configure=configure, carrier=carrier)
