"""The body of `recon claims`: what is claimed, what a cache holds of it, and what is given to whom."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.text import table
from reconciliation.embedded.at_rest import CacheAtRest, cache_at_rest
from reconciliation.engine.generation import generation
from reconciliation.engine.ownership import EXTERNAL, Claims, Ownership, StoredOrder
from reconciliation.errors import ExitCode, UnusableError
from reconciliation.node.cached_orders import CachedOrders, NodeRunsError, restore
from reconciliation.node.draft import collected
from reconciliation.settings import Settings

_SHARED = "two strategies claim its instrument"


class NoCacheError(UnusableError):
    """There is no cache whose orders could change hands."""

    def __init__(self) -> None:
        super().__init__("no cache is given", "set RECON_CACHE_URL, or run where the embedded cache's folder is")


def told(
    settings: Settings, configure: Callable[[Any], Any] | None, *, reown: bool, copy: Path | None, as_json: bool
) -> int:
    """Tell who owns what, give away what is asked for, and return the exit code."""
    with stdout_for_data() as stdout, cache_at_rest(settings) as cache:
        builder, _ = collected(settings, configure, read_only=True)
        claims = Claims(settings, generation().own_claims(builder))
        stranded = None if cache is None else _stranded(settings, cache, claims)
        given: dict[str, str] = {}
        kept: Path | None = None
        if reown:
            if cache is None or stranded is None:
                raise NoCacheError
            given = {order.client_order_id: owner for order, owner, bound in stranded if not bound}
            kept = _given(settings, cache, given, copy)
        data = _data(settings, claims, stranded, given, kept)
        told_text = json.dumps(data, indent=2) if as_json else "\n".join(_lines(data))
        click.echo(told_text, file=stdout)
    clash = any(len(claim["owners"]) > 1 for claim in data["claims"])
    left = any(not order["reowned"] for order in data["cached"] or ())
    return ExitCode.NOT_FINE if clash or left else ExitCode.FINE


def restored(settings: Settings, copy: Path, *, as_json: bool) -> int:
    """Put back what a file keeps, and return the exit code."""
    with stdout_for_data() as stdout, cache_at_rest(settings) as cache:
        if cache is None:
            raise NoCacheError
        _refuse_while_used(settings, cache)
        put_back, gone_on = restore(cache.url, settings.node.trader_id, copy)
        if as_json:
            text = json.dumps({"restored": list(put_back), "left": list(gone_on)}, indent=2)
        else:
            lines = [f"put back   {order}" for order in put_back] or ["nothing to put back"]
            text = "\n".join([*lines, *(f"left       {order}: its history has gone on since" for order in gone_on)])
        click.echo(text, file=stdout)
    return ExitCode.NOT_FINE if gone_on else ExitCode.FINE


Stranded = list[tuple[StoredOrder, str, str]]
"""Orders, who claims each, and what keeps it where it is."""


def _stranded(settings: Settings, cache: CacheAtRest, claims: Claims) -> Stranded:
    found: Stranded = []
    for order in CachedOrders(cache.url, settings.node.trader_id).external():
        owners = claims.of(order.instrument_id).owners
        if owners != (EXTERNAL,):
            found.append((order, " and ".join(owners), order.bound if len(owners) == 1 else _SHARED))
    return found


def _given(settings: Settings, cache: CacheAtRest, gifts: dict[str, str], copy: Path | None) -> Path | None:
    _refuse_while_used(settings, cache)
    if not gifts:
        return None
    trader_id = settings.node.trader_id
    kept = copy or Path(f"recon-claims-{trader_id}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json")
    CachedOrders(cache.url, trader_id).give(gifts, kept)
    return kept


def _refuse_while_used(settings: Settings, cache: CacheAtRest) -> None:
    user = CachedOrders(cache.url, settings.node.trader_id).user()
    if cache.in_use or user:
        sign = f" ({user})" if user else ""
        raise NodeRunsError(
            f"a node of {settings.node.trader_id} runs on this cache{sign}; it would write its own picture over it",
            "stop it first",
        )


def _data(
    settings: Settings, claims: Claims, stranded: Stranded | None, given: dict[str, str], kept: Path | None
) -> dict[str, Any]:
    """Return the answer as the stable `--json` form; `cached` is null where there is no cache."""
    cached = (
        None
        if stranded is None
        else [
            {
                "client_order_id": order.client_order_id,
                "instrument_id": order.instrument_id,
                "status": order.status or None,
                "owner": owner,
                "bound": bound or None,
                "reowned": order.client_order_id in given,
            }
            for order, owner, bound in stranded
        ]
    )
    return {
        "trader_id": settings.node.trader_id,
        "claims": [{"instrument_id": name, **_ownership(claims.of(name))} for name in claims],
        "others": _ownership(claims.others),
        "cached": cached,
        "copy": None if kept is None else str(kept),
    }


def _ownership(owned: Ownership) -> dict[str, Any]:
    return {"owners": list(owned.owners), "why": owned.why}


def _lines(data: dict[str, Any]) -> Iterator[str]:
    rows = [("instrument", "owner", "why")]
    rows += [(claim["instrument_id"], ", ".join(claim["owners"]), claim["why"]) for claim in data["claims"]]
    rows.append(("any other", ", ".join(data["others"]["owners"]), data["others"]["why"]))
    yield from table(rows)
    cached = data["cached"]
    yield ""
    if cached is None:
        yield "there is no cache to look into"
        return
    if not cached:
        yield "the cache holds no open order as EXTERNAL that a strategy claims"
        return
    yield f"open in the cache as EXTERNAL, though claimed: {len(cached)}"
    yield from table(_row(order) for order in cached)
    if data["copy"] is not None:
        yield f"\nwhat was changed is kept: `recon claims --restore {data['copy']}` puts it back"
    elif any(order["bound"] is None for order in cached):
        yield "\nnext: `recon claims --reown` while no node runs"


def _row(order: dict[str, Any]) -> tuple[str, ...]:
    if order["reowned"]:
        outcome = f"given to {order['owner']}"
    elif order["bound"] is not None:
        outcome = f"stays EXTERNAL: {order['bound']}"
    else:
        outcome = f"claimed by {order['owner']}"
    return f"  {order['client_order_id']}", order["instrument_id"], order["status"] or "?", outcome
