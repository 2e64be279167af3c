"""What the settings name is imported and judged before anything is made of it, each fault under its key."""

import textwrap
from pathlib import Path
from typing import Any

import pytest
from jail import Jail
from nautilus_trader.adapters.binance import BinanceLiveExecClientFactory

from reconciliation import NodeBuilder, RulesBrokenError, load
from reconciliation.engine.errors import PartError
from reconciliation.engine.generation import generation
from reconciliation.engine.parts import Parts
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.node.draft import draft
from reconciliation.settings import Settings

EXAMPLE = "reconciliation.strategies.example_with_claims"
BID = {
    "strategy_path": f"{EXAMPLE}:RestingBid",
    "config_path": f"{EXAMPLE}:RestingBidConfig",
    "config": {"instrument_id": "BTCUSDT-PERP.BINANCE", "quantity": "0.010", "price": 50_000},
}
BINANCE = "nautilus_trader.adapters.binance"
CLIENT = {
    "exec_config_path": f"{BINANCE}:BinanceExecClientConfig",
    "exec_factory_path": f"{BINANCE}:BinanceLiveExecClientFactory",
    "config": {"account_type": "USDT_FUTURES"},
}
ALGORITHM = {
    "exec_algorithm_path": "nautilus_trader.examples.algorithms.twap:TWAPExecAlgorithm",
    "config_path": "nautilus_trader.examples.algorithms.twap:TWAPExecAlgorithmConfig",
}
GRACEFUL = "graceful_shutdown_on_exception"
ACTOR = {"actor_path": "nautilus_trader.common.actor:Actor", "config_path": "nautilus_trader.config:ActorConfig"}


def settings(**sections: Any) -> Settings:
    return load(env={}, settings_dir=shipped_settings(), overrides=sections)


def parts(**sections: Any) -> Parts:
    return generation().parts_of(settings(**sections), read_only=False)


def bid(**config: Any) -> dict[str, Any]:
    return BID | {"config": BID["config"] | config}  # type: ignore[operator]


def strategy(**change: Any) -> dict[str, Any]:
    return {"strategies": {"A-1": BID | change}}


def client(**change: Any) -> dict[str, Any]:
    return {"clients": {"X": CLIENT | change}}


def test_what_is_right_is_made_under_the_name_of_its_table() -> None:
    found = parts(
        strategies={"MAKER-001": BID, "A-B-7": bid(external_order_claims=["ETHUSDT-PERP.BINANCE"])},
        actors={"WATCHER": ACTOR},
        exec_algorithms={"TWAP-2": ALGORITHM},
        clients={"BINANCE": CLIENT},
        risk={"max_order_submit_rate": "50/00:00:01"},
        streaming={"catalog_path": "c", "rotation_interval": "PT1H"},
    )
    assert found.faults == {}
    assert found.claims == {"A-B-7": ("ETHUSDT-PERP.BINANCE",)}
    builder = NodeBuilder(settings())
    found.add_clients(builder)
    found.add_made(builder, read_only=False)
    assert [str(strategy.id) for strategy in builder.strategies] == ["MAKER-001", "A-B-7"]
    assert [strategy.order_id_tag for strategy in builder.strategies] == ["001", "7"]
    assert [str(actor.id) for actor in builder.actors] == ["WATCHER"]
    assert [str(algorithm.id) for algorithm in builder.exec_algorithms] == ["TWAP-2"]
    assert list(builder.exec_clients) == ["BINANCE"]


def test_a_node_that_only_looks_makes_its_strategies_and_nothing_else() -> None:
    builder = NodeBuilder(settings())
    found = parts(strategies={"MAKER-001": BID}, actors={"WATCHER": ACTOR}, exec_algorithms={"TWAP-2": ALGORITHM})
    found.add_made(builder, read_only=True)
    assert (len(builder.strategies), builder.actors, builder.exec_algorithms) == (1, [], [])


