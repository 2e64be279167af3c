"""Runs in virtual time as a test wants them: any guards, any rules accepted, and no longer than they need to be."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from reconciliation import load
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import CLAIMS
from reconciliation.drill.schedule import AnyOperation, Boot, Heal, Schedule, Settle, Silence, Until
from reconciliation.drill.stage import Played
from reconciliation.drill.virtual import VirtualRun
from reconciliation.engine.generation import generation
from reconciliation.rules.catalogue import RULES
from reconciliation.settings import Settings
from reconciliation.settings.guards import GUARDS

STARTED: Final[tuple[AnyOperation, ...]] = (Boot(), Until(event="Started"))
ALL_WELL: Final[tuple[AnyOperation, ...]] = (Heal(), Boot(), Settle(within_secs=60), Silence(secs=40))
"""Everything works again; node and venue agree within a minute, and stay so through another position check."""


def settings_with(guards: Collection[str] = GUARDS, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The standard preset with these guards, whatever the rules say of it."""
    accepted = [rule.id for rule in RULES]
    return load(env={}, overrides={"node.guards": list(guards), "node.accept": accepted} | dict(overrides or {}))


def run_of(
    *operations: AnyOperation,
    guards: Collection[str] = GUARDS,
    overrides: Mapping[str, Any] | None = None,
    seed: int = 1,
) -> VirtualRun:
    """A run of operations of one's own."""
    schedule = Schedule(name="test", seed=seed, claims=CLAIMS, operations=operations)
    return VirtualRun(settings_with(guards, overrides), schedule)


def kinds(played: Played) -> set[Kind]:
    """The names of all that was wrong."""
    return {anomaly.kind for anomaly in played.anomalies}


def histories(run: VirtualRun) -> Mapping[str, tuple[str, ...]]:
    """The kinds of the stored events, by key such as `orders:O-1`; a fill with its trade id."""
    return generation().stored_events(run.world.database(settings_with().node.trader_id).histories())


def happened(run: VirtualRun, kind: str, name: str) -> list[str]:
    """All of a kind, such as `node`, that begins with a name."""
    return [entry.text for entry in run.world.trace if entry.kind == kind and entry.text.startswith(name)]
