"""How many nodes one address bears, and how far apart they may start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciliation import load
from reconciliation.rules.budget import Budget, budget
from reconciliation.rules.fleet import fleet


def cost(running: float, start: float | None, limit: float | None = 2_400.0) -> Budget:
    counted = budget(load(env={}).reconciliation, "BINANCE", symbols=1)
    return replace(
        counted,
        idle_weight_per_min=running,
        worst_weight_per_min=2 * running,
        start_weight=start,
        limit_per_min=limit,
    )


def test_a_start_is_counted_with_the_checks_of_its_first_minute() -> None:
    assert fleet(cost(600, 200), nodes=1, first_check_secs=15).first_min == 200 + 600 * 45 / 60
    assert fleet(cost(600, 200), nodes=1, first_check_secs=None).first_min == 200
    assert fleet(cost(600, None), nodes=1, first_check_secs=15).first_min is None


def test_an_address_bears_what_fits_its_limit_with_one_that_starts() -> None:
    found = fleet(cost(480, 243), nodes=20, first_check_secs=60)
    assert (found.bears, found.bears_at_worst, found.addresses) == (5, 2, 4)
    found = fleet(cost(480, 500), nodes=20, first_check_secs=60)
    assert (found.bears, found.addresses) == (4, 5)
    found = fleet(cost(2_401, 0), nodes=20, first_check_secs=60)
    assert (found.bears, found.addresses, found.starts_apart_secs) == (0, None, None)


def test_starts_are_apart_only_where_a_start_costs_more_than_to_run() -> None:
    assert fleet(cost(480, 243), nodes=20, first_check_secs=60).starts_apart_secs == 0
    assert fleet(cost(10, 500), nodes=4, first_check_secs=60).starts_apart_secs == 0
    assert fleet(cost(10, 500), nodes=20, first_check_secs=60).starts_apart_secs == 15


def test_nothing_is_said_of_a_venue_that_is_not_known() -> None:
    found = fleet(cost(480, None, None), nodes=3, first_check_secs=60)
    assert (found.bears, found.bears_at_worst, found.addresses, found.starts_apart_secs) == (None, None, None, None)


@pytest.mark.property
@given(running=st.floats(1, 3_000), start=st.floats(0, 3_000), nodes=st.integers(1, 200), first=st.floats(0, 120))
def test_no_minute_is_over_the_limit(running: float, start: float, nodes: int, first: float) -> None:
    """With as many as it says, as close as it says, however many of them have started before."""
    found = fleet(cost(running, start), nodes=nodes, first_check_secs=first)
    if not found.bears:
        assert max(running, found.first_min or 0) > 2_400
        return
    together = min(nodes, found.bears)
    apart = found.starts_apart_secs
    assert apart is not None
    at_once = together if apart == 0 else int(60 / apart)
    assert at_once * max(found.first_min or 0, running) + (together - at_once) * running <= 2_400 + 1e-6
