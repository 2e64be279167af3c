"""What each alert has to say to what happens: the cases that the rules of Prometheus and of Grafana are played on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from promtool import STEP_SECS, Labels, Series, labels

from reconciliation.monitor.alerts import JOB
from reconciliation.monitor.families import PREFIX

Moments = Mapping[str, tuple[Labels, ...]]
"""The labels of the alerts that fire, by how long after the beginning; those of severity and name left out."""


@dataclass(frozen=True)
class Case:
    """Something that happens, and whether an alert fires.

    Attributes:
        alert: its name.
        story: what happens.
        series: what is scraped, a value each 15 s.
        fires: for whom it fires when.
    """

    alert: str
    story: str
    series: Series = field(repr=False)
    fires: Moments = field(repr=False)

    @property
    def minutes(self) -> range:
        """Every minute until the last moment, in seconds."""
        return range(0, max(map(secs, self.fires)) + 1, 60)


def secs(moment: str) -> int:
    """Return the seconds of `1h`, `5m15s`."""
    units = {"h": 3_600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([hms])", moment))


def node(name: str) -> Labels:
    """Return what every series of a node carries once it is scraped."""
    return labels(job=JOB, instance=f"{name.lower()}:9108", trader_id=name, account=f"BINANCE-{name}")


A: Final = node("A-001")
B: Final = node("B-001")


def own(node: Labels, **more: str) -> Labels:
    return node | labels(**more)


def scraped(node: Labels, name: str, values: str, **more: str) -> Series:
    """Return one series."""
    pairs = ",".join(f'{key}="{value}"' for key, value in sorted(own(node, **more)))
    return {f"{PREFIX}{name}{{{pairs}}}": values}


def flat(value: float, mins: float) -> str:
    """Return a value that stays the same for so long."""
    return f"{value:g}x{_steps(mins) - 1}"


def absent(mins: float) -> str:
    """Return no value for so long; of a target that is gone Prometheus knows at once that it is."""
    return f"stale _x{_steps(mins) - 1}"


def later(mins: float) -> str:
    """Return no value yet for so long."""
    return f"_x{_steps(mins)}"


def rising(first: float, step: float, mins: float) -> str:
    """Return a value that grows at each scrape for so long."""
    return f"{first:g}+{step:g}x{_steps(mins) - 1}"


def _steps(mins: float) -> int:
    return round(mins * 60 / STEP_SECS)


def then(*values: str) -> str:
    return " ".join(values)


CAME: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "ReconExternalOrderAppeared": ("external_orders_seen_total", {}),
    "ReconFillsRecovered": ("fills_recovered_total", {"origin": "runtime"}),
    "ReconFillInferred": ("fills_inferred_total", {}),
    "ReconFillDuplicate": ("duplicate_fills_total", {}),
    "ReconCacheLost": ("cache_losses_total", {}),
}
"""The alerts on what was counted: the counter, and its own labels."""


def _came(alert: str) -> Iterator[Case]:
    counter, more = CAME[alert]
    a, b = own(A, **more), own(B, **more)

    def case(story: str, values: str, boots: str, fires: Moments) -> Case:
        series = scraped(A, counter, values, **more) | scraped(A, "boot_timestamp_seconds", boots)
        return Case(alert, story, series, fires)

    yield case(
        "one is counted, and no other",
        then(flat(0, 2), flat(1, 12)),
        flat(1, 14),
        {"1m45s": (), "2m": (a,), "6m30s": (a,), "7m15s": (), "13m": ()},
    )
    yield case(
        "the first scrape finds three, there are three for an hour, and then one more",
        then(later(2), flat(3, 62), flat(4, 6)),
        then(later(2), flat(110, 68)),
        {
            "1m45s": (),
            "2m": (a,),
            "6m30s": (a,),
            "7m15s": (),
            "30m": (),
            "1h": (),
            "1h3m45s": (),
            "1h4m": (a,),
            "1h9m15s": (),
        },
    )
    yield case(
        "the node is started again and counts anew, for the first time after four minutes",
        then(flat(3, 10), absent(1), flat(0, 4), flat(1, 10)),
        then(flat(1, 10), absent(1), flat(655, 14)),
        {"9m45s": (), "10m15s": (), "11m": (), "14m45s": (), "15m": (a,), "19m30s": (a,), "20m15s": (), "24m": ()},
    )
    yield case(
        "the node is started again between two scrapes and one is counted",
        then(flat(3, 10), flat(1, 10)),
        then(flat(1, 10), flat(595, 10)),
        {"9m45s": (), "10m15s": (a,), "14m30s": (a,), "15m15s": (), "19m": ()},
    )
    yield case(
        "the node is down for ten minutes and the first scrape after that finds three as before",
        then(flat(3, 10), absent(10), flat(3, 10)),
        then(flat(1, 10), absent(10), flat(1_195, 10)),
        {"9m45s": (), "15m": (), "20m": (a,), "24m30s": (a,), "25m15s": (), "29m": ()},
    )
    yield case(
        "for seven minutes no scrape reaches the node, and one is counted meanwhile",
        then(flat(3, 10), absent(7), flat(4, 20)),
        then(flat(1, 10), absent(7), flat(1, 20)),
        {"9m45s": (), "17m": (a,), "21m30s": (a,), "22m15s": (), "30m": ()},
    )
    yield case(
        "one scrape fails, and nothing is counted",
        then(flat(3, 10), "stale", flat(3, 20)),
        then(flat(1, 10), "stale", flat(1, 20)),
        {"9m45s": (), "10m15s": (), "14m45s": (), "15m": (), "15m15s": (), "20m": ()},
    )
    yield case(
        "for twelve minutes no scrape reaches the node, and nothing is counted",
        then(flat(3, 10), absent(12), flat(3, 20)),
        then(flat(1, 10), absent(12), flat(1, 20)),
        {"9m45s": (), "22m": (), "24m": (), "26m45s": (), "27m15s": (), "40m": ()},
    )
    yield case(
        "the node is started again between two scrapes, and the next finds three as before",
        flat(3, 20),
        then(flat(1, 10), flat(595, 10)),
        {"9m45s": (), "10m": (a,), "14m30s": (a,), "15m15s": (), "19m": ()},
    )
    yield Case(
        alert,
        "of two nodes one counts",
        scraped(A, counter, flat(7, 20), **more)
        | scraped(A, "boot_timestamp_seconds", flat(1, 20))
        | scraped(B, counter, then(flat(7, 10), flat(8, 10)), **more)
        | scraped(B, "boot_timestamp_seconds", flat(2, 20)),
        {"9m45s": (), "10m15s": (b,), "14m30s": (b,), "15m15s": ()},
    )


def _slow(values: str, within_5_secs: str) -> Series:
    """Return the histogram of a check: all of its runs, and those within its limit."""
    check = {"check": "open_orders"}
    return (
        scraped(A, "check_duration_seconds_count", values, **check)
        | scraped(A, "check_duration_seconds_bucket", within_5_secs, **check, le="5.0")
        | scraped(A, "check_duration_seconds_bucket", values, **check, le="+Inf")
        | scraped(A, "check_duration_seconds_bucket", within_5_secs, **check, le="2.5")
    )


_OPEN: Final = own(A, check="open_orders")
_RUNS: Final = {"check": "open_orders"}
_FAILING: Final = own(A, **_RUNS)


def _up(*values: str) -> Series:
    """Return whether each target could be scraped."""
    return {
        f'up{{job="{JOB}",instance="{dict(node)["instance"]}"}}': told
        for node, told in zip((A, B), values, strict=False)
    }


def _target(node: Labels) -> Labels:
    return labels(job=JOB, instance=dict(node)["instance"])


CASES: Final = (
    Case(
        "ReconNotReconciled",
        "a check fails for seven minutes, of one node of two",
        scraped(A, "reconciled", then(flat(1, 2), flat(0, 7), flat(1, 5))) | scraped(B, "reconciled", flat(1, 14)),
        {"1m45s": (), "6m45s": (), "7m": (A,), "8m45s": (A,), "9m": (), "14m": ()},
    ),
    Case(
        "ReconNotReconciled",
        "a check fails for almost five minutes, goes well once, and fails again",
        scraped(A, "reconciled", then(flat(1, 2), flat(0, 4.75), flat(1, 0.25), flat(0, 4.75), flat(1, 4))),
        {"6m30s": (), "6m45s": (), "7m15s": (), "11m30s": (), "12m": ()},
    ),
    Case(
        "ReconNotReconciled",
        "startup reconciliation does not end",
        scraped(A, "reconciled", flat(0, 10)),
        {"4m45s": (), "5m": (A,), "9m": (A,)},
    ),
    Case(
        "ReconStartupSlow",
        "it takes 30 s, after a restart 31 s, after another 2 s",
        scraped(
            A,
            "startup_duration_seconds",
            then(flat(0, 1), flat(30, 4), absent(1), flat(0, 1), flat(31, 4), absent(1), flat(0, 1), flat(2, 4)),
        )
        | scraped(A, "boot_timestamp_seconds", then(flat(1, 5), absent(1), flat(360, 5), absent(1), flat(720, 5)))
        | scraped(B, "startup_duration_seconds", flat(29.9, 17))
        | scraped(B, "boot_timestamp_seconds", flat(1, 17)),
        {"30s": (), "4m": (), "6m30s": (), "7m": (A,), "10m45s": (A,), "11m": (), "16m": ()},
    ),
    Case(
        "ReconStartupSlow",
        "it took 31 s, and the node has run for an hour since",
        scraped(A, "startup_duration_seconds", flat(31, 80)) | scraped(A, "boot_timestamp_seconds", flat(600, 80)),
        {"1m": (A,), "1h9m45s": (A,), "1h10m": (), "1h19m": ()},
    ),
    Case(
        "ReconCheckSlow",
        "one run of many takes longer than 5 s",
        _slow(rising(0, 3, 30), then(rising(0, 3, 12), rising(143, 3, 18))),
        {"11m45s": (), "12m15s": (_OPEN,), "21m30s": (_OPEN,), "22m15s": (), "29m": ()},
    ),
    Case(
        "ReconCheckSlow",
        "every run takes less than 5 s, and the node is started again in between",
        _slow(then(rising(0, 3, 12), rising(0, 3, 12)), then(rising(0, 3, 12), rising(0, 3, 12))),
        {"11m": (), "12m": (), "12m15s": (), "18m": (), "23m": ()},
    ),
    Case(
        "ReconCheckSlow",
        "the node is started again after a slow run, and another one is slow",
        _slow(then(rising(50, 1, 25), rising(0, 1, 30)), then(rising(49, 1, 25), rising(0, 1, 15), rising(59, 1, 15))),
        {"20m": (), "25m15s": (), "35m": (), "40m15s": (_OPEN,), "49m": (_OPEN,), "51m": ()},
    ),
    Case(
        "ReconCheckStale",
        "one check of one node goes well for five minutes, and never until ten",
        scraped(
            A, "check_late_timestamp_seconds", then(rising(60, 15, 5), flat(345, 5), flat(660, 2)), check="positions"
        )
        | scraped(A, "check_late_timestamp_seconds", rising(60, 15, 12), check="open_orders")
        | scraped(B, "check_late_timestamp_seconds", rising(60, 15, 12), check="positions"),
        {"5m": (), "5m45s": (), "6m": (own(A, check="positions"),), "9m45s": (own(A, check="positions"),), "10m": ()},
    ),
    Case(
        "ReconCheckStale",
        "the trader does not run",
        scraped(A, "check_late_timestamp_seconds", flat(0, 12), check="positions"),
        {"0s": (), "5m": (), "11m": ()},
    ),
    Case(
        "ReconPositionDiscrepancy",
        "a position differs for three minutes; an order of the other node is behind",
        scraped(A, "pending_discrepancies", then(flat(0, 2), flat(1, 3), flat(0, 3)), kind="position")
        | scraped(A, "pending_discrepancies", flat(0, 8), kind="order_behind")
        | scraped(B, "pending_discrepancies", flat(0, 8), kind="position")
        | scraped(B, "pending_discrepancies", flat(2, 8), kind="order_behind"),
        {"3m45s": (), "4m": (own(A, kind="position"),), "4m45s": (own(A, kind="position"),), "5m": ()},
    ),
    Case(
        "ReconPositionDiscrepancy",
        "a position differs for less than two minutes",
        scraped(A, "pending_discrepancies", then(flat(0, 2), flat(1, 1.75), flat(0, 3)), kind="position"),
        {"3m": (), "3m30s": (), "3m45s": (), "4m": (), "6m": ()},
    ),
    Case(
        "ReconOrdersStuckInFlight",
        "an order is submitted after one minute and answered after five",
        scraped(A, "oldest_inflight_timestamp_seconds", then(flat(0, 1), flat(60, 4), flat(0, 2)))
        | scraped(B, "oldest_inflight_timestamp_seconds", rising(1, 15, 7)),
        {"3m45s": (), "4m": (), "4m15s": (A,), "4m45s": (A,), "5m": (), "6m": ()},
    ),
    Case(
        "ReconHeldAbsent",
        "something is held from the first minute to the twelfth",
        scraped(A, "oldest_held_absent_timestamp_seconds", then(flat(0, 1), flat(60, 11), flat(0, 2)))
        | scraped(B, "oldest_held_absent_timestamp_seconds", flat(0, 14)),
        {"10m45s": (), "11m": (), "11m15s": (A,), "11m45s": (A,), "12m": ()},
    ),
    Case(
        "ReconGateClosed",
        "the gate of one node of two is closed for three minutes, and later for less than one",
        scraped(A, "gate_closed", then(flat(0, 2), flat(1, 3), flat(0, 2), flat(1, 0.75), flat(0, 2)))
        | scraped(B, "gate_closed", flat(0, 10)),
        {"2m45s": (), "3m": (A,), "4m45s": (A,), "5m": (), "7m30s": (), "9m": ()},
    ),
    Case(
        "ReconLeaseMissing",
        "one node of two has lost its lease after two minutes, and is started again after five",
        scraped(A, "lease_held", then(flat(1, 2), flat(0, 3), flat(1, 3))) | scraped(B, "lease_held", flat(1, 8)),
        {"1m45s": (), "2m": (A,), "4m45s": (A,), "5m": (), "7m": ()},
    ),
    *(case for alert in CAME for case in _came(alert)),
    Case(
        "ReconFillsRecovered",
        "startup brings fills in",
        scraped(A, "fills_recovered_total", then(flat(0, 2), flat(40, 8)), origin="startup")
        | scraped(A, "fills_recovered_total", flat(0, 10), origin="runtime"),
        {"2m": (), "3m": (), "9m": ()},
    ),
    Case(
        "ReconCheckFailing",
        "every second run fails for twenty minutes and then none; of the other node every tenth",
        scraped(A, "checks_total", then(rising(0, 1, 20), rising(80, 2, 30)), **_RUNS, result="succeeded")
        | scraped(A, "checks_total", then(rising(0, 1, 20), flat(80, 30)), **_RUNS, result="failed")
        | scraped(B, "checks_total", rising(0, 9, 50), **_RUNS, result="succeeded")
        | scraped(B, "checks_total", rising(0, 1, 50), **_RUNS, result="failed"),
        {"9m": (), "10m30s": (_FAILING,), "24m30s": (_FAILING,), "25m30s": (), "45m": ()},
    ),
    Case(
        "ReconCacheUnreachable",
        "the database of one node does not answer for a minute",
        scraped(A, "cache_reachable", then(flat(1, 2), flat(0, 1), flat(1, 2)))
        | scraped(B, "cache_reachable", flat(1, 5)),
        {"1m45s": (), "2m": (A,), "2m45s": (A,), "3m": (), "4m": ()},
    ),
    Case(
        "ReconCacheWritesMissing",
        "two keys of one node could not be written again, until the next comparison",
        scraped(A, "cache_writes_missing", then(flat(0, 2), flat(2, 1), flat(0, 2)))
        | scraped(B, "cache_writes_missing", flat(0, 5)),
        {"1m45s": (), "2m": (A,), "2m45s": (A,), "3m": (), "4m": ()},
    ),
    Case(
        "ReconNodeRestarting",
        "three starts within half an hour, and two of the other node",
        scraped(
            A,
            "boot_timestamp_seconds",
            then(flat(1, 40), flat(2_400, 5), absent(1), flat(2_760, 5), flat(3_060, 45)),
        )
        | scraped(B, "boot_timestamp_seconds", then(flat(1, 40), flat(2_401, 5), absent(1), flat(2_761, 50))),
        {"40m": (), "50m": (), "51m15s": (A,), "1h9m": (A,), "1h11m": (), "1h30m": ()},
    ),
    Case(
        "ReconNodeRestarting",
        "three starts within forty minutes",
        scraped(A, "boot_timestamp_seconds", then(flat(1, 10), flat(600, 20), flat(1_800, 20), flat(3_000, 40))),
        {"10m15s": (), "30m15s": (), "50m15s": (), "1h15m": ()},
    ),
    Case(
        "ReconConfigurationDiffers",
        "one node of two is started with other settings, and after twelve minutes with the same again",
        scraped(A, "config_info", flat(1, 25), preset="standard", fingerprint="aaaa")
        | scraped(B, "config_info", then(flat(1, 5), absent(12), flat(1, 8)), preset="standard", fingerprint="aaaa")
        | scraped(B, "config_info", then(later(5), flat(1, 12), absent(8)), preset="standard", fingerprint="bbbb"),
        {"4m": (), "14m45s": (), "15m": (labels(job=JOB),), "16m45s": (labels(job=JOB),), "17m": (), "24m": ()},
    ),
    Case(
        "ReconConfigurationDiffers",
        "two nodes have presets of different names that make them behave alike",
        scraped(A, "config_info", flat(1, 15), preset="standard", fingerprint="aaaa")
        | scraped(B, "config_info", flat(1, 15), preset="ours", fingerprint="aaaa"),
        {"5m": (), "10m": (), "14m": ()},
    ),
    Case(
        "ReconRequestWeightHigh",
        "the weight is 80 %, then 81 %, then that of a new window; of the other node the limit is not known",
        scraped(A, "request_weight", then(flat(1_920, 2), flat(1_944, 1), flat(3, 2)))
        | scraped(A, "request_weight_limit", flat(2_400, 5))
        | scraped(B, "request_weight", flat(2_400, 5))
        | scraped(B, "request_weight_limit", flat(0, 5)),
        {"1m45s": (), "2m": (A,), "2m45s": (A,), "3m": (), "4m": ()},
    ),
    Case(
        "ReconLoopStalled",
        "the loop of one node is silent from the second minute to the fourth, of the other for 30 s",
        scraped(A, "heartbeat_timestamp_seconds", then(rising(0, 15, 2), flat(104, 2), rising(240, 15, 2)))
        | scraped(B, "heartbeat_timestamp_seconds", then(rising(0, 15, 2), flat(105, 0.5), rising(150, 15, 3.5))),
        {"2m": (), "2m15s": (A,), "3m45s": (A,), "4m": (), "5m": ()},
    ),
    Case(
        "ReconTargetAbsent",
        "one node of two cannot be scraped for two minutes",
        _up(then(flat(1, 2), flat(0, 2), flat(1, 2)), flat(1, 6)),
        {"2m45s": (), "3m": (_target(A),), "3m45s": (_target(A),), "4m": (), "5m": ()},
    ),
    Case(
        "ReconTargetAbsent",
        "a scrape fails for less than a minute",
        _up(then(flat(1, 2), flat(0, 0.75), flat(1, 2))),
        {"2m30s": (), "2m45s": (), "3m": (), "4m": ()},
    ),
    Case(
        "ReconTargetAbsent",
        "there are no targets at all",
        _up(then(flat(1, 2), absent(4), flat(1, 2))),
        {"1m45s": (), "2m45s": (), "3m": (labels(job=JOB),), "5m45s": (labels(job=JOB),), "6m": ()},
    ),
)
