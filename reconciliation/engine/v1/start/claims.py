"""Claims on external orders, registered at every boot.

An order that the cache already knows as EXTERNAL is never re-owned: one boot without a claim on a shared cache loses
that claim for good. So each claim is registered whether or not its strategy runs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from nautilus_trader.config import StrategyConfig
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

from reconciliation.engine.errors import ClaimError
from reconciliation.engine.lifecycle import CachedExternal, Claimed
from reconciliation.engine.ownership import EXTERNAL
from reconciliation.external_claims import ExternalOrderClaimConfig


class ClaimHolder(Strategy):
    """Stands in for a strategy where the engine wants one to register its claims; it never runs."""


def _register(engine: LiveExecutionEngine, strategy_id: str, instrument_ids: Iterable[InstrumentId]) -> None:
    name, _, tag = strategy_id.rpartition("-")
    config = StrategyConfig(strategy_id=name, order_id_tag=tag, external_order_claims=sorted(instrument_ids, key=str))
    engine.register_external_order_claims(ClaimHolder(config))


def register_explicit(engine: LiveExecutionEngine, claims: Mapping[str, ExternalOrderClaimConfig]) -> None:
    """Register the instruments each strategy claims by name.

    A running strategy may have registered some of them itself, through its own configuration.

    Raises:
        ClaimError: another strategy claims one of them.
    """
    for strategy_id, claim in claims.items():
        wanted = [InstrumentId.from_str(text) for text in claim.instrument_ids]
        for instrument_id in wanted:
            owner = engine.get_external_order_claim(instrument_id)
            if owner is not None and owner.value != strategy_id:
                raise ClaimError(
                    f"{instrument_id} is claimed by {strategy_id} in the settings and by {owner} in its own"
                    " configuration",
                    "keep one of the two",
                )
        missing = [item for item in wanted if engine.get_external_order_claim(item) is None]
        if missing:
            _register(engine, strategy_id, missing)


def resolve_claim_all(
    engine: LiveExecutionEngine,
    claims: Mapping[str, ExternalOrderClaimConfig],
    loaded: Iterable[str],
) -> Claimed | None:
    """Register every loaded instrument without an owner for the strategy that claims all.

    Returns:
        Which strategy got how many instruments; None when no strategy claims all.

    Raises:
        ClaimError: there is nothing left to claim.
    """
    strategy_id = next((name for name, claim in claims.items() if claim.claim_all), None)
    if strategy_id is None:
        return None
    free = set(map(InstrumentId.from_str, loaded)) - engine.get_external_order_claims_instruments()
    if not free:
        raise ClaimError(
            f"{strategy_id} claims all, and no loaded instrument is left to claim",
            "check that instruments load, or list instrument_ids",
        )
    _register(engine, strategy_id, free)
    return Claimed(strategy_id, len(free))


def cached_external(engine: LiveExecutionEngine) -> Iterator[CachedExternal]:
    """Yield which open orders the cache already holds as EXTERNAL though a strategy claims them."""
    stranded: dict[str, list[str]] = defaultdict(list)
    for order in engine._cache.orders_open():
        owner = engine.get_external_order_claim(order.instrument_id)
        if order.strategy_id.value == EXTERNAL and owner is not None:
            stranded[owner.value].append(order.client_order_id.value)
    for strategy_id, ids in sorted(stranded.items()):
        yield CachedExternal(strategy_id, tuple(sorted(ids)))
