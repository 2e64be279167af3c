"""A soak holds a node's memory and its ledger against what they are to be, and says what does not hold.

Each has a process of its own: a look goes through all that its process holds.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.live.execution_engine import LiveExecutionEngine

from benchmarks.soak import run
from benchmarks.soak.findings import GROWS_FOR_GOOD, Findings, growing
from benchmarks.soak.looks import Look
from benchmarks.soak.market import TROUBLES
from reconciliation.engine.v1.cache_keys import HASHES
from reconciliation.engine.v1.recorder import Recorder
from reconciliation.engine.v1.simulated.database import DatabaseClient, SimulatedDatabase
from reconciliation.settings.guards import GUARDS

HOURS = 1 / 24
LOOK_SECS = 1_500.0
FASTER = {
    "RECON_OPEN_CHECK_INTERVAL_SECS": "10",
    "RECON_PURGE_CLOSED_ORDERS_INTERVAL_MINS": "5",
    "RECON_PURGE_CLOSED_ORDERS_BUFFER_MINS": "10",
}
"""What a month shows within hours, and with half the questions."""


def soaked(days: float, **env: str) -> tuple[Findings, list[Look]]:
    looks: list[Look] = []
    found = run.soaked(
        run.settings_of(run.PRESET, FASTER | env),
        days=days,
        orders_a_day=1_200,
        look_secs=LOOK_SECS,
        fault_secs=LOOK_SECS / 2,
        promised=run.settings_of(run.PRESET, FASTER).reconciliation,
        progress=looks.append,
    )
    return found, looks


def grown(entries: Callable[[int], int]) -> float | None:
    """Return what is told of a container in the second half of a month, by what it holds after so many orders."""
    nothing = dict.fromkeys(("fills", "held", "open", "rss", "aside", "events"), 0)
    looks = [
        Look(day=day, orders=day * 24, entries=Counter(container=entries(day * 24)), **nothing) for day in range(16, 31)
    ]
    return dict(growing(looks)).get("container")


@given(orders=st.integers(1, 48))
def test_a_container_that_gains_an_entry_every_so_many_orders_grows(orders: int) -> None:
    assert grown(lambda submitted: submitted // orders) == pytest.approx(1 / orders, abs=1 / 144)


@given(orders=st.integers(72, 720), most=st.integers(0, 400))
def test_a_container_that_is_full_or_emptied_or_hardly_gains_is_steady(orders: int, most: int) -> None:
    assert grown(lambda submitted: min(submitted, most)) is None
    assert grown(lambda submitted: submitted % 100) is None
    assert grown(lambda submitted: submitted // orders) is None


def soaked_beside_others(days: float) -> tuple[Findings, list[Look], int]:
    """Somebody else in the process holds something; return how much in the end too."""
    other = Recorder(DatabaseClient(SimulatedDatabase(lambda: 0.0), "T-1", lambda _: None))
    other.fields[HASHES[0]] |= {f"O-{number}".encode(): b"P-1" for number in range(300)}
    found, looks = soaked(days)
    return found, looks, len(other.fields[HASHES[0]])


def soaked_unpruned(days: float) -> tuple[Findings, list[Look]]:
    LiveExecutionEngine._prune_recent_fills_cache = lambda _: None
    return soaked(days)


def apart(soak: Callable[..., Any], days: float, **env: str) -> Any:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(soak, days, **env).result()


def test_four_hours_leave_nothing_behind() -> None:
    found, looks, of_others = apart(soaked_beside_others, 4 * HOURS)
    assert of_others == 300
    assert found.breaches == []
    assert len(found.troubles) == len(TROUBLES)
    assert found.orders > 100
    assert set(found.fills_still) == {"Heard._last_ns", "MarginAccount.[AccountState]"}
    assert set(found.grew) == {*found.fills_still, *GROWS_FOR_GOOD}
    assert "| `_Closes.position_ids` (known) |" in "\n".join(found.lines())
    assert looks[-1].entries["_Closes.position_ids"] > 30  # every position that closed, and no series of the engine's


def test_a_purge_that_is_off_is_a_breach() -> None:
    env = dict.fromkeys(("RECON_PURGE_CLOSED_ORDERS_INTERVAL_MINS", "RECON_PURGE_CLOSED_ORDERS_BUFFER_MINS"), "none")
    found, _ = apart(soaked, 1 * HOURS, **env)
    assert any("closed orders in the cache that a purge was to take" in breach for breach in found.breaches)


def test_a_trade_that_is_not_booked_is_a_breach() -> None:
    """Without the guard that brings trades in, a node invents what it has missed."""
    guards = ",".join(guard for guard in GUARDS if guard != "venue_trades")
    found, _ = apart(soaked, 2 * HOURS, RECON_NODE_GUARDS=guards)
    assert any("never booked" in breach for breach in found.breaches)


def test_a_container_that_grows_with_every_fill_is_a_breach() -> None:
    found, _ = apart(soaked_unpruned, 3 * HOURS)
    assert any(breach.startswith("LiveExecutionEngine._recent_fills_cache grew by") for breach in found.breaches)
