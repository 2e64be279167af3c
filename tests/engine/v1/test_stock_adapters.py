"""What each stock client makes of a venue that fails is as declared, and what the guards make of it: the real classes.

The clients are made by their own factories, and asked by the engine's own commands; the objects fail by which they ask
and send. Those behind extras are tried where these are installed: `make test-extras`.
"""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from nautilus_trader.adapters.binance.http.error import BinanceServerError
from nautilus_trader.execution.messages import GenerateOrderStatusReports
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.model.identifiers import InstrumentId
from stock_adapters import ADAPTERS, EXTRAS, Client, answering, failing

from reconciliation.engine.v1.adapters.lookup import client_of, traits_of
from reconciliation.engine.v1.adapters.stock.declared import DECLARED
from reconciliation.rules.client import StockFacts

FAILURES = (RuntimeError, BinanceServerError)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield made
    for task in asyncio.all_tasks(made):
        task.cancel()
    made.run_until_complete(asyncio.sleep(0))
    asyncio.set_event_loop(None)
    made.close()


def facts_of(client: Client) -> StockFacts:
    facts = traits_of("X", client.config, guarded=False).stock
    assert facts is not None
    return facts


async def hangs() -> None:
    """Never answer."""
    await asyncio.sleep(3_600)


# -- Queries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_failed_query_is_answered_as_declared(name: str, loop: asyncio.AbstractEventLoop) -> None:
    client = Client(ADAPTERS[name], loop)
    answers, facts = client.asks(failing(ADAPTERS[name])), facts_of(client)
    empties = []
    for report in ADAPTERS[name].reports:
        answers.asked.clear()
        try:
            answer = client.asked(report)
        except FAILURES:
            assert answers.asked
        else:
            assert answer == []
            assert answers.asked, f"{report}: it answered without having asked, which shows nothing"
            empties.append(report)
    assert tuple(empties) == tuple(report for report in facts.empties if report in ADAPTERS[name].reports)
    answers.asked.clear()
    try:
        one = client.asked_for_one()
    except FAILURES:
        one = None
    assert (one is not None) == facts.cancels_unanswered
    assert facts.asks_single == bool(answers.asked)


@pytest.mark.parametrize("name", ADAPTERS)
def test_with_the_guard_what_failed_raises_and_what_answered_answers(
    name: str, loop: asyncio.AbstractEventLoop
) -> None:
    client = Client(ADAPTERS[name], loop)
    answers = client.asks(failing(ADAPTERS[name]))
    client_of(client.engine_client).raise_failures()
    for report in ADAPTERS[name].reports:
        with pytest.raises(FAILURES):
            client.asked(report)
    with pytest.raises(FAILURES):
        client.asked_for_one()
    answers.answer = answering(ADAPTERS[name])
    for report in ADAPTERS[name].reports:
        assert client.asked(report) == []


RUST = ("missing field: `symbol` must be initialized", "Instrument X not found in cache", "Request canceled")


@pytest.mark.parametrize("text", RUST)
@pytest.mark.parametrize("name", [name for name, adapter in ADAPTERS.items() if adapter.package != "binance"])
def test_with_the_guard_no_error_of_the_rust_clients_is_an_answer(
    name: str, text: str, loop: asyncio.AbstractEventLoop
) -> None:
    """They are ValueErrors, and an adapter may tell them by their words."""

    async def fails() -> None:
        raise ValueError(text)

    client = Client(ADAPTERS[name], loop)
    client.asks(failing(ADAPTERS[name], text) if ADAPTERS[name].in_threads else fails)
    client_of(client.engine_client).raise_failures()
    for report in ADAPTERS[name].reports:
        with pytest.raises((ValueError, RuntimeError)):
            client.asked(report)
    with pytest.raises((ValueError, RuntimeError)):
        client.asked_for_one()


@pytest.mark.parametrize("name", [name for name, adapter in ADAPTERS.items() if not adapter.in_threads])
def test_a_query_that_is_cut_short_is_no_empty_answer(name: str, loop: asyncio.AbstractEventLoop) -> None:
    """Most adapters catch the cancellation too, so that a time limit alone would read as nothing there."""
    client = Client(ADAPTERS[name], loop)
    client.asks(hangs)
    guarded = client_of(client.engine_client)
    guarded.raise_failures()
    guarded.limit_queries(0.05)
    for report in ADAPTERS[name].reports:
        with pytest.raises(TimeoutError):
            client.asked(report)


# -- Submits ---------------------------------------------------------------------------------------


def told(events: list[Any]) -> list[str]:
    return [type(event).__name__ for event in events]


CASES = [(name, text) for name, adapter in ADAPTERS.items() for text in adapter.unknown]


