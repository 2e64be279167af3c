"""What each rule is about, on the real engine: the harm with the rule broken, and none of it with the cure applied.

Each test names its rule. The node is a stock one, without any guard, unless the guards are the cure.
"""

import asyncio
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import pytest
import redis as redis_client
from arena import OFF, Arena, Trader, all_but, asked, node_on
from nautilus_trader.config import (
    CacheConfig,
    DatabaseConfig,
    InvalidConfiguration,
    LiveExecEngineConfig,
    StrategyConfig,
)
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateOrderStatusReport
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, Venue
from nautilus_trader.trading.config import ImportableStrategyConfig, StrategyFactory
from stage import BTC, HERE, PATIENCE_SECS, until

from reconciliation import NodeBuilder
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.builder import ClientSpec
from reconciliation.settings.guards import GUARDS

ORDER = "GET /fapi/v1/order"
OPEN_ORDERS = "GET /fapi/v1/openOrders"
ALL_ORDERS = "GET /fapi/v1/allOrders"
POSITIONS = "GET /fapi/v3/positionRisk"
SUBMIT = "POST /fapi/v1/order"

ONLY_INFLIGHT: dict[str, Any] = OFF | {"inflight_check_interval_ms": 200}
ONLY_OPEN: dict[str, Any] = OFF | {"open_check_interval_secs": 0.4}
ONLY_POSITIONS: dict[str, Any] = OFF | {"position_check_interval_secs": 0.5}
A_MOMENT_MINS = 0.01
"""Less than a second, which the engine's timers take and the product's settings do not."""