@pytest.mark.parametrize(
    ("sections", "key", "told"),
    [
        (strategy(strategy_path="nope:X"), "strategies.A-1.strategy_path", "there is no module nope"),
        (strategy(config_path="json:Nope"), "strategies.A-1.config_path", "json has no Nope"),
        (strategy(strategy_path="json:loads"), "strategies.A-1.strategy_path", "no Strategy class"),
        (strategy(config_path=ACTOR["config_path"]), "strategies.A-1.config_path", "no StrategyConfig class"),
        ({"strategies": {"A-1": bid(quantiti="1")}}, "strategies.A-1.config.quantiti", "did you mean quantity?"),
        ({"strategies": {"A-1": bid(quantity="x")}}, "strategies.A-1.config.quantity", "'x' is refused"),
        ({"strategies": {"A-1": bid(instrument_id="BTC")}}, "strategies.A-1.config.instrument_id", "'BTC' is refused"),
        ({"strategies": {"A-1": bid(log_events="yes")}}, "strategies.A-1.config.log_events", "Expected `bool`"),
        (strategy(config={}), "strategies.A-1.config_path", "wants instrument_id, quantity, price"),
        ({"strategies": {"A-1": bid(strategy_id="B")}}, "strategies.A-1.config.strategy_id", "another id"),
        ({"strategies": {"A-1": bid(order_id_tag="2")}}, "strategies.A-1.config.order_id_tag", "another id"),
        ({"strategies": {"A-1": BID, "B-1": BID}}, "strategies.B-1.strategy_path", "its tag 1 is that of A-1 too"),
        ({"actors": {"X": ACTOR | {"actor_path": BID["strategy_path"]}}}, "actors.X.actor_path", "is a Strategy class"),
        (client(exec_factory_path=BID["strategy_path"]), "clients.X.exec_factory_path", "no LiveExecClientFactory"),
        (client(config={"account_type": "FUTURES"}), "clients.X.config.account_type", "'FUTURES' is refused"),
        (client(exec_config={"api_secret": 5}), "clients.X.exec_config.api_secret", "it is refused"),
        ({"logging": {"log_level": "INFO"}}, "logging.log_level", "log.level sets it already"),
        ({"logging": {"log_dir": "x"}}, "logging.log_dir", "is no field of LoggingConfig"),
        ({"risk": {GRACEFUL: True}}, f"risk.{GRACEFUL}", f"node.{GRACEFUL} sets it"),
        ({"streaming": {"rotation_mode": 7}}, "streaming.rotation_mode", "7 is refused"),
        ({"message_bus": {"database": {"port": "x"}}}, "message_bus.database", "it is refused"),
    ],
)  # fmt: skip
def test_a_fault_is_told_under_its_key(sections: dict[str, Any], key: str, told: str) -> None:
    faults = parts(**sections).faults
    assert told in faults[key], faults


def test_ids_that_say_the_same_as_the_table_are_no_fault() -> None:
    named = {"A-1": bid(strategy_id="A-1", order_id_tag="1"), "B-2": bid(strategy_id="B")}
    assert parts(strategies=named).faults == {}


def test_all_faults_are_told_at_once_with_their_places(jail: Jail) -> None:
    jail.shipped_settings(
        mine=textwrap.dedent(
            """
            [strategies.A-1]
            strategy_path = "nope:X"
            config_path = "reconciliation.strategies.example_with_claims:RestingBidConfig"
            config.quantity = "x"

            [risk]
            bypas = true
            """
        )
    )
    with pytest.raises(RulesBrokenError) as caught:
        draft(load("mine", {}, overrides={"reconciliation.position_check_retries": 0}), embedding=True)
    by_id = {finding.id: finding for finding in caught.value.findings}
    assert set(by_id) == {"E06", "E22"}
    assert by_id["E22"].data()["origins"] == {
        "strategies.A-1.strategy_path": "settings/mine.toml:3",
        "strategies.A-1.config.quantity": "settings/mine.toml:5",
        "strategies.A-1.config_path": "settings/mine.toml:4",
        "risk.bypas": "settings/mine.toml:8",
    }


OWN = """
from nautilus_trader.config import StrategyConfig
from nautilus_trader.trading.strategy import Strategy

print("imported")
{more}

class Own(Strategy):
    def __init__(self, config):
        super().__init__(config)
        {body}
"""


