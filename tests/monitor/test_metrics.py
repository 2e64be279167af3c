from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from reconciliation.monitor.durations import BOUNDS_SECS, Durations
from reconciliation.monitor.families import FAMILIES, PREFIX
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.metrics import Metrics
from reconciliation.monitor.status import Check, Counted, Held, State, Status

IDENTITY = Identity(
    "TRADER-001", "BINANCE-A", "standard", "abcd", "0.1.0", "1.231.0", {"symbols": True, "reports": False}
)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def new_status() -> Status:
    return Status(
        lambda: 1_000.0, {Check.OPEN_ORDERS: 5.0, Check.POSITIONS: 60.0, Check.INFLIGHT: None}, has_database=True
    )


def scraped(status: Status) -> Samples:
    """Every sample of a scrape, read back by Prometheus' own parser; labels of the node left out."""
    registry = CollectorRegistry()
    registry.register(Metrics(lambda: status.picture, IDENTITY))
    found: Samples = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert (labels.pop("trader_id"), labels.pop("account")) == ("TRADER-001", "BINANCE-A")
            key = sample.name.removeprefix(PREFIX), tuple(sorted(labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def test_every_counter_is_there_before_anything_happened() -> None:
    """To Prometheus a counter that begins at three has never increased."""
    samples = scraped(new_status())
    counters = [family.name for family in FAMILIES if family.kind == "counter"]
    for name in counters:
        values = [value for (sample, _), value in samples.items() if sample == f"{name}_total"]
        assert values, name
        assert set(values) == {0.0}, name
    assert samples["checks_total", (("check", "positions"), ("result", "failed"))] == 0
    assert samples["fills_recovered_total", (("origin", "runtime"),)] == 0


def test_a_check_that_is_off_has_no_series() -> None:
    assert not [labels for _, labels in scraped(new_status()) if ("check", "inflight") in labels]


def test_the_state_is_one_of_all() -> None:
    status = new_status()
    status.connected()
    states = {labels[0][1]: value for (name, labels), value in scraped(status).items() if name == "state"}
    assert states == {state.value: float(state is State.RECONCILING) for state in State}


def test_a_node_that_does_not_reconcile_says_nothing_of_being_reconciled() -> None:
    registry = CollectorRegistry()
    registry.register(Metrics(lambda: new_status().picture, replace(IDENTITY, reconciles=False)))
    assert f"{PREFIX}reconciled{{" not in generate_latest(registry).decode()


def test_what_happened_is_what_is_scraped() -> None:
    status = new_status()
    status.connected()
    status.verified(succeeded=True, secs=1.5)
    status.recovered(3, "startup")
    status.started()
    status.recovered(1, "runtime")
    status.inferred()
    status.told_twice()
    status.external_seen(2)
    status.checked(Check.POSITIONS, 0.3)
    status.checked(Check.OPEN_ORDERS, 7.0, "HTTP 503")
    held = {Held("order", "O-1"): 950.0, Held("position", "X"): 960.0}
    status.beat(Counted(open_orders=4, inflight_orders=1, external_orders=2, oldest_inflight=990.0, held_absent=held))
    samples = scraped(status)
    for name, value in {
        "reconciled": 0.0,  # a check has failed
        "verified_timestamp_seconds": 1_000.0,
        "startup_duration_seconds": 1.5,
        "heartbeat_timestamp_seconds": 1_000.0,
        "last_run_fills_recovered": 1.0,
        "fills_inferred_total": 1.0,
        "duplicate_fills_total": 1.0,
        "external_orders_seen_total": 2.0,
        "open_orders": 4.0,
        "inflight_orders": 1.0,
        "oldest_inflight_timestamp_seconds": 990.0,
        "external_orders": 2.0,
        "oldest_held_absent_timestamp_seconds": 950.0,
    }.items():
        assert samples[name, ()] == value, name
    assert samples["fills_recovered_total", (("origin", "startup"),)] == 3
    assert samples["held_absent", (("kind", "position"),)] == 1
    assert samples["guard", (("guard", "reports"),)] == 0
    assert samples["config_info", (("fingerprint", "abcd"), ("preset", "standard"))] == 1
    assert samples["last_success_timestamp_seconds", (("check", "open_orders"),)] == 0
    assert samples["checks_total", (("check", "open_orders"), ("result", "failed"))] == 1
    of_check = ("check", "open_orders")
    assert samples["check_duration_seconds_bucket", (of_check, ("le", "5.0"))] == 0
    assert samples["check_duration_seconds_bucket", (of_check, ("le", "10.0"))] == 1
    assert samples["check_duration_seconds_sum", (of_check,)] == 7


def test_a_duration_lies_in_every_bucket_that_is_wide_enough() -> None:
    durations = Durations()
    for secs in (0.0, 5.0, 5.001, 1_000.0):
        durations = durations.with_one(secs)
    buckets = dict(durations.buckets())
    assert (buckets["0.01"], buckets["5.0"], buckets["10.0"], buckets["+Inf"]) == (1, 2, 3, 4)
    assert len(buckets) == len(BOUNDS_SECS) + 1
    assert durations.total_secs == 1_010.001


def test_no_two_metrics_have_one_name() -> None:
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)
