"""How many nodes one address bears, and how far apart they may start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rule_subjects import ours

from reconciliation import load
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.database import ORDER_BYTES, ORDER_COMMANDS, DatabaseLoad, database_load
from reconciliation.rules.fleet import Fleet, fleet
from reconciliation.rules.limits import LIMITS
from reconciliation.rules.plan import plan
from reconciliation.rules.startup import start_cost
from reconciliation.rules.subject import subject_of

AT_REST = DatabaseLoad(commands_per_sec=2.6, bytes_per_sec=218)
PLANNED = plan(subject_of(load(env={})), symbols=1)


def of(
    running: float, start: float | None, limit: float | None = 2_400.0, *, nodes: int = 20, first: float | None = 60
) -> Fleet:
    """What nodes ask for of which each asks for so much, and whose open check first runs so many seconds in."""
    cost = replace(PLANNED.budget, idle_weight_per_min=running, worst_weight_per_min=2 * running, limit_per_min=limit)
    planned = replace(
        PLANNED,
        budget=cost,
        start=replace(PLANNED.start, weight=start),
        delay=first or 0.0,
        periods=replace(PLANNED.periods, open_secs=None if first is None else 0.0),
    )
    return fleet(planned, AT_REST, nodes=nodes)


def test_a_start_is_counted_with_the_checks_of_its_first_minute() -> None:
    assert of(600, 200, nodes=1, first=15).first_min == 200 + 600 * 45 / 60
    assert of(600, 200, nodes=1, first=None).first_min == 200
    assert of(600, None, nodes=1, first=15).first_min is None


def test_an_address_bears_what_fits_its_limit_with_one_that_starts() -> None:
    found = of(480, 243)
    assert (found.bears, found.bears_at_worst, found.addresses) == (5, 2, 4)
    found = of(480, 500)
    assert (found.bears, found.addresses) == (4, 5)
    found = of(2_401, 0)
    assert (found.bears, found.addresses, found.starts_apart_secs) == (0, None, None)


def test_starts_are_apart_only_where_a_start_costs_more_than_to_run() -> None:
    assert of(480, 243).starts_apart_secs == 0
    assert of(10, 500, nodes=4).starts_apart_secs == 0
    assert of(10, 500).starts_apart_secs == 15


def test_nothing_is_said_of_a_venue_that_is_not_known() -> None:
    found = of(480, None, None, nodes=3)
    assert (found.bears, found.bears_at_worst, found.addresses, found.starts_apart_secs) == (None, None, None, None)


@pytest.mark.property
@given(running=st.floats(1, 3_000), start=st.floats(0, 3_000), nodes=st.integers(1, 200), first=st.floats(0, 120))
def test_no_minute_is_over_the_limit(running: float, start: float, nodes: int, first: float) -> None:
    """With as many as it says, as close as it says, however many of them have started before."""
    found = of(running, start, nodes=nodes, first=first)
    if not found.bears:
        assert max(running, found.first_min or 0) > 2_400
        return
    together = min(nodes, found.bears)
    apart = found.starts_apart_secs
    assert apart is not None
    at_once = together if apart == 0 else int(60 / apart)
    assert at_once * max(found.first_min or 0, running) + (together - at_once) * running <= 2_400 + 1e-6


def test_a_start_is_the_one_that_the_plan_tells_of() -> None:
    """With its preflight, and with every page of a long history."""
    planned = plan(subject_of(load(env={})), symbols=3)
    assert planned.start.weight == 31 + 228 + 3 * 15
    checked = planned.budget.idle_weight_per_min * (60 - 16) / 60
    assert fleet(planned, AT_REST, nodes=1).first_min == pytest.approx(planned.start.weight + checked)
    long = plan(subject_of(load(env={})), symbols=3, orders=30_000)
    assert long.start.weight == 31 + 228 + 3 * (12 + 11 + 1) * 5
    assert (fleet(long, AT_REST, nodes=1).first_min or 0) - (fleet(planned, AT_REST, nodes=1).first_min or 0) == (
        3 * 21 * 5
    )


def test_a_node_that_does_not_reconcile_asks_for_less() -> None:
    off = start_cost(ours(reconciliation={"enabled": False}), symbols=3, orders=30_000)
    assert (
        off.weight
        == 31 + 48
        == sum(
            call.cost * count
            for part in ("preflight", "connection")
            for call, count in LIMITS["BINANCE"].calls.at_start[part].items()
        )
    )
    assert set(off.reconciling_secs.values()) == {0.0}


def test_the_start_at_another_venue_is_none_of_the_one_that_is_nearest_to_its_limit() -> None:
    clients = (ClientTraits("BINANCE", guarded=True, rejects_after=3), ClientTraits("KRAKEN", guarded=False))
    planned = plan(replace(subject_of(load(env={})), clients=clients))
    assert (planned.budget.venue, planned.start.venue) == ("Kraken", "Binance USD-M futures")
    assert fleet(planned, AT_REST, nodes=2).first_min is None


def test_a_database_is_asked_for_leases_by_the_account_and_told_of_a_node_that_is_watched() -> None:
    def load_of(accounts: int = 1, **variables: str) -> DatabaseLoad:
        return database_load(load(env=variables), accounts=accounts)

    alone = load_of(RECON_NODE_LEASE="false")
    assert alone.commands_per_sec == pytest.approx(2.1)  # two probes, and a write of three commands in half a minute
    held, three = load_of(), load_of(3)
    assert held.commands_per_sec == pytest.approx(2.7)
    assert three.bytes_per_sec - alone.bytes_per_sec == pytest.approx(2 * (held.bytes_per_sec - alone.bytes_per_sec))
    quick = load_of(RECON_NODE_LEASE_SECS="15")
    assert quick.commands_per_sec - 2.1 == pytest.approx(2 * (held.commands_per_sec - 2.1))
    watched = load_of(RECON_MONITOR_ENABLED="true")
    assert watched.commands_per_sec - held.commands_per_sec == pytest.approx(0.2)
    assert load_of(RECON_MONITOR_ENABLED="true", RECON_MONITOR_PUBLISH="false") == held
    assert (held.order_commands, held.order_bytes) == (ORDER_COMMANDS, ORDER_BYTES)
    assert fleet(PLANNED, held, nodes=3).data()["database"]["commands_per_sec"] == held.commands_per_sec