@pytest.mark.parametrize("name", [name for name, adapter in ADAPTERS.items() if adapter.unknown])
def test_a_submit_of_unknown_outcome_is_called_rejected_as_declared(name: str, loop: asyncio.AbstractEventLoop) -> None:
    rejects = False
    for text in ADAPTERS[name].unknown:
        client = Client(ADAPTERS[name], loop)
        answers = client.sends(failing(ADAPTERS[name], text))
        rejects |= "OrderRejected" in told(client.submit())
        assert answers.asked
    assert rejects == facts_of(client).rejects_unknown


@pytest.mark.parametrize(("name", "text"), CASES)
def test_with_the_guard_an_order_of_unknown_outcome_stays_submitted(
    name: str, text: str, loop: asyncio.AbstractEventLoop
) -> None:
    client = Client(ADAPTERS[name], loop)
    answers = client.sends(failing(ADAPTERS[name], text))
    client_of(client.engine_client).keep_unknown_outcomes()
    assert told(client.submit()) == ["OrderSubmitted"]
    assert answers.asked


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, each in ADAPTERS.items() for text in each.refused])
def test_with_the_guard_an_order_that_is_refused_is_rejected(
    name: str, text: str, loop: asyncio.AbstractEventLoop
) -> None:
    client = Client(ADAPTERS[name], loop)
    client.sends(failing(ADAPTERS[name], text))
    client_of(client.engine_client).keep_unknown_outcomes()
    assert told(client.submit()) == ["OrderSubmitted", "OrderRejected"]
    assert text.removeprefix("-") in client.events[-1].reason


@pytest.mark.parametrize("name", ADAPTERS)
def test_with_the_guard_a_refusal_that_comes_by_the_stream_rejects(name: str, loop: asyncio.AbstractEventLoop) -> None:
    client = Client(ADAPTERS[name], loop)
    client_of(client.engine_client).keep_unknown_outcomes()
    order = client.order
    client.engine_client.generate_order_rejected(
        order.strategy_id, order.instrument_id, order.client_order_id, reason="by the stream", ts_event=0
    )
    assert told(client.events) == ["OrderRejected"]


# -- One order, where it cannot be asked for ---------------------------------------------------------


@pytest.mark.parametrize("name", ["bitmex", "deribit"])
@pytest.mark.parametrize("open_only", [True, False])
def test_one_order_is_found_in_the_list_of_open_orders_or_in_that_of_all(
    name: str, open_only: bool, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(ADAPTERS[name], loop)
    asked = []

    async def reports(command: GenerateOrderStatusReports) -> list[OrderStatusReport]:
        asked.append(command)
        return [client.report("1"), client.report("2")] if command.open_only == open_only else []

    monkeypatch.setattr(client.engine_client, "generate_order_status_reports", reports)
    client_of(client.engine_client).raise_failures()
    report = client.asked_for_one()
    assert report is not None
    assert report.venue_order_id.value == "1"
    assert [command.open_only for command in asked] == ([True] if open_only else [True, False])
    assert {command.instrument_id for command in asked} == {None if name == "bitmex" else client.instrument_id}


def test_bitmex_is_not_asked_for_one_instrument_which_its_client_cannot_do(loop: asyncio.AbstractEventLoop) -> None:
    """Its real HTTP object: nobody is at the address, and a TypeError would tell that it was not even tried."""
    client = Client(ADAPTERS["bitmex"], loop)
    assert client.asked("orders", client.instrument_id) == []
    client_of(client.engine_client).raise_failures()
    for report in ("orders", "fills"):
        with pytest.raises(ValueError, match="Network error"):
            client.asked(report, client.instrument_id)


def test_what_is_of_other_instruments_is_left_out(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(ADAPTERS["bitmex"], loop)
    other = InstrumentId.from_str("ETHUSD.BITMEX")

    async def reports(_: GenerateOrderStatusReports) -> list[OrderStatusReport]:
        return [client.report("1"), client.report("2", other)]

    monkeypatch.setattr(client.engine_client, "generate_order_status_reports", reports)
    client_of(client.engine_client).raise_failures()
    assert [report.instrument_id for report in client.asked("orders", other)] == [other]
    assert len(client.asked("orders")) == 2


@pytest.mark.parametrize("name", ["bitmex", "deribit"])
def test_one_order_that_is_in_no_list_is_not_there(name: str, loop: asyncio.AbstractEventLoop) -> None:
    client = Client(ADAPTERS[name], loop)
    answers = client.asks(answering(ADAPTERS[name]))
    client_of(client.engine_client).raise_failures()
    assert client.asked_for_one() is None
    assert len(answers.asked) == 2


def test_every_stock_client_is_declared_once() -> None:
    packages = sorted(adapter.config.split(".")[2] for adapter in DECLARED)
    installed = {adapter.package for adapter in ADAPTERS.values()} - {"binance"}
    assert packages == sorted({*installed, *EXTRAS})
    assert {adapter.package.rpartition(".")[2] for adapter in DECLARED if adapter.extra} == set(EXTRAS)


def test_those_behind_extras_are_tried_where_they_are_installed() -> None:
    assert bool(set(EXTRAS) <= set(ADAPTERS)) == ("EXTRAS" in os.environ)
