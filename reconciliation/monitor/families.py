"""Every metric a node has, as one table: its name, what it means, and where in the picture it is read.

Nothing is counted here, and what was not told yet is there as a zero: to Prometheus a counter that begins at three has
never increased. Times are timestamps, so that an age is right at the moment at which somebody looks.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from msgspec import Struct

from reconciliation.monitor.durations import Durations
from reconciliation.monitor.health import late_at
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import CacheStatus, CheckStatus, Picture, State

PREFIX: Final = "nautilus_reconciliation_"

Kind = Literal["gauge", "counter", "histogram"]
Value = float | Durations
Values = Mapping[tuple[str, ...], Value]
"""By the values of its labels, in their order; a metric without labels of its own has one, by the empty tuple."""


class Family(Struct, frozen=True):
    """One metric.

    Attributes:
        name: without the prefix, in base units; of a counter without `_total`.
        kind: what it is to Prometheus.
        text: what it means, in one sentence.
        read: reads its values.
        labels: names of its own labels, beside those of the node.
    """

    name: str
    kind: Kind
    text: str
    read: Callable[[Picture, Identity], Values]
    labels: tuple[str, ...] = ()


def _one(read: Callable[[Picture], float]) -> Callable[[Picture, Identity], Values]:
    return lambda picture, _: {(): float(read(picture))}


def _each(read: Callable[[Picture], Mapping[str, float]]) -> Callable[[Picture, Identity], Values]:
    return lambda picture, _: {(key,): float(value) for key, value in read(picture).items()}


def _checks(read: Callable[[CheckStatus], Value | None]) -> Callable[[Picture, Identity], Values]:
    """Read something of each check that is on."""

    def values(picture: Picture, _: Identity) -> Values:
        on = {check: status for check, status in picture.checks.items() if status.is_on}
        found = {(check.value,): read(status) for check, status in on.items()}
        return {key: value for key, value in found.items() if value is not None}

    return values


def _results(picture: Picture, _: Identity) -> Values:
    on = {check: status for check, status in picture.checks.items() if status.is_on}
    found: dict[tuple[str, ...], Value] = {}
    for check, status in on.items():
        found[check.value, "succeeded"] = float(status.runs - status.failures)
        found[check.value, "failed"] = float(status.failures)
    return found


def _cache(read: Callable[[CacheStatus], float]) -> Callable[[Picture, Identity], Values]:
    return lambda picture, _: {} if picture.cache is None else {(): float(read(picture.cache))}


def _held(picture: Picture) -> Mapping[str, float]:
    kinds = [held.kind for held in picture.counted.held_absent]
    return {kind: float(kinds.count(kind)) for kind in ("order", "position")}


FAMILIES: Final = (
    # Is it reconciled, and since when?
    Family(
        "state",
        "gauge",
        "1 for the state that the node is in, 0 for the others.",
        _each(lambda p: {state.value: state is p.state for state in State}),
        ("state",),
    ),
    Family("state_timestamp_seconds", "gauge", "Since when the node is in its state.", _one(lambda p: p.since)),
    Family(
        "reconciled",
        "gauge",
        "1 while node and venue were verified to agree and every check goes well; none where reconciliation is off.",
        lambda picture, identity: {(): float(picture.is_reconciled)} if identity.reconciles else {},
    ),
    Family(
        "verified_timestamp_seconds",
        "gauge",
        "When startup reconciliation was verified at the venue; 0 when it was not.",
        _one(lambda p: p.reconciled),
    ),
    Family(
        "startup_duration_seconds",
        "gauge",
        "How long startup reconciliation took; 0 before it ended.",
        _one(lambda p: p.reconciliation_secs),
    ),
    Family(
        "heartbeat_timestamp_seconds",
        "gauge",
        "When the node's event loop was last seen at work.",
        _one(lambda p: p.heartbeat),
    ),
    # Do the checks run?
    Family(
        "check_period_seconds",
        "gauge",
        "Seconds from one run of a check to the next; a check that is off has none.",
        _checks(lambda check: check.period_secs),
        ("check",),
    ),
    Family(
        "last_check_timestamp_seconds",
        "gauge",
        "When the last run of a check ended; 0 before the first.",
        _checks(lambda check: check.ended),
        ("check",),
    ),
    Family(
        "last_success_timestamp_seconds",
        "gauge",
        "When the last run of a check that went well ended; 0 before the first.",
        _checks(lambda check: check.succeeded),
        ("check",),
    ),
    Family(
        "check_late_timestamp_seconds",
        "gauge",
        "When a check will be late unless it goes well before that; 0 while the trader does not run.",
        lambda picture, _: {
            (check.value,): late_at(picture, check) for check, status in picture.checks.items() if status.is_on
        },
        ("check",),
    ),
    Family(
        "check_duration_seconds",
        "histogram",
        "How long the runs of a check took.",
        _checks(lambda check: check.durations),
        ("check",),
    ),
    Family("checks", "counter", "Runs of a check, by how they ended.", _results, ("check", "result")),
    # What is not settled?
    Family(
        "pending_discrepancies",
        "gauge",
        "What node and venue differ in, or may, and what is not settled yet.",
        _each(lambda p: {kind.value: count for kind, count in p.counted.discrepancies.items()}),
        ("kind",),
    ),
    Family("open_orders", "gauge", "Orders that are open.", _one(lambda p: p.counted.open_orders)),
    Family("inflight_orders", "gauge", "Orders that await an answer.", _one(lambda p: p.counted.inflight_orders)),
    Family(
        "oldest_inflight_timestamp_seconds",
        "gauge",
        "Since when the oldest of them awaits an answer; 0 without any.",
        _one(lambda p: p.counted.oldest_inflight),
    ),
    Family(
        "external_orders",
        "gauge",
        "Open orders that no strategy of the node has submitted.",
        _one(lambda p: p.counted.external_orders),
    ),
    Family(
        "external_orders_seen",
        "counter",
        "Orders that have appeared without a strategy of the node having submitted them.",
        _one(lambda p: p.external_seen),
    ),
    Family(
        "held_absent",
        "gauge",
        "What the venue's answers lack or tell otherwise, and is not believed yet.",
        _each(_held),
        ("kind",),
    ),
    Family(
        "oldest_held_absent_timestamp_seconds",
        "gauge",
        "Since when the first of them is held; 0 without any.",
        _one(lambda p: min(p.counted.held_absent.values(), default=0.0)),
    ),
    # Which fills did not come by the stream?
    Family(
        "fills_recovered",
        "counter",
        "The venue's own fills that a startup reconciliation or a check brought in.",
        _each(lambda p: dict(p.fills.recovered.items())),
        ("origin",),
    ),
    Family(
        "last_run_fills_recovered",
        "gauge",
        "How many the last reconciliation or check brought in that brought any.",
        _one(lambda p: p.fills.last_recovered),
    ),
    Family(
        "fills_inferred",
        "counter",
        "Fills that the engine made up, because the venue tells of no trade.",
        _one(lambda p: p.fills.inferred),
    ),
    Family(
        "duplicate_fills",
        "counter",
        "Fills that were told again, and not booked again.",
        _one(lambda p: p.fills.duplicate),
    ),
    # Does the cache answer?
    Family(
        "cache_reachable",
        "gauge",
        "1 while the cache's database takes what is written, 0 while not; none of a cache in memory.",
        _cache(lambda cache: cache.is_reachable),
    ),
    Family(
        "cache_losses",
        "counter",
        "How often the cache's database has stopped to take what is written.",
        _cache(lambda cache: cache.losses),
    ),
    Family(
        "cache_writes_mended",
        "counter",
        "Keys of the cache's database that lacked what was written while it was away, and were written again.",
        _cache(lambda cache: cache.mended),
    ),
    Family(
        "cache_writes_missing",
        "gauge",
        "Keys of the cache's database that lack it still, because they could not be written again.",
        _cache(lambda cache: cache.missing),
    ),
    # May it trade?
    Family(
        "gate_closed",
        "gauge",
        "1 while orders that open or increase a position are denied, because the node's picture is in doubt.",
        _one(lambda p: p.gate.is_closed),
    ),
    Family("gate_closings", "counter", "How often the gate was closed.", _one(lambda p: p.gate.closings)),
    Family("exposure_denied", "counter", "Orders that the gate has denied.", _one(lambda p: p.gate.denied)),
    Family(
        "lease_held",
        "gauge",
        "1 while no second node can start on the trader id and the accounts; 0 without a lease.",
        _one(lambda p: bool(p.leases)),
    ),
    # What does it cost?
    Family(
        "request_weight",
        "gauge",
        "Request weight used up in the venue's window, as its last answer says; 0 where it says nothing.",
        _one(lambda p: p.counted.used_weight),
    ),
    Family(
        "request_weight_limit",
        "gauge",
        "Request weight that the venue allows in its window; 0 where it is not known.",
        lambda _, identity: {(): float(identity.weight_limit)},
    ),
    Family(
        "planned",
        "gauge",
        "What `recon plan` predicts of this node: seconds, or what it asks for a minute in the venue's own weight.",
        lambda _, identity: {(name,): value for name, value in identity.planned.items()},
        ("figure",),
    ),
    # Who is it?
    Family(
        "config_info",
        "gauge",
        "1, with the preset and the fingerprint; equal fingerprints reconcile alike.",
        lambda _, identity: {(identity.preset, identity.fingerprint): 1.0},
        ("preset", "fingerprint"),
    ),
    Family(
        "build_info",
        "gauge",
        "1, with the versions of recon and of NautilusTrader.",
        lambda _, identity: {(identity.version, identity.engine_version): 1.0},
        ("version", "engine_version"),
    ),
    Family(
        "guard",
        "gauge",
        "1 for a guard that is on, 0 for one that is not.",
        lambda _, identity: {(name,): float(on) for name, on in identity.guards.items()},
        ("guard",),
    ),
    Family(
        "boot_timestamp_seconds",
        "gauge",
        "When the node's boot began.",
        lambda _, identity: {(): identity.begun},
    ),
)
"""In the order of the questions that an operator asks."""