def own(jail: Jail, name: str, body: str = "pass", more: str = "") -> dict[str, Any]:
    jail.write(f"{name}.py", OWN.format(body=body, more=more))
    return {"A-1": {"strategy_path": f"{name}:Own", "config_path": "nautilus_trader.config:StrategyConfig"}}


def test_a_module_is_found_in_the_working_directory_and_prints_to_stderr(
    jail: Jail, capfd: pytest.CaptureFixture[str]
) -> None:
    assert parts(strategies=own(jail, "own_a")).faults == {}
    out, err = capfd.readouterr()
    assert (out, "imported" in err) == ("", True)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("import nope_b", "importing own_{0} failed: ModuleNotFoundError: No module named 'nope_b' (own_{0}.py:6)"),
        ("raise SystemExit(1)", "importing own_{0} ends the process; put what runs a node under: if __name__"),
        (
            "raise ValueError('https://host/order?apiKey=K&signature=S')",
            "importing own_{0} failed: ValueError: https://host/order?... (own_{0}.py:6)",
        ),
        ("1/0", "importing own_{0} failed: ZeroDivisionError: division by zero (own_{0}.py:6)"),
    ],
)
def test_a_module_that_fails_is_told_with_its_line(jail: Jail, more: str, told: str) -> None:
    name = f"b{abs(hash(more))}"
    faults = parts(strategies=own(jail, f"own_{name}", more=more)).faults
    assert told.format(name) in faults["strategies.A-1.strategy_path"]


def made(strategies: dict[str, Any]) -> None:
    parts(strategies=strategies).add_made(NodeBuilder(settings()), read_only=False)


def test_a_strategy_that_fails_to_be_made_is_told_with_its_line(jail: Jail) -> None:
    with pytest.raises(PartError, match=r"strategies.A-1 could not be made: KeyError: 'x' \(own_c.py:11\)"):
        made(own(jail, "own_c", "raise KeyError('x')"))


def test_a_strategy_that_calls_itself_otherwise_is_told(jail: Jail) -> None:
    more = "from nautilus_trader.model.identifiers import StrategyId"
    with pytest.raises(PartError, match=r"strategies\.A-1: it calls itself B-9; name the table strategies\.B-9"):
        made(own(jail, "own_d", "self.change_id(StrategyId('B-9'))", more))


def test_importing_runs_no_strategy(jail: Jail, tmp_path: Path) -> None:
    strategies = own(jail, "own_e", "open('made', 'w')")
    assert parts(strategies=strategies).faults == {}
    assert not Path("made").exists()


@pytest.mark.parametrize(
    ("config", "factory", "guarded"),
    [
        ({"account_type": "USDT_FUTURES"}, f"{BINANCE}:BinanceLiveExecClientFactory", True),
        ({"account_type": "SPOT"}, f"{BINANCE}:BinanceLiveExecClientFactory", False),
        ({"account_type": "COIN_FUTURES"}, f"{BINANCE}:BinanceLiveExecClientFactory", False),
    ],
)
def test_the_stock_futures_client_gets_the_guards(config: dict[str, Any], factory: str, guarded: bool) -> None:
    client = CLIENT | {"config": config, "exec_factory_path": factory}
    spec = parts(clients={"BINANCE": client}).exec_clients["BINANCE"]
    assert spec.is_guarded is guarded
    assert issubclass(spec.factory, BinanceLiveExecClientFactory)


def test_a_claim_of_a_strategys_own_is_judged_with_the_others() -> None:
    strategies = {"A-1": bid(external_order_claims=["BTCUSDT-PERP.BINANCE"])}
    claims = {"B-2": {"instrument_ids": ["BTCUSDT-PERP.BINANCE"]}}
    with pytest.raises(RulesBrokenError, match=r"E19: BTCUSDT-PERP\.BINANCE is claimed by A-1 and B-2"):
        draft(settings(strategies=strategies, claims=claims), embedding=True)
    claims = {"A-1": {"instrument_ids": ["BTCUSDT-PERP.BINANCE"]}}
    assert draft(settings(strategies=strategies, claims=claims), embedding=True).findings == ()
