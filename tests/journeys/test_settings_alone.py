"""A node from settings alone: strategies, clients and the engine's own tables stand in TOML, secrets in a file."""

import json
from pathlib import Path

import pytest
from stage import BTC, MAKER, TRADER, NodeCache, Stage, acknowledged_bid, clean_end, ended, reconciled

from reconciliation.embedded.venue import VenueProcess
from reconciliation.layers.settings_folder import shipped_settings

FILE = """
[claims.MAKER-001]
instrument_ids = ["BTCUSDT-PERP.BINANCE"]

[strategies.MAKER-001]
strategy_path = "reconciliation.strategies.example_with_claims:RestingBid"
config_path = "reconciliation.strategies.example_with_claims:RestingBidConfig"
config = { instrument_id = "BTCUSDT-PERP.BINANCE", quantity = "0.010", price = "50000" }

[actors.WATCHER]
actor_path = "nautilus_trader.common.actor:Actor"
config_path = "nautilus_trader.config:ActorConfig"

[exec_algorithms.TWAP]
exec_algorithm_path = "nautilus_trader.examples.algorithms.twap:TWAPExecAlgorithm"
config_path = "nautilus_trader.examples.algorithms.twap:TWAPExecAlgorithmConfig"

[clients.BINANCE]
data_config_path = "nautilus_trader.adapters.binance:BinanceDataClientConfig"
data_factory_path = "nautilus_trader.adapters.binance:BinanceLiveDataClientFactory"
exec_config_path = "nautilus_trader.adapters.binance:BinanceExecClientConfig"
exec_factory_path = "nautilus_trader.adapters.binance:BinanceLiveExecClientFactory"
config = { account_type = "USDT_FUTURES", instrument_provider = { load_all = true } }

[node]
manage_own_order_books = true

[risk]
max_order_submit_rate = "50/00:00:01"

[logging]
log_component_levels = { WATCHER = "ERROR" }

[streaming]
catalog_path = "streamed"
"""


@pytest.fixture
def alone(stage: Stage, venue: VenueProcess, redis: str) -> dict[str, str]:
    """The environment of a deployment: where the settings are, the cache, and a file of secrets."""
    folder = stage.folder / "settings"
    folder.mkdir()
    for file in shipped_settings().glob("*.toml"):
        (folder / file.name).write_text(file.read_text())
    (folder / "mine.toml").write_text(FILE.replace('"streamed"', json.dumps(str(stage.folder / "streamed"))))
    keys = {"api_key": venue.api_key, "api_secret": venue.api_secret, "base_url_http": venue.http_url}
    streams = {"base_url_ws": f"{venue.stream_url}/ws-fapi/v1", "base_url_ws_stream": venue.stream_url}
    clients = {"config": keys, "exec_config": streams, "data_config": {"base_url_ws": venue.stream_url}}
    secrets = stage.folder / "clients.json"
    secrets.write_text(json.dumps({"BINANCE": clients}))
    secrets.chmod(0o600)
    given = {"RECON_PRESET": "mine", "RECON_SETTINGS_DIR": str(folder), "RECON_CLIENTS_FILE": str(secrets)}
    return given | {"RECON_CACHE_URL": redis}


def test_a_node_boots_trades_and_comes_back_from_settings_alone(
    stage: Stage, venue: VenueProcess, redis: str, alone: dict[str, str]
) -> None:
    told = stage.recon("check", **alone)
    assert (told.code, told.stderr) == (0, "")
    node = stage.node(alone)
    boot = node.wait_for("node_boot")
    assert boot["clients"]["BINANCE"]["config"]["api_secret"] == "***"
    bid = acknowledged_bid(venue, NodeCache(redis))
    node.kill()
    venue.control.fill(bid)
    again = stage.node(alone)
    assert reconciled(again)["node"]["positions"] == {BTC: "0.010"}
    clean_end(again)
    assert ended(again) == 0
    log = stage.engine_log()
    assert f"own order {bid} is FILLED" in log
    assert f"{TRADER}.TWAPExecAlgorithm: RUNNING" in log
    assert "guarded" not in told.stdout, "no rule speaks of a client without guards"
    assert_untold(stage.folder, venue, log + str(again.events) + told.stdout)


def assert_untold(folder: Path, venue: VenueProcess, said: str) -> None:
    """See that no secret is told, nor written: the engine keeps a copy of its configuration beside what it streams."""
    copies = list(folder.glob("streamed/**/config.json"))
    assert copies
    written = "".join(copy.read_text() for copy in copies)
    assert json.loads(copies[0].read_text())["exec_clients"]["BINANCE"]["api_secret"] == "***"
    for secret in (venue.api_key, venue.api_secret):
        assert secret not in written
        assert secret not in said


def test_an_override_reaches_a_strategy(stage: Stage, venue: VenueProcess, redis: str, alone: dict[str, str]) -> None:
    strategies = {MAKER: {"config": {"quantity": "0.020"}}}
    node = stage.node(alone | {"RECON_STRATEGIES": json.dumps(strategies)})
    bid = acknowledged_bid(venue, NodeCache(redis))
    (order,) = (order for order in venue.control.ledger().orders if order.client_order_id == bid)
    assert str(order.quantity) == "0.020"
    clean_end(node)


@pytest.mark.parametrize("command", ["run", "reconcile"])
def test_what_cannot_be_made_refuses_before_anything_is_started(
    stage: Stage, alone: dict[str, str], command: str
) -> None:
    wrong = ["--set", "strategies.MAKER-001.config.quantiti=1", "--set", "clients.BINANCE.exec_factory_path=nope:X"]
    told = stage.recon(command, *wrong, **alone)
    assert told.code == 2
    (event,) = told.events("settings_refused")
    assert [finding["id"] for finding in event["findings"]] == ["E22"]
    assert "strategies.MAKER-001.config.quantiti: is no field of RestingBidConfig" in event["reason"]
    assert "clients.BINANCE.exec_factory_path: there is no module nope" in event["reason"]


OWN = """
from pathlib import Path
from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

class Telltale(Strategy):
    def __getattribute__(self, name):
        if name.startswith("on_") and name != "on_signal":
            Path("called").open("a").write(name + "\\n")
        return super().__getattribute__(name)

def configure(builder):
    claimed = [InstrumentId.from_str("ETHUSDT-PERP.BINANCE")]
    config = StrategyConfig(strategy_id="OWN", order_id_tag="007", external_order_claims=claimed)
    builder.add_strategy(Telltale(config))
"""


def test_a_node_that_only_looks_knows_what_strategies_claim_and_starts_none(
    stage: Stage, venue: VenueProcess, redis: str, alone: dict[str, str]
) -> None:
    """Reconcile MODULE:FUNCTION: the owner is right, the strategies never run, and no user stream is opened."""
    (stage.folder / "telltale.py").write_text(OWN)
    venue.control.place("ETHUSDT", "BUY", "0.200", price="3000", client_order_id="by-hand")
    venue.control.place("BTCUSDT", "BUY", "0.010", price="50000", client_order_id="by-hand-too")
    here = {"PYTHONPATH": str(stage.folder)}
    told = stage.recon("reconcile", "telltale:configure", "--apply", "--json", **alone, **here)
    assert told.code == 0, told.stderr
    cache = NodeCache(redis)
    assert (cache.owner("by-hand"), cache.owner("by-hand-too")) == ("OWN-007", MAKER)
    assert not Path("called").exists()
    assert not [order for order in venue.control.ledger().orders if order.client_order_id.startswith("O-")]
    assert {call.call.partition(" ")[0] for call in venue.control.requests()} == {"GET"}
