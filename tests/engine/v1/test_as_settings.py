"""What a hand-written configuration says becomes settings; what no setting holds is named, and where it goes."""

from typing import Any, Final

import pytest
from nautilus_trader.adapters.binance import BinanceDataClientConfig, BinanceExecClientConfig
from nautilus_trader.config import (
    CacheConfig,
    DatabaseConfig,
    ImportableActorConfig,
    ImportableStrategyConfig,
    LiveDataEngineConfig,
    LiveExecEngineConfig,
    LiveRiskEngineConfig,
    MessageBusConfig,
    StrategyConfig,
    TradingNodeConfig,
)
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import fields
from reconciliation.engine.hand_written import HandWritten
from reconciliation.engine.scripted import ScriptNode
from reconciliation.engine.v1.as_settings import settings_of_engine

NO_DATABASE: Final = (
    "no database for the cache: recon gives it one, an embedded Valkey unless RECON_CACHE_URL names another"
)


def of_node(**parts: Any) -> HandWritten:
    return settings_of_engine(TradingNodeConfig(**parts), "my_node.py:1")


def test_every_setting_that_reaches_the_engine_is_read_but_addresses_and_clients() -> None:
    written = of_node(cache=CacheConfig(database=DatabaseConfig()))
    left = {field.key for field in fields() if field.is_setting} - written.values.keys()
    assert left == {
        "cache.url",
        *(f"venue.{name}" for name in ("name", "environment", "account_type", "api_key", "api_secret")),
        *(f"venue.{name}" for name in ("http_url", "stream_url")),
    }


def test_a_bare_engine_says_nothing_of_a_node() -> None:
    written = settings_of_engine(LiveExecEngineConfig(), "my_node.py:1")
    assert (written.what, written.remains) == ("LiveExecEngineConfig", ())
    assert "node.trader_id" not in written.values
    assert "cache.load_cache" in written.values


STRATEGY: Final = ImportableStrategyConfig(
    strategy_path="mine:Maker",
    config_path="mine:MakerConfig",
    config={"strategy_id": "MAKER", "order_id_tag": "001", "external_order_claims": ["ETH.X"]},
)
REMAINS: Final[list[tuple[dict[str, Any], str]]] = [
    ({"data_clients": {"B": BinanceDataClientConfig()}},
     "data client B, a BinanceDataClientConfig: builder.add_data_client in configure(builder)"),
    ({"exec_clients": {"B": BinanceExecClientConfig()}},
     "execution client B, a BinanceExecClientConfig: builder.add_exec_client in configure(builder)"),
    ({"strategies": [STRATEGY]}, "mine:Maker: a table [strategies.ID]"),
    ({"actors": [ImportableActorConfig(actor_path="mine:Act", config_path="mine:ActConfig", config={})]},
     "mine:Act: a table [actors.ID]"),
    ({"risk_engine": LiveRiskEngineConfig(bypass=True)}, "risk_engine: bypass in a table [risk]"),
    ({"message_bus": MessageBusConfig(database=DatabaseConfig(password="secret"))},
     "message_bus: database in a table [message_bus]"),
    ({"data_engine": LiveDataEngineConfig(qsize=5)},
     "data_engine: the engine's default stays"),
    ({"loop_debug": True}, "loop_debug: the engine's default stays"),
    ({"exec_engine": LiveExecEngineConfig(snapshot_orders=True)},
     "exec_engine.snapshot_orders = True: concerns no reconciliation; the engine's default stays"),
    ({"cache": CacheConfig(tick_capacity=5)}, "cache.tick_capacity = 5: market data"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "told"), REMAINS, ids=[next(iter(parts)) for parts, _ in REMAINS])
def test_what_no_setting_holds_is_named_with_its_place(parts: dict[str, Any], told: str) -> None:
    assert set(of_node(**parts).remains) == {told, NO_DATABASE}


def test_a_node_as_it_comes_leaves_nothing_but_its_database() -> None:
    assert of_node().remains == (NO_DATABASE,)


@pytest.mark.parametrize(
    ("database", "url"),
    [
        (DatabaseConfig(), "redis://127.0.0.1:6379"),
        (DatabaseConfig(host="cache", port=6380, ssl=True), "rediss://cache:6380"),
        (DatabaseConfig(password="s-e-c"), "redis://USER:PASSWORD@127.0.0.1:6379"),
    ],
)
def test_the_address_of_the_cache_is_told_without_its_secret(database: DatabaseConfig, url: str) -> None:
    written = of_node(cache=CacheConfig(database=database))
    assert written.remains == (f"the cache's database: RECON_CACHE_URL={url}",)
    assert "s-e-c" not in str(written)


def test_what_strategies_claim_is_read_by_their_ids() -> None:
    assert of_node(strategies=[STRATEGY]).values["claims.MAKER-001.instrument_ids"] == ["ETH.X"]


def test_claims_of_nobody_that_has_a_name_yet_are_told() -> None:
    nameless = ImportableStrategyConfig(
        strategy_path="mine:Maker", config_path="mine:MakerConfig", config={"external_order_claims": ["ETH.X"]}
    )
    written = of_node(strategies=[nameless])
    assert not [key for key in written.values if key.startswith("claims")]
    assert "claims of Maker (ETH.X): a table [claims.ID], once it has a whole id" in written.remains


def test_a_strategy_without_a_tag_claims_by_the_id_that_a_trader_gives_it() -> None:
    config = TradingNodeConfig(strategies=[STRATEGY])
    claimed = [InstrumentId.from_str(f"{name}.X") for name in ("BTC", "ETH")]
    added = [Strategy(StrategyConfig(external_order_claims=[each])) for each in claimed]
    written = settings_of_engine(ScriptNode(config, "my_node.py:1", strategies=added), "my_node.py:1")
    claims = {key: value for key, value in written.values.items() if key.startswith("claims.Strategy")}
    assert claims == {"claims.Strategy-001.instrument_ids": ["BTC.X"], "claims.Strategy-002.instrument_ids": ["ETH.X"]}
    assert "strategy Strategy-002, a Strategy: builder.add_strategy in configure(builder)" in written.remains


def test_what_the_engine_itself_refuses_is_no_value() -> None:
    written = settings_of_engine(LiveExecEngineConfig(open_check_interval_secs=-5.0), "my_node.py:1")
    assert "reconciliation.open_check_interval_secs" not in written.values
    assert "-5.0 is refused" in written.refused["reconciliation.open_check_interval_secs"]


@pytest.mark.parametrize("config", [5, ScriptNode({}, "x.py:1"), LiveDataEngineConfig()])
def test_anything_else_is_no_configuration(config: object) -> None:
    with pytest.raises(NotAConfigError):
        settings_of_engine(config, "x.py:1")
