"""An open check that yields finds what one in a single stretch finds, whatever comes between its turns."""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pytest
from arena import OFF, Arena, node_on
from conditional_orders import stop_at_venue
from nautilus_trader.common.enums import LogLevel
from nautilus_trader.execution.reports import OrderStatusReport
from virtual import STARTED, happened, kinds, run_of, settings_with

from reconciliation.drill.schedule import AnyOperation, Fill, Seed, Settle, Silence, Stream, Submit, Wait, Withdraw
from reconciliation.drill.seeds.derive import derive
from reconciliation.drill.virtual import VirtualRun
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.v1.accelerations import turns, yielding_checks
from reconciliation.settings.accelerations import ACCELERATIONS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

LONG_TURN_SECS: Final = 0.05
"""As long as a message takes to the venue or back: whatever can come between two turns does."""
LOT: Final = Decimal("0.010")


@pytest.fixture
def long_turns(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One report a turn, and all that happens meanwhile between two of them."""
    given: list[float] = []

    async def give_way() -> None:
        given.append(LONG_TURN_SECS)
        await asyncio.sleep(LONG_TURN_SECS)

    monkeypatch.setattr(turns, "give_way", give_way)
    monkeypatch.setattr(yielding_checks, "REPORTS_A_TURN", 1)
    return given


@pytest.mark.parametrize("seed", range(1, 13))
def test_what_comes_between_two_turns_is_not_undone(seed: int, long_turns: list[float]) -> None:
    """Under faults, with kills in every fourth run."""
    schedule = derive(seed, minutes=0.5, settle_secs=90, silence_secs=40, kills=seed % 4 == 0)
    assert kinds(VirtualRun(settings_with(), schedule).play()) == set()
    assert long_turns


RESTING: Final = [f"order-{number}" for number in range(8)]
MANY: Final[tuple[AnyOperation, ...]] = (
    Seed(fills=2, net=LOT),
    *STARTED,
    *(Submit(name=name, quantity=LOT, price=Decimal(50_000)) for name in RESTING),
    Wait(secs=20),
)


def test_orders_that_change_while_a_check_goes_through_its_answers(long_turns: list[float]) -> None:
    """Fills and cancels that the stream tells of, each within the half second that a check takes here."""
    changes: list[AnyOperation] = [
        step
        for name in RESTING
        for step in (Fill(name=name, quantity=LOT / 2), Wait(secs=0.11), Withdraw(name=name), Wait(secs=0.93))
    ]
    run = run_of(*MANY, *changes, Settle(within_secs=60), Silence(secs=40))
    assert kinds(run.play()) == set()
    assert long_turns


def test_what_was_lost_is_found_in_turns(long_turns: list[float]) -> None:
    """A stream that is mute: every order changed, and the check alone brings it in."""
    lost: tuple[AnyOperation, ...] = (
        Stream(action="mute"),
        *(Fill(name=name, quantity=LOT / 2) for name in RESTING[::2]),
        *(Withdraw(name=name) for name in RESTING),
        Wait(secs=1),
        Stream(action="unmute"),
    )
    run = run_of(*MANY, *lost, Settle(within_secs=60), Silence(secs=40))
    assert kinds(run.play()) == set()
    assert long_turns


def test_a_run_is_the_same_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing comes between two turns here: all is the same, order by order and in the same order."""
    monkeypatch.setattr(yielding_checks, "REPORTS_A_TURN", 3)
    run = run_of(*MANY, Settle(within_secs=60))
    run.play()
    without = [name for name in ACCELERATIONS if name != "yielding_checks"]
    stock = run_of(*MANY, Settle(within_secs=60), overrides={"node.accelerate": without})
    stock.play()
    assert happened(run, "engine", "") == happened(stock, "engine", "")
    assert happened(run, "request", "") == happened(stock, "request", "")


def sizes(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[int]]:
    """How many reports were taken over, and how many were read, in each turn of one check."""
    taken, read = [], [0]
    take, parse = arena.engine._reconcile_order_reports, arena.client._parse_order_status_reports

    def reconcile(reports: list[Any], open_order_ids: Any) -> None:
        taken.append(len(reports))
        take(reports, open_order_ids)

    async def give_way() -> None:
        read.append(0)
        await asyncio.sleep(0)

    def counted(read_some: Callable[[], list[Any]]) -> Callable[[], list[Any]]:
        def reading() -> list[Any]:
            reports = read_some()
            read[-1] += len(reports)
            return reports

        return reading

    monkeypatch.setattr(arena.engine, "_reconcile_order_reports", reconcile)
    monkeypatch.setattr(arena.client, "_parse_order_status_reports", lambda *a: [counted(each) for each in parse(*a)])
    monkeypatch.setattr(turns, "give_way", give_way)
    arena.run(arena.engine._check_orders_consistency())
    return taken, read


@pytest.mark.parametrize("guards", [("symbols",), ("symbols", "reports", "query_errors", "history")])
def test_no_turn_is_longer_than_it_may_be(
    venue: VenueProcess, monkeypatch: pytest.MonkeyPatch, guards: tuple[str, ...]
) -> None:
    venue.control.seed("BTCUSDT", open_orders=70)
    venue.control.seed("ETHUSDT", open_orders=60)
    with node_on(venue, guards=guards, start=False, **OFF | {"open_check_threshold_ms": 1}) as arena:
        yielding_checks.install(arena.engine)
        arena.clients[0].read_in_turns(yielding_checks.REPORTS_A_TURN)
        arena.start()
        taken, read = sizes(arena, monkeypatch)
        assert not any(arena.engine._recon_check_retries.values())  # what was told is not missing
    assert sum(read) == 130
    assert max(read) <= 50
    assert [size for size in taken if size] == [50, 50, 30]


@pytest.mark.parametrize("guards", [("symbols",), ("symbols", "reports", "query_errors", "history")])
@pytest.mark.parametrize("in_turns", [False, True])
def test_what_is_logged_to_be_received_is_reports(
    venue: VenueProcess, monkeypatch: pytest.MonkeyPatch, guards: tuple[str, ...], *, in_turns: bool
) -> None:
    """One line a query, as where nothing is put off; and none of a query that failed."""
    venue.control.seed("BTCUSDT", open_orders=70)
    venue.control.seed("ETHUSDT", open_orders=60)
    with node_on(venue, guards=guards, start=False, **OFF | {"open_check_threshold_ms": 1}) as arena:
        received: list[tuple[Any, ...]] = []
        monkeypatch.setattr(arena.client, "_log_report_receipt", lambda *receipt: received.append(receipt))
        if in_turns:
            arena.clients[0].read_in_turns(yielding_checks.REPORTS_A_TURN)
        arena.start()
        received.clear()
        arena.run(arena.engine._check_orders_consistency())
        assert received == [(130, "OrderStatusReport", LogLevel.DEBUG)]
        venue.control.fail("GET /fapi/v1/openOrders", status=400, body={"code": -1, "msg": "no"})
        arena.run(arena.engine._check_orders_consistency())
        assert len(received) == 1


@pytest.mark.parametrize("guards", [("symbols",), ("symbols", "reports", "query_errors", "history")])
@pytest.mark.parametrize("name", ["generate_order_status_reports", "_generate_algo_order_status_reports"])
def test_a_query_of_somebody_elses_is_handed_reports(venue: VenueProcess, name: str, guards: tuple[str, ...]) -> None:
    """Of a subclass that asks upstream's and looks at what it is told, as it may where nothing is accelerated."""
    venue.control.seed("BTCUSDT", open_orders=3)
    now = int(time.time() * 1_000)
    venue.control.fail("GET /fapi/v1/openAlgoOrders", body=[stop_at_venue(createTime=now, updateTime=now)])
    seen: list[str] = []

    async def looking(client: Any, *args: Any, **kwargs: Any) -> list[OrderStatusReport]:
        reports: list[OrderStatusReport] = await getattr(super(somebodys, client), name)(*args, **kwargs)
        seen.extend(report.client_order_id.value for report in reports)
        return reports

    with node_on(venue, guards=guards, start=False, **OFF | {"open_check_threshold_ms": 1}) as arena:
        usual = type(arena.client)
        somebodys = type(usual.__name__, (usual,), {name: looking})
        arena.client.__class__ = somebodys
        arena.clients[0].read_in_turns(yielding_checks.REPORTS_A_TURN)
        arena.start()
        seen.clear()
        arena.run(arena.engine._check_orders_consistency())
    assert len(seen) == (4 if name == "generate_order_status_reports" else 1)
    assert "stop-1" in seen
