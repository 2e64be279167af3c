"""The picture of a node as plain data: what `/status` answers and `recon status` shows."""

from typing import Any

from msgspec.structs import asdict

from reconciliation.monitor.health import missing
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import Picture


def data(picture: Picture, identity: Identity, now: float) -> dict[str, Any]:
    """Return everything that is known, times as seconds since the epoch, what has not happened yet as null.

    Args:
        picture: of the node.
        identity: of the node.
        now: seconds since the epoch.
    """
    counted, fills = picture.counted, picture.fills
    return {
        "now": now,
        "node": {
            "trader_id": identity.trader_id,
            "account": identity.account,
            "preset": identity.preset,
            "fingerprint": identity.fingerprint,
            "version": identity.version,
            "engine_version": identity.engine_version,
            "guards_off": sorted(guard for guard, is_on in identity.guards.items() if not is_on),
            "begun": identity.begun,
        },
        "state": picture.state,
        "since": picture.since,
        "reason": picture.reason,
        "is_reconciled": picture.is_reconciled,
        "is_ready": not (lacking := missing(picture, now)),
        "missing": lacking,
        "verified": picture.reconciled or None,
        "reconciliation_secs": picture.reconciliation_secs or None,
        "startup": picture.startup and asdict(picture.startup),
        "heartbeat": picture.heartbeat,
        "checks": {
            check.value: {
                "period_secs": status.period_secs,
                "ended": status.ended or None,
                "succeeded": status.succeeded or None,
                "secs": status.secs if status.runs else None,
                "runs": status.runs,
                "failures": status.failures,
                "reason": status.reason,
            }
            for check, status in picture.checks.items()
        },
        "orders": {
            "open": counted.open_orders,
            "inflight": counted.inflight_orders,
            "oldest_inflight": counted.oldest_inflight or None,
            "external": counted.external_orders,
            "external_seen": picture.external_seen,
        },
        "positions": [
            {"account": account, "instrument": instrument, "quantity": format(quantity, "f")}
            for (account, instrument), quantity in counted.positions.items()
        ],
        "discrepancies": {kind.value: count for kind, count in counted.discrepancies.items()},
        "held_absent": [
            {"kind": held.kind, "key": held.key, "since": since} for held, since in counted.held_absent.items()
        ],
        "fills": {
            "recovered": dict(fills.recovered),
            "last_recovered": fills.last_recovered,
            "inferred": fills.inferred,
            "duplicate": fills.duplicate,
        },
        "request_weight": {"used": counted.used_weight, "limit": identity.weight_limit or None},
        "cache": picture.cache
        and {
            "is_reachable": picture.cache.is_reachable,
            "since": picture.cache.since,
            "losses": picture.cache.losses,
            "is_behind": picture.cache.is_behind,
            "mended": picture.cache.mended,
            "missing": picture.cache.missing,
        },
        "gate": {
            "is_closed": picture.gate.is_closed,
            "since": picture.gate.since or None,
            "reason": picture.gate.reason,
            "closings": picture.gate.closings,
            "denied": picture.gate.denied,
        },
        "leases": dict(picture.leases),
        "planned": dict(identity.planned),
    }
