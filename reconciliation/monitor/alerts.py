"""Every alert on a node, as one table; the rule files of Prometheus and of Grafana are written from it.

Each is a query and a bound: Grafana compares a query's last value with a threshold, and cannot load a rule in any other
form. A query yields one value a node, an account, a check or a kind, and nothing where there is nothing to say.

A counter that was scraped for the first time at three has not increased, to Prometheus, and one that a scrape has
missed is not new; so what was counted is asked for by the life in which it was.
"""

from typing import Final, Literal

from msgspec import Struct

from reconciliation.monitor.durations import CHECK_SECS, STARTUP_SECS
from reconciliation.monitor.families import PREFIX
from reconciliation.monitor.health import STALLED_SECS

JOB: Final = "recon"
"""The scrape job that all nodes of a fleet are under."""

Severity = Literal["critical", "warning", "info"]
"""Somebody gets up at night; somebody looks today; somebody wants to know."""


class Alert(Struct, frozen=True):
    """One alert: it fires while its query is above its bound for long enough.

    Attributes:
        name: as Prometheus and Grafana show it; the section of the runbook has the same.
        severity: who is to look.
        query: in PromQL.
        above: the bound, in the query's own unit.
        for_secs: how long that must hold.
        summary: what is the case, in one sentence; `{{ $labels.NAME }}` is filled in.
        action: what to do first.
    """

    name: str
    severity: Severity
    query: str
    above: float
    for_secs: int
    summary: str
    action: str

    @property
    def expression(self) -> str:
        """The whole condition, in PromQL."""
        return f"({self.query}) > {self.above:g}"


def _came(counter: str) -> str:
    """Return how many were counted in the last five minutes; in a life that is younger than that, how many in all."""
    name, boot = PREFIX + counter, f"{PREFIX}boot_timestamp_seconds"
    before = "last_over_time({}[1h] offset 5m)".format
    return (
        f"({name} - {before(name)} > 0)"
        f" or ({name} unless on (job, instance, trader_id, account) ({boot} == {before(boot)}))"
    )


def _age(timestamp: str) -> str:
    """Return how long ago that was when it was scraped, where it was at all; scrapes may be a minute apart."""
    name = PREFIX + timestamp
    return f"timestamp({name}) - ({name} > 0)"


