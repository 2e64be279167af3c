"""From a seed to a schedule.

Every option that is drawn stands in the schedule, so that it can be read, cut down and played again without the seed.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final, NamedTuple

from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Schedule, Until, Wait, ending
from reconciliation.drill.seeds.trading import MARKETS, history, trading
from reconciliation.drill.seeds.trouble import FAULTS, episodes, killed

CLAIMS: Final = {"BTCUSDT-PERP.BINANCE": "DRILL-D01", "SOLUSDT-PERP.BINANCE": "DRILL-D02"}
"""ETHUSDT and XRPUSDT are claimed by nobody."""
LIKELY: Final = 0.3
"""How likely a kind of fault takes part in a run."""


class Dated(NamedTuple):
    """An operation and when it is due, seconds since the node started."""

    secs: float
    number: int
    operation: AnyOperation


def derive(seed: int, *, minutes: float, settle_secs: float, silence_secs: float, kills: bool = False) -> Schedule:
    """Return the schedule of a seed.

    Args:
        seed: everything is drawn from it.
        minutes: how long is traded, under faults.
        settle_secs: within which node and venue must agree once everything works again.
        silence_secs: for how long nothing may be corrected after that.
        kills: also kill the node about every minute.
    """
    random = Random(seed)  # noqa: S311 - a run is to be repeated, not to be secret
    markets = tuple(random.sample(MARKETS, random.randint(1, len(MARKETS))))
    chosen = [name for name in FAULTS if random.random() < LIKELY]
    lossy = random.random() < LIKELY
    dated = [
        *trading(random, markets, minutes * 60, lossy=lossy),
        *episodes(random, chosen, minutes * 60),
    ]
    if kills:
        dated += killed(random, minutes * 60)
    numbered = sorted(Dated(secs, number, operation) for number, (secs, operation) in enumerate(dated))
    return Schedule(
        name="seed",
        seed=seed,
        claims=CLAIMS,
        operations=(
            *history(random, markets),
            Boot(),
            Until(event="Started"),
            *_with_waits(numbered),
            *ending(settle_secs, silence_secs, _late_secs(dated)),
        ),
    )


def _late_secs(dated: Iterable[tuple[float, AnyOperation]]) -> float:
    """Return how late an answer can come after all faults have ended."""
    return max((operation.delay_secs for _, operation in dated if isinstance(operation, Fail)), default=0.0)


def _with_waits(dated: list[Dated]) -> Iterator[AnyOperation]:
    now = 0.0
    for secs, _, operation in dated:
        if secs > now:
            yield Wait(secs=round(secs - now, 3))
            now = secs
        yield operation
