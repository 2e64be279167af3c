"""A scenario: one story about a node and its venue, told as given, when, then."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from msgspec import Struct, field

from reconciliation.drill import scenarios as shipped
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.checks import Asked
from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Schedule, Until, ending
from reconciliation.drill.venues import AT_BINANCE, BINANCE, Venue

SILENCE_SECS: Final = 70.0
CLAIMS: Final = {"BTCUSDT-PERP.BINANCE": "DRILL-D01"}
"""What is claimed unless a scenario says otherwise."""


class Scenario(Struct, frozen=True, kw_only=True):
    """One story, told in Binance's names of calls and instruments.

    Attributes:
        name: parameters in brackets, `lost fill [partial]`.
        text: what happens and what must hold, in one sentence.
        given: what the venue holds before the node is started for the first time.
        when: what happens once it has started.
        then: what is looked at after all is well again; node and venue agree, stay so, and a restart changes nothing,
            unless a scenario says otherwise.
        settings: what it needs of the settings, by dotted key, such as `node.position_mode`; all else is the user's.
        claims: the claiming strategy by instrument id.
        boots: whether the node is started, and awaited, before `when`.
        known: where the engine cannot be right: the anomaly, and why it is so. It is shown as a known limit.
        carriers: `virtual`, `wire` or both.
        venues: the names of those at which it is played; elsewhere than at Binance over the wire only.
        alerts: which alerts must fire with the preset standard, by name; how often a node that cannot start is started
            again, and how much it asks for then, is not a story's to say.
    """

    name: str
    text: str
    given: tuple[AnyOperation, ...] = ()
    when: tuple[AnyOperation, ...] = ()
    then: tuple[AnyOperation, ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=lambda: dict(CLAIMS))
    boots: bool = True
    known: Mapping[Kind, str] = field(default_factory=dict)
    carriers: frozenset[str] = frozenset({"virtual", "wire"})
    venues: frozenset[str] = AT_BINANCE
    alerts: frozenset[str] = frozenset()

    def schedule(
        self, *, seed: int, settle_secs: float, silence_secs: float = SILENCE_SECS, venue: Venue = BINANCE
    ) -> Schedule:
        """Return it as a schedule.

        Args:
            seed: what delays and ids are drawn from.
            settle_secs: within which node and venue must agree, by the plan of the settings.
            silence_secs: for how long nothing may be corrected after that.
            venue: where it is played.
        """
        begin = (Boot(), Until(event="Started")) if self.boots else ()
        end = ending(settle_secs, silence_secs) if self.then is None else self.then
        return Schedule(
            name=self.name,
            seed=seed,
            venue=venue.name,
            claims={key.replace(BINANCE.suffix, venue.suffix): strategy for key, strategy in self.claims.items()},
            operations=tuple(_fitted(each, venue) for each in (*self.given, *begin, *self.when, *end)),
        )


def _fitted(operation: AnyOperation, venue: Venue) -> AnyOperation:
    """Return an operation with a venue's own names of calls."""
    match operation:
        case Fail():
            return operation.model_copy(update={"call": venue.call_of(operation.call)})
        case Until() if operation.asked is not None:
            return operation.model_copy(update={"asked": venue.call_of(operation.asked)})
        case Asked():
            since = venue.call_of(operation.since) if " " in operation.since else operation.since
            return operation.model_copy(update={"call": venue.call_of(operation.call), "since": since})
    return operation


def shipped_scenarios() -> dict[str, Scenario]:
    """Return the scenarios that come with this package, by name, in the order of their files."""
    names = sorted(module.name for module in iter_modules(shipped.__path__, f"{shipped.__name__}."))
    return by_name(scenario for name in names for scenario in import_module(name).SCENARIOS)


def by_name(scenarios: Iterable[Scenario]) -> dict[str, Scenario]:
    """Return scenarios by name.

    Raises:
        ValueError: two have one name.
    """
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        if scenario.name in found:
            raise ValueError(f"two scenarios are named {scenario.name!r}")
        found[scenario.name] = scenario
    return found