ALERTS: Final = (
    Alert(
        name="ReconNotReconciled",
        severity="critical",
        query=f"1 - {PREFIX}reconciled",
        above=0,
        for_secs=300,
        summary="{{ $labels.trader_id }} has not been reconciled with {{ $labels.account }} for five minutes.",
        action="Ask /readyz what is missing; do not restart it before you have read why.",
    ),
    Alert(
        name="ReconStartupSlow",
        severity="warning",
        query=f"{PREFIX}startup_duration_seconds and (time() - {PREFIX}boot_timestamp_seconds < 3600)",
        above=STARTUP_SECS,
        for_secs=0,
        summary="Startup reconciliation of {{ $labels.trader_id }} took longer than 30 s.",
        action="Look at how many orders and fills the lookback brings in, and at the venue's latency.",
    ),
    Alert(
        name="ReconCheckSlow",
        severity="warning",
        query=(
            f"increase({PREFIX}check_duration_seconds_count[10m])"
            f' - ignoring(le) increase({PREFIX}check_duration_seconds_bucket{{le="{CHECK_SECS}"}}[10m])'
        ),
        above=0.5,
        for_secs=0,
        summary="The {{ $labels.check }} check of {{ $labels.trader_id }} took longer than 5 s.",
        action="Compare the request weight with its limit, and the venue's latency with facts.venue_round_trip_ms.",
    ),
    Alert(
        name="ReconCheckStale",
        severity="critical",
        query=_age("check_late_timestamp_seconds"),
        above=0,
        for_secs=0,
        summary="The {{ $labels.check }} check of {{ $labels.trader_id }} has not gone well for too long.",
        action="Ask /status for the reason of its last failure.",
    ),
    Alert(
        name="ReconCheckFailing",
        severity="warning",
        query=(
            f'increase({PREFIX}checks_total{{result="failed"}}[15m])'
            f" / ignoring(result) sum without (result) (increase({PREFIX}checks_total[15m]))"
            f' and ignoring(result) increase({PREFIX}checks_total{{result="failed"}}[5m]) > 0'
        ),
        above=0.2,
        for_secs=600,
        summary="Of the runs of the {{ $labels.check }} check of {{ $labels.trader_id }} more than a fifth fail.",
        action="Ask the log for check_failed: the reasons say whether it is the venue or the request weight.",
    ),
    Alert(
        name="ReconPositionDiscrepancy",
        severity="critical",
        query=f'{PREFIX}pending_discrepancies{{kind="position"}}',
        above=0,
        for_secs=120,
        summary="{{ $labels.trader_id }} and {{ $labels.account }} differ in a position for two minutes.",
        action="Compare both with `recon reconcile`; what the venue says is true.",
    ),
    Alert(
        name="ReconOrdersStuckInFlight",
        severity="critical",
        query=_age("oldest_inflight_timestamp_seconds"),
        above=180,
        for_secs=0,
        summary="An order of {{ $labels.trader_id }} has awaited an answer for three minutes.",
        action="Look the order up at the venue by its client order id before you do anything about it.",
    ),
    Alert(
        name="ReconHeldAbsent",
        severity="warning",
        query=_age("oldest_held_absent_timestamp_seconds"),
        above=600,
        for_secs=0,
        summary="{{ $labels.trader_id }} holds something that the venue has not told of for ten minutes.",
        action="Look it up at the venue; /status names it.",
    ),
    Alert(
        name="ReconExternalOrderAppeared",
        severity="info",
        query=_came("external_orders_seen_total"),
        above=0,
        for_secs=0,
        summary="An order that no strategy submitted has appeared on {{ $labels.account }}.",
        action="Find out who placed it; claim its instrument, or filter it.",
    ),
    Alert(
        name="ReconFillsRecovered",
        severity="warning",
        query=_came('fills_recovered_total{origin="runtime"}'),
        above=0,
        for_secs=0,
        summary="A check brought in a fill that {{ $labels.trader_id }} had not heard of by the stream.",
        action="Nothing is missing now; find out why the stream lost it.",
    ),
    Alert(
        name="ReconFillInferred",
        severity="critical",
        query=_came("fills_inferred_total"),
        above=0,
        for_secs=0,
        summary="The engine of {{ $labels.trader_id }} has made up a fill that the venue tells no trade of.",
        action="Compare price and commission of the position with the venue's.",
    ),
    Alert(
        name="ReconFillDuplicate",
        severity="warning",
        query=_came("duplicate_fills_total"),
        above=0,
        for_secs=0,
        summary="{{ $labels.trader_id }} was told of a fill twice, and has booked it once.",
        action="Nothing is booked twice; find out whether two nodes share the account.",
    ),
    Alert(
        name="ReconCacheUnreachable",
        severity="critical",
        query=f"1 - {PREFIX}cache_reachable",
        above=0,
        for_secs=0,
        summary="The database behind the cache of {{ $labels.trader_id }} does not take what is written.",
        action="Bring it back; do not restart the node before, for what it holds is in its memory alone.",
    ),
    Alert(
        name="ReconCacheLost",
        severity="warning",
        query=_came("cache_losses_total"),
        above=0,
        for_secs=0,
        summary="The database behind the cache of {{ $labels.trader_id }} took nothing for a while.",
        action="The log says what was written again: writes_mended. Find out why it went away.",
    ),
    Alert(
        name="ReconCacheWritesMissing",
        severity="critical",
        query=f"{PREFIX}cache_writes_missing",
        above=0,
        for_secs=0,
        summary="The database behind the cache of {{ $labels.trader_id }} lacks what was written while it was away.",
        action="Do not restart the node before you have read which keys and why: writes_missing in its log.",
    ),
    Alert(
        name="ReconGateClosed",
        severity="critical",
        query=f"{PREFIX}gate_closed",
        above=0,
        for_secs=60,
        summary="{{ $labels.trader_id }} may not open positions: its picture of {{ $labels.account }} is in doubt.",
        action="Ask /status for the reason; orders that reduce and cancels pass.",
    ),
    Alert(
        name="ReconLeaseMissing",
        severity="critical",
        query=f"1 - {PREFIX}lease_held",
        above=0,
        for_secs=0,
        summary="{{ $labels.trader_id }} holds no lease: a second node may write its histories and trade its account.",
        action="Find out whether another node runs; then start this one again, with node.lease on.",
    ),
    Alert(
        name="ReconNodeRestarting",
        severity="critical",
        query=f"changes({PREFIX}boot_timestamp_seconds[30m])",
        above=2,
        for_secs=0,
        summary="{{ $labels.trader_id }} has been restarted three times within half an hour.",
        action="Read the last event of the life before: node_not_started and node_died tell why.",
    ),
    Alert(
        name="ReconConfigurationDiffers",
        severity="warning",
        query=f"count by (job) (count by (job, fingerprint) ({PREFIX}config_info))",
        above=1,
        for_secs=600,
        summary="Nodes of the fleet run with settings that make them behave differently.",
        action="`recon fleet --diff` shows in what.",
    ),
    Alert(
        name="ReconRequestWeightHigh",
        severity="warning",
        query=f"{PREFIX}request_weight / ({PREFIX}request_weight_limit > 0)",
        above=0.8,
        for_secs=0,
        summary="{{ $labels.trader_id }} uses more than 80 % of the request weight that the venue allows.",
        action="`recon plan` tells what the checks need; find out what else asks on this address.",
    ),
    Alert(
        name="ReconLoopStalled",
        severity="critical",
        query=_age("heartbeat_timestamp_seconds"),
        above=STALLED_SECS,
        for_secs=0,
        summary="The event loop of {{ $labels.trader_id }} has been silent for half a minute: it does nothing.",
        action="Take a stack dump with py-spy before you restart it.",
    ),
    Alert(
        name="ReconTargetAbsent",
        severity="critical",
        query=f'(1 - up{{job="{JOB}"}}) or absent(up{{job="{JOB}"}})',
        above=0,
        for_secs=60,
        summary="Target {{ $labels.instance }} of job {{ $labels.job }} cannot be scraped.",
        action="Look whether its process lives, and why it ended.",
    ),
)
"""In the order in which an operator would rule them out."""