def resting(arena: Arena) -> str:
    bid = arena.place_bid()
    arena.until(lambda: arena.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


def lost_ack(venue: VenueProcess, arena: Arena) -> str:
    venue.control.mute()
    venue.control.fail(SUBMIT, drop=True, apply=True)
    return arena.place_bid()


def resolved(arena: Arena, bid: str) -> str:
    arena.until(lambda: arena.status(bid) not in {"INITIALIZED", "SUBMITTED"}, "the bid is resolved")
    return arena.status(bid)


def test_e01_a_value_the_engine_cannot_use_ends_the_check_loop_in_silence(venue: VenueProcess) -> None:
    with node_on(venue, **ONLY_OPEN | {"open_check_interval_secs": float("nan")}) as arena:
        loop = arena.engine.get_reconciliation_task()
        arena.until(loop.done, "the check loop has ended")
        assert isinstance(loop.exception(), ValueError)
        assert arena.node.trader.is_running
    with pytest.raises(msgspec.DecodeError):
        LiveExecEngineConfig.parse('{"open_check_interval_secs": NaN}')


@pytest.mark.parametrize(("retries", "believed", "asks"), [(0, "REJECTED", False), (3, "ACCEPTED", True)])
def test_e02_without_retries_a_live_order_is_rejected_unasked(
    venue: VenueProcess, retries: int, believed: str, asks: bool
) -> None:
    with node_on(venue, **ONLY_INFLIGHT | {"inflight_check_retries": retries}) as arena:
        bid = lost_ack(venue, arena)
        assert resolved(arena, bid) == believed
        assert (asked(venue, ORDER) > 0) is asks


@pytest.mark.parametrize(("guards", "believed"), [((), "REJECTED"), (GUARDS, "ACCEPTED")])
def test_e03_an_unanswered_order_is_rejected_while_it_lives(
    venue: VenueProcess, guards: tuple[str, ...], believed: str
) -> None:
    with node_on(venue, guards=guards, **ONLY_INFLIGHT) as arena:
        venue.control.fail(ORDER, status=503, times=6)
        assert resolved(arena, lost_ack(venue, arena)) == believed


@pytest.mark.parametrize(
    ("guards", "engine", "believed"),
    [((), {}, "REJECTED"), (GUARDS, {}, "ACCEPTED"), ((), {"open_check_open_only": True}, "ACCEPTED")],
)
def test_e04_a_failed_query_rejects_every_live_order(
    venue: VenueProcess, guards: tuple[str, ...], engine: dict[str, Any], believed: str
) -> None:
    with node_on(venue, guards=guards, **ONLY_OPEN | engine) as arena:
        bid = resting(arena)
        venue.control.fail(OPEN_ORDERS, status=500)
        arena.asks(venue, OPEN_ORDERS, 12)
        venue.control.clear_faults()
        arena.asks(venue, OPEN_ORDERS, 4)
        assert arena.status(bid) == believed, "and it stays so"


@pytest.mark.parametrize(
    ("guards", "engine", "made_up"),
    [((), {}, True), (GUARDS, {}, False), ((), {"generate_missing_orders": False}, False)],
)
def test_e05_one_empty_answer_books_a_synthetic_trade(
    venue: VenueProcess, guards: tuple[str, ...], engine: dict[str, Any], made_up: bool
) -> None:
    venue.control.seed("BTCUSDT", fills=4, net="0.5")
    with node_on(venue, guards=guards, **ONLY_POSITIONS | engine) as arena:
        arena.asks(venue, POSITIONS, 1)
        real = arena.trade_ids()
        venue.control.fail(POSITIONS, body=[], times=2)
        arena.asks(venue, POSITIONS, 5)
        assert (arena.trade_ids() != real) is made_up


@pytest.mark.parametrize(("retries", "repaired"), [(0, False), (3, True)])
def test_e06_without_attempts_the_position_check_does_nothing(
    venue: VenueProcess, retries: int, repaired: bool
) -> None:
    with node_on(venue, **ONLY_POSITIONS | {"position_check_retries": retries}) as arena:
        bid = resting(arena)
        venue.control.fill(bid, silent=True)
        arena.asks(venue, POSITIONS, 6)
        assert (arena.net() == Decimal("0.010")) is repaired


@pytest.mark.parametrize(("interval", "believed"), [(0.5, "0.510"), (None, "0.010")])
def test_e07_the_position_check_imports_what_startup_filtered(
    venue: VenueProcess, interval: float | None, believed: str
) -> None:
    """Another node trades the account too; this one filters positions, and holds one of its own."""
    checks = OFF | {"position_check_interval_secs": interval, "filter_position_reports": True}
    with node_on(venue, **checks) as arena:
        bid = resting(arena)
        venue.control.fill(bid)
        arena.until(lambda: arena.net() == Decimal("0.010"), "its own fill came in")
        venue.control.place("BTCUSDT", "BUY", "0.5", client_order_id="anothers", silent=True)
        arena.run_for(2)
        assert arena.net() == Decimal(believed)


@pytest.mark.parametrize(("interval", "readmitted"), [(0.4, True), (None, False)])
def test_e08_the_open_check_brings_a_filtered_order_back(
    venue: VenueProcess, interval: float | None, readmitted: bool
) -> None:
    venue.control.place("BTCUSDT", "BUY", "0.010", price="30000", client_order_id="anothers")
    checks = OFF | {"open_check_interval_secs": interval, "filtered_client_order_ids": ["anothers"]}
    checks["filtered_client_order_ids"] = LiveExecEngineConfig.parse(
        '{"filtered_client_order_ids": ["anothers"]}'
    ).filtered_client_order_ids
    with node_on(venue, **checks) as arena:
        assert arena.status("anothers") == ""
        arena.run_for(1.5)
        assert (arena.status("anothers") == "ACCEPTED") is readmitted


def leg(side: str, amount: str) -> dict[str, Any]:
    """One leg of a hedging account, as positionRisk tells it."""
    return {
        "symbol": "BTCUSDT",
        "positionSide": side,
        "positionAmt": amount,
        "entryPrice": "60000.0",
        "breakEvenPrice": "60000.0",
        "markPrice": "60000.0",
        "unRealizedProfit": "0",
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": "30000",
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": "0",
        "maintMargin": "0",
        "positionInitialMargin": "0",
        "openOrderInitialMargin": "0",
        "adl": 0,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": 0,
    }


def hedging(builder: NodeBuilder) -> None:
    name, client = next(iter(builder.exec_clients.items()))
    builder.exec_clients[name] = ClientSpec(
        msgspec.structs.replace(client.config, use_reduce_only=False), client.factory
    )


@pytest.mark.parametrize(("interval", "gives_up"), [(0.5, True), (None, False)])
def test_e09_the_position_check_takes_two_legs_for_one(
    venue: VenueProcess, interval: float | None, gives_up: bool
) -> None:
    """Nothing is amiss, and the check uses up its attempts on it; what is amiss later is not looked at any more."""
    venue.control.fail("GET /fapi/v1/positionSide/dual", body={"dualSidePosition": True})
    venue.control.fail(POSITIONS, body=[leg("LONG", "0.500"), leg("SHORT", "-0.200")])
    with node_on(venue, configure=hedging, **OFF | {"position_check_interval_secs": interval}) as arena:
        assert len(arena.cache.positions_open()) == 2
        arena.run_for(3)
        assert (3 in arena.engine._position_recon_retries.values()) is gives_up


@pytest.mark.parametrize(("generates", "starts"), [(False, False), (True, True)])
def test_e10_a_hedging_position_without_fills_fails_the_start(
    venue: VenueProcess, generates: bool, starts: bool
) -> None:
    venue.control.fail("GET /fapi/v1/positionSide/dual", body={"dualSidePosition": True})
    venue.control.fail(POSITIONS, body=[leg("LONG", "0.500")])
    checks = OFF | {"generate_missing_orders": generates}
    with node_on(venue, start=False, configure=hedging, **checks) as arena:
        assert arena.begin() is starts


@pytest.mark.parametrize(("buffer", "known"), [(None, False), (60, True)])
def test_e11_without_a_buffer_a_closed_order_is_gone_at_once(
    venue: VenueProcess, buffer: int | None, known: bool
) -> None:
    """A report that comes late finds an order nobody knows, and its fill is booked a second time."""
    purge = {"purge_closed_orders_interval_mins": A_MOMENT_MINS, "purge_closed_orders_buffer_mins": buffer}
    with node_on(venue, guards=("symbols",), **OFF | purge) as arena:
        bid = resting(arena)
        venue.control.fill(bid)
        arena.until(lambda: arena.net() == Decimal("0.010"), "the fill came in")
        if not known:
            arena.until(lambda: arena.status(bid) == "", "the order was purged")
        else:
            arena.run_for(2)
        command = GenerateOrderStatusReport(
            instrument_id=InstrumentId.from_str(BTC),
            client_order_id=ClientOrderId(bid),
            venue_order_id=None,
            command_id=UUID4(),
            ts_init=0,
        )
        late = arena.run(arena.client.generate_order_status_report(command))
        arena.engine.reconcile_execution_report(late)
        assert (arena.net() == Decimal("0.010")) is known


@pytest.mark.parametrize(("from_database", "doubled"), [(True, True), (False, False)])
def test_e12_what_was_purged_from_the_database_comes_back_as_external(
    venue: VenueProcess, redis: str, from_database: bool, doubled: bool
) -> None:
    purge = {
        "purge_closed_orders_interval_mins": A_MOMENT_MINS,
        "purge_closed_orders_buffer_mins": 0,
        "purge_from_database": from_database,
    }
    with node_on(venue, cache_url=redis, **OFF | purge) as arena:
        bid = resting(arena)
        venue.control.fill(bid)
        arena.until(lambda: arena.status(bid) == "", "the order was purged from memory")
    with node_on(venue, guards=("symbols",), cache_url=redis, **OFF) as arena:
        owners = {order.strategy_id.value for order in arena.cache.orders()}
        assert ("EXTERNAL" in owners) is doubled


def database(url: str, **more: Any) -> CacheConfig:
    parts = urlsplit(url)
    fast: dict[str, Any] = {"number_of_retries": 2, "factor": 1, "max_delay": 1}
    config = DatabaseConfig(type="redis", host=parts.hostname, port=parts.port, **fast | more)
    return CacheConfig(database=config)


@pytest.mark.parametrize(("flushes", "kept"), [(True, False), (False, True)])
def test_e13_flushing_wipes_the_whole_database(venue: VenueProcess, redis: str, flushes: bool, kept: bool) -> None:
    others = redis_client.Redis.from_url(redis)
    others.set("trader-OTHER-001:orders", "theirs")
    cache = msgspec.structs.replace(database(redis), flush_on_start=flushes)
    with node_on(venue, cache=cache, **OFF):
        assert (others.get("trader-OTHER-001:orders") == b"theirs") is kept
    others.close()


def test_e19_two_owners_stop_the_registration_half_way(venue: VenueProcess) -> None:
    with node_on(venue, **OFF) as arena:
        eth = InstrumentId.from_str("ETHUSDT-PERP.BINANCE")
        first = Trader(
            StrategyConfig(strategy_id="FIRST", order_id_tag="001", external_order_claims=[InstrumentId.from_str(BTC)])
        )
        both = StrategyConfig(
            strategy_id="BOTH", order_id_tag="002", external_order_claims=[eth, InstrumentId.from_str(BTC)]
        )
        arena.engine.register_external_order_claims(first)
        with pytest.raises(InvalidConfiguration):
            arena.engine.register_external_order_claims(Trader(both))


def test_e20_a_password_with_a_slash_breaks_the_url(venue: VenueProcess, redis: str) -> None:
    password = "pa/ss#wo?rd%21"
    server = redis_client.Redis.from_url(redis)
    server.config_set("requirepass", password)
    with (
        pytest.raises(BaseException, match=r"(?i)redis|url|port"),
        node_on(venue, cache=database(redis, username="default", password=password), **OFF),
    ):
        pytest.fail("the engine connected after all")
    encoded = database(redis, username="default", password=quote(password, safe=""))
    with node_on(venue, cache=encoded, **OFF) as arena:
        assert arena.node.trader.is_running
    server.close()


@pytest.mark.parametrize(
    ("engine", "repaired"),
    [
        ({"open_check_open_only": True}, False),
        ({"open_check_open_only": False}, True),
        ({"open_check_open_only": True, "position_check_interval_secs": 0.5}, True),
    ],
)
def test_w21_a_lost_fill_is_never_repaired(venue: VenueProcess, engine: dict[str, Any], repaired: bool) -> None:
    with node_on(venue, **ONLY_OPEN | engine) as arena:
        bid = resting(arena)
        venue.control.fill(bid, silent=True)
        arena.asks(venue, OPEN_ORDERS, 6)
        assert (arena.status(bid) == "FILLED") is repaired


@pytest.mark.parametrize(
    ("guards", "lookback", "age", "asks"),
    [
        (all_but("reports"), 60, 90, True),
        (all_but("reports"), 120, 90, False),
        (GUARDS, 60, 90, False),
        (GUARDS, 60, 8 * 1_440, False),  # the venue's history goes back a week
    ],
)
def test_w22_an_order_older_than_the_lookback_is_asked_for_again_and_again(
    venue: VenueProcess, guards: tuple[str, ...], lookback: int, age: int, asks: bool
) -> None:
    venue.control.seed("BTCUSDT", open_orders=1, age_mins=age)
    with node_on(venue, guards=guards, **ONLY_OPEN | {"open_check_lookback_mins": lookback}) as arena:
        assert arena.cache.orders_open_count() == 1
        arena.asks(venue, ALL_ORDERS, 9)
        assert (asked(venue, ORDER) >= 2) is asks
        assert arena.cache.orders_open_count() == 1


def test_w22_an_order_from_outside_that_is_older_than_the_lookback_ends_checks_in_their_midst(
    venue: VenueProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stock node has no client for it by name; so it asks for nothing, and cannot reject what names no account."""
    venue.control.seed("BTCUSDT", open_orders=1, age_mins=90)
    with node_on(venue, **ONLY_OPEN | {"open_check_missing_retries": 1}) as arena:
        (order,) = arena.cache.orders_open()
        ended: list[None] = []
        monkeypatch.setattr(arena.engine, "_validate_open_orders_consistency", lambda: ended.append(None))
        arena.asks(venue, OPEN_ORDERS, 8)
        assert len(ended) <= 5, "one notes that it is missing, the next fails"
        assert asked(venue, ORDER) == 0
        assert order.is_open


@pytest.mark.parametrize(
    ("engine", "strategies"),
    [
        ({}, ["RECONCILIATION"]),
        ({"filter_unclaimed_external_orders": False}, ["VENUE", "VENUE"]),
        ({"generate_missing_orders": False}, []),
    ],
)
def test_w26_what_is_dropped_comes_back_as_exposure(
    venue: VenueProcess, engine: dict[str, Any], strategies: list[str]
) -> None:
    venue.control.seed("BTCUSDT", fills=2, net="0.5")
    with node_on(venue, **OFF | {"filter_unclaimed_external_orders": True} | engine) as arena:
        assert [tag for order in arena.cache.orders() for tag in order.tags] == strategies


@pytest.mark.parametrize(("interval", "same"), [(A_MOMENT_MINS, False), (None, True)])
def test_w29_purging_closed_positions_changes_realized_pnl(
    venue: VenueProcess, interval: float | None, same: bool
) -> None:
    venue.control.seed("BTCUSDT", fills=5, net="0.5")
    purge = {"purge_closed_positions_interval_mins": interval, "purge_closed_positions_buffer_mins": 0}
    with node_on(venue, **OFF | purge) as arena:
        portfolio = arena.node.portfolio
        venue.control.place("BTCUSDT", "SELL", "0.5", client_order_id="by-hand")
        arena.until(lambda: arena.net() == 0 and not arena.cache.positions_open(), "the position is closed")
        (before,) = portfolio.realized_pnls(Venue("BINANCE")).values()
        assert before.as_decimal() < -1
        if not same:
            arena.until(lambda: not arena.cache.positions_closed(), "the closed position was purged")
        venue.control.place("ETHUSDT", "BUY", "0.1", client_order_id="another-symbol")
        arena.until(lambda: arena.net("ETHUSDT-PERP.BINANCE") > 0, "trading goes on, which has it computed anew")
        (after,) = portfolio.realized_pnls(Venue("BINANCE")).values()
        commission = Decimal("0.2")
        assert (before.as_decimal() - after.as_decimal() == commission) is same


def test_w35_the_engine_enforces_no_time_limit(venue: VenueProcess) -> None:
    with node_on(venue, start=False, **OFF) as arena:
        venue.control.fail(ALL_ORDERS, delay_secs=60)
        venue.control.fail(OPEN_ORDERS, delay_secs=60)
        arena.running = arena.loop.create_task(arena.node.run_async())
        arena.until(lambda: asked(venue, OPEN_ORDERS), "reconciliation is under way")
        allowed = arena.loop.create_task(arena.engine.reconcile_execution_state(timeout_secs=0.1))
        arena.run_for(1.5)
        assert not allowed.done()
        allowed.cancel()
        ended = arena.loop.create_task(
            asyncio.wait_for(arena.engine.reconcile_execution_state(timeout_secs=0.1), timeout=0.2)
        )
        arena.until(ended.done, "asyncio ends it")
        assert isinstance(ended.exception(), TimeoutError)


def started(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start the script beside this one, which prints a line when it is where the test wants it."""
    command = [sys.executable, str(HERE / "raw_process.py"), *arguments]
    with (folder / "raw.log").open("w") as log:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def said(folder: Path, word: str) -> bool:
    return word in (folder / "raw.log").read_text()


@pytest.mark.parametrize(("retries", "deaf"), [("0", True), ("2", False)])
def test_e18_a_boot_without_its_database_is_deaf(tmp_path: Path, retries: str, deaf: bool) -> None:
    process = started(tmp_path, "database", retries)
    try:
        if deaf:
            until(
                lambda: said(tmp_path, "config.use_instance_id"), "the database is tried, by the engine's own retries"
            )
            process.terminate()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(2)
        else:
            assert process.wait(PATIENCE_SECS) == 1
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("graceful", "code"), [("graceful", 0), ("abrupt", 1)])
def test_w30_after_a_graceful_stop_a_supervisor_sees_no_failure(
    tmp_path: Path, venue: VenueProcess, graceful: str, code: int
) -> None:
    process = started(tmp_path, "exception", graceful, json.dumps(venue.environment()))
    try:
        assert process.wait(PATIENCE_SECS) == code
        assert said(tmp_path, "planted fault")
    finally:
        process.kill()
        process.wait()


IMPORTABLE = "reconciliation.strategies.example_with_claims"


@pytest.mark.parametrize(
    ("change", "harm"),
    [
        ({}, ""),
        ({"strategy_id": "MAKER-001"}, "TypeError"),
        ({"quantiti": "1"}, "ValidationError"),
    ],
)
def test_e22_the_engine_ends_with_a_traceback_while_it_builds(change: dict[str, str], harm: str) -> None:
    """Even the strategy's id: what `parse` makes of it is no text, and the strategy wants one."""
    config = {"instrument_id": BTC, "quantity": "0.010", "price": "50000"} | change
    named = ImportableStrategyConfig(
        strategy_path=f"{IMPORTABLE}:RestingBid", config_path=f"{IMPORTABLE}:RestingBidConfig", config=config
    )
    if not harm:
        assert StrategyFactory.create(named).id.value == "RestingBid-None", "and another id than the claims name"
        return
    with pytest.raises((TypeError, msgspec.ValidationError)) as caught:
        StrategyFactory.create(named)
    assert type(caught.value).__name__ == harm
