"""Whose an order from outside is: by what a node would claim, and by what a cache holds of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from reconciliation.settings import Settings

EXTERNAL: Final = "EXTERNAL"
"""The engine's own strategy id of an order that nobody claims."""


class Ownership(Struct, frozen=True):
    """Who would own an external order.

    Attributes:
        owners: one strategy id, or EXTERNAL; two or more refuse the start.
        why: in words.
    """

    owners: tuple[str, ...]
    why: str


class StoredOrder(Struct, frozen=True, kw_only=True):
    """An order as the history in a cache's database tells of it.

    Attributes:
        status: in the engine's words; empty where the engine cannot replay the history.
        is_open: whether it may still trade.
        positions: the ids of the positions that its fills went into.
        fault: why the engine cannot replay it; empty where it can.
    """

    client_order_id: str
    instrument_id: str
    strategy_id: str
    status: str = ""
    is_open: bool = False
    positions: tuple[str, ...] = ()
    fault: str = ""

    @property
    def bound(self) -> str:
        """Why it cannot be given to another strategy; empty where it can."""
        if self.fault:
            return f"the engine cannot replay its history ({self.fault})"
        if self.positions:
            held = ", ".join(self.positions)
            return (
                f"it has traded, and what it traded stands in {EXTERNAL}'s position {held}, which would not follow it"
            )
        return ""


class Claims:
    """What the strategies of a node claim.

    Args:
        settings: whose section `claims` counts.
        own: what strategies claim in their own configuration, by strategy id.
    """

    def __init__(self, settings: Settings, own: Mapping[str, Iterable[str]]) -> None:
        self._drops = settings.reconciliation.filter_unclaimed_external_orders
        self._by_name: dict[str, dict[str, str]] = {}
        self._all = next((name for name, claim in settings.claims.items() if claim.claim_all), None)
        self._all_origin = settings.origins.get(f"claims.{self._all}.claim_all", "")
        for strategy_id, claim in settings.claims.items():
            origin = settings.origins.get(f"claims.{strategy_id}.instrument_ids", "claims")
            for instrument_id in claim.instrument_ids:
                self._by_name.setdefault(instrument_id, {})[strategy_id] = f"claims.{strategy_id} ({origin})"
        for strategy_id, instruments in own.items():
            for instrument_id in instruments:
                self._by_name.setdefault(instrument_id, {}).setdefault(strategy_id, "its own external_order_claims")

    def __iter__(self) -> Iterator[str]:
        """Yield the instruments that are claimed by name."""
        return iter(sorted(self._by_name))

    def of(self, instrument_id: str) -> Ownership:
        """Return who would own an external order of an instrument that a client has loaded."""
        claimed = self._by_name.get(instrument_id)
        if claimed is None:
            return self.others
        why = "; ".join(claimed.values()) if len(claimed) == 1 else f"claimed by {' and by '.join(claimed)}"
        return Ownership(tuple(claimed), why)

    @property
    def others(self) -> Ownership:
        """Who would own an external order of any instrument that nobody claims by name."""
        if self._all is not None:
            return Ownership((self._all,), f"claims.{self._all}.claim_all ({self._all_origin})")
        dropped = "; filter_unclaimed_external_orders drops it" if self._drops else ""
        return Ownership((EXTERNAL,), f"nobody claims it{dropped}")
