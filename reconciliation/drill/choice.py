"""Which scenarios are meant by what somebody typed."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from reconciliation.drill.scenario import Scenario
from reconciliation.errors import UnusableError

_LIST: Final = "`recon drill --list` names them all"
_ALIKE: Final = 0.5


class UnknownScenarioError(UnusableError):
    """There is no scenario of that name."""


def chosen(
    names: Sequence[str], scenarios: Mapping[str, Scenario], carrier: str | None = None, venue: str | None = None
) -> tuple[Scenario, ...]:
    """Return the scenarios that are meant, each once; where no name is given, all that can be played.

    Args:
        names: each a scenario's, or without its bracket for all its variations.
        scenarios: all there are, by name.
        carrier: `virtual` or `wire`, which must be able to play them; None where none is to be played.
        venue: where they must be playable; None where it does not matter.

    Raises:
        UnknownScenarioError: there is none of a name.
        UnusableError: the carrier cannot play one that was named, or it is not played at that venue.
    """
    if not names:
        return tuple(
            scenario
            for scenario in scenarios.values()
            if carrier in {None, *scenario.carriers} and venue in {None, *scenario.venues}
        )
    found: dict[str, Scenario] = {}
    for name in names:
        meant = [scenario for scenario in scenarios.values() if name in {scenario.name, story(scenario.name)}]
        if not meant:
            raise UnknownScenarioError(f"there is no scenario {name!r}", _hint(name, names, scenarios))
        found |= {scenario.name: scenario for scenario in meant}
    for scenario in found.values():
        if carrier not in {None, *scenario.carriers}:
            only = " and ".join(sorted(scenario.carriers))
            raise UnusableError(f"{scenario.name!r} cannot be played here", f"it is for this carrier: {only}")
        if venue not in {None, *scenario.venues}:
            raise UnusableError(f"{scenario.name!r} is not played at {venue}", "leave out --venue, or the scenario")
    return tuple(found.values())


def story(name: str) -> str:
    """Return a scenario's name without its bracket."""
    return name.partition(" [")[0]


def _hint(name: str, names: Sequence[str], scenarios: Iterable[str]) -> str:
    known = list(dict.fromkeys([*map(story, scenarios), *scenarios]))
    if (whole := " ".join(names)) in known:
        return f'quote it: "{whole}"'
    near = get_close_matches(name.lower(), known, n=3, cutoff=_ALIKE)
    return f"did you mean {' or '.join(map(repr, near))}? {_LIST}" if near else _LIST
