from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId, TraderId
from pydantic import ValidationError
from setting_strategies import client_order_ids, ids, instrument_ids

from reconciliation.identifiers import client_order_id, instrument_id, strategy_id
from reconciliation.settings.node import NodeSettings

REAL_IDS = [
    "BTCUSDT-PERP.BINANCE",
    "EUR/USD.SIM",
    "BTC/USDT.BINANCE",
    "^SPX.CBOE",
    "xyz:TSLA-USD-PERP.HYPERLIQUID",
    "234567-123456-0.0.BETFAIR",
    "AAPL=STK.SMART",
]
GARBAGE = [
    "",
    ".",
    "BTC",
    "BTC.",
    ".BINANCE",
    "BTC..X",
    "*.SIM",
    "BTC*.SIM",
    "BTC.*",
    " BTC.X",
    "BTC.X ",
    "BTC. X",
    "\tBTC.X",
    "B\tC.X",
    "BTC.X\n",
    "BTC\n.X",
    "BTC.X\r",
    "BTC\0.X",
    "BTC\u00a0.X",
    "BTC\u200b.X",
    "\ufeffBTC.X",
    "BTC.ÜX",
]


def trader_id(text: str) -> str:
    return NodeSettings(trader_id=text).trader_id


def passes(check: Callable[[str], str], text: str) -> bool:
    try:
        return check(text) == text
    except (ValueError, ValidationError):
        return False


@pytest.mark.parametrize("text", REAL_IDS)
def test_real_instrument_ids_are_taken(text: str) -> None:
    assert instrument_id(text) == text
    assert InstrumentId.from_str(text).value == text


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_no_instrument_id(text: str) -> None:
    with pytest.raises(ValueError, match=r"instrument id|SYMBOL\.VENUE|wildcard"):
        instrument_id(text)


printable = st.text(max_size=6)
drawn_ids = st.one_of(
    instrument_ids,
    st.builds("{}.{}".format, printable, printable),
    st.builds("{}.{}".format, printable, st.text(st.characters(max_codepoint=127), max_size=5)),
    st.text(alphabet="AB.* \t\n-", max_size=6),
)


@given(drawn_ids)
def test_every_accepted_instrument_id_round_trips_through_the_engine(text: str) -> None:
    if passes(instrument_id, text):
        made = InstrumentId.from_str(text)
        assert made.value == str(made) == text
        assert f"{made.symbol.value}.{made.venue.value}" == text
        assert "." not in made.venue.value
        assert text == text.strip()
        assert not {"*", "\t", "\n"} & set(text)


@given(instrument_ids)
def test_instrument_ids_of_the_grammar_are_taken(text: str) -> None:
    assert passes(instrument_id, text)


# Not outside ASCII: the engine ends the whole process at a client order id that is.
@given(client_order_ids | st.text(max_size=8) | st.text(st.characters(max_codepoint=127), max_size=8))
def test_every_accepted_client_order_id_is_one_to_the_engine(text: str) -> None:
    if passes(client_order_id, text):
        assert text.isascii()
        assert ClientOrderId(text).value == text


@pytest.mark.parametrize("text", ["", " ", " O-1", "O-1 ", "O\n1", "O\t1", "O\0", "Ö-1", "O-\ud800"])
def test_garbage_is_no_client_order_id(text: str) -> None:
    assert not passes(client_order_id, text)


@pytest.mark.parametrize("text", ["O-1", "O-20240101-000000-001-001-1", "a b", "x:y.z"])
def test_real_client_order_ids_are_taken(text: str) -> None:
    assert client_order_id(text) == text


tagged = ids | st.text(alphabet="Aa1-_. *\n", max_size=6) | st.text(max_size=6)


@given(tagged)
def test_every_accepted_strategy_id_is_one_to_the_engine(text: str) -> None:
    if passes(strategy_id, text):
        made = StrategyId(text)
        assert made.value == text
        assert not made.is_external()


@given(tagged)
def test_every_accepted_trader_id_is_one_to_the_engine(text: str) -> None:
    if passes(trader_id, text):
        assert TraderId(text).value == text
        assert not set("*?[]\\: ") & set(text)  # special in the database's key patterns


@given(ids)
def test_names_with_a_tag_are_strategy_and_trader_ids(text: str) -> None:
    assert passes(strategy_id, text)
    assert passes(trader_id, text)


@pytest.mark.parametrize("check", [strategy_id, trader_id])
@pytest.mark.parametrize(
    "text", ["", "EXTERNAL", "A", "A-", "-1", "A--1", "A 1", "A-1\n", " A-1", "A*-1", "Ä-1", "A-\u0661"]
)
def test_garbage_is_no_strategy_or_trader_id(check: Callable[[str], str], text: str) -> None:
    assert not passes(check, text)
