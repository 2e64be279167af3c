"""`recon check --engine`: hand-written engine configurations, read and judged as a user meets it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from nautilus_trader.adapters.sandbox.config import SandboxExecutionClientConfig
from nautilus_trader.config import (
    CacheConfig,
    DatabaseConfig,
    ImportableStrategyConfig,
    LiveExecClientConfig,
    LiveExecEngineConfig,
    TradingNodeConfig,
)
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId

from reconciliation import Settings, load
from reconciliation.cli.main import main
from reconciliation.config import ReconciliationConfig
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import fields
from reconciliation.engine.v1 import emit
from reconciliation.engine.v1.handwritten import subject_of_engine
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.check import check
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import FACTS, NothingToJudge, Subject
from reconciliation.settings.facts import FactsSettings

BTC = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
MODULE = """
from nautilus_trader.config import (
    CacheConfig, DatabaseConfig, LiveExecClientConfig, LiveExecEngineConfig, TradingNodeConfig
)

plain = LiveExecEngineConfig()
patient = LiveExecEngineConfig(
    inflight_check_threshold_ms=12_000, open_check_interval_secs=10.0, open_check_open_only=False
)
wrong = LiveExecEngineConfig(open_check_interval_secs=float("nan"), inflight_check_retries="5", qsize=-1)
number = 5

def node():
    print("this goes to stderr")
    cache = CacheConfig(database=DatabaseConfig(password="a/b"), flush_on_start=True)
    clients = {"OKX": LiveExecClientConfig()}
    return TradingNodeConfig(trader_id="A-1", exec_engine=plain, cache=cache, exec_clients=clients)

def fails():
    raise ValueError("no key\\x1b[31m")

def nothing():
    return None
"""


def judged(config: object, **facts: Any) -> Subject:
    sections: dict[str, dict[str, Any]] = {"facts": {}, "node": {}}
    for name, value in facts.items():
        sections["facts" if name in FactsSettings.model_fields else "node"][name] = value
    settings = Settings.model_validate(sections)
    subject = subject_of_engine(config, settings, dict.fromkeys(FACTS, "default"), "live:config")
    assert isinstance(subject, Subject)
    return subject


def found(config: object, rule_id: str, **facts: Any) -> Finding | None:
    return next((said for said in check(judged(config, **facts)) if said.id == rule_id), None)


def node_config(**fields: Any) -> TradingNodeConfig:
    """A node's configuration with an execution client: without one it cannot have orders."""
    return TradingNodeConfig(trader_id="A-1", **{"exec_clients": {"OKX": LiveExecClientConfig()}} | fields)


def test_every_field_is_read_as_the_engine_has_it() -> None:
    keys: dict[str, Any] = {
        "lookback_mins": 5,
        "instrument_ids": ("BTCUSDT-PERP.BINANCE",),
        "filtered_client_order_ids": ("O-1",),
        "open_check_open_only": True,
        "position_check_retries": 9,
        "own_books_audit_interval_secs": 7.0,
    }
    wanted = ReconciliationConfig(**keys)
    assert judged(emit.exec_engine_config(wanted)).reconciliation.model_dump() == wanted.model_dump()


def test_no_in_flight_check_is_a_zero_to_the_engine() -> None:
    subject = judged(LiveExecEngineConfig(inflight_check_interval_ms=0))
    assert subject.reconciliation.inflight_check_interval_ms is None
    said = found(LiveExecEngineConfig(inflight_check_interval_ms=0), "W23")
    assert said is not None
    wanted = "inflight_check_interval_ms=2000, inflight_check_threshold_ms=12000 and inflight_check_retries=14"
    assert said.hint == f"set {wanted}", "the check that is turned on breaks no other rule"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("open_check_interval_secs", float("nan"), "nan is no number"),
        ("open_check_interval_secs", float("inf"), "inf is no number"),
        ("open_check_interval_secs", -5.0, "-5.0 is refused"),
        ("open_check_interval_secs", "soon", "'soon' is refused"),
        ("open_check_open_only", "false", "'false' is refused"),
        ("inflight_check_retries", -1, "-1 is refused"),
        ("inflight_check_retries", True, "True is refused"),
        ("inflight_check_threshold_ms", None, "a NoneType is refused"),
        ("reconciliation_instrument_ids", ["BTCUSDT-PERP.BINANCE"], "is no list of InstrumentId"),
        ("reconciliation_instrument_ids", [BTC, "BTCUSDT-PERP.BINANCE"], "is no list of InstrumentId"),
        ("reconciliation_instrument_ids", "BTCUSDT-PERP.BINANCE", "is refused"),
        ("filtered_client_order_ids", ["O-1"], "is no list of ClientOrderId"),
        ("purge_closed_orders_interval_mins", object(), "a object is refused"),
        ("qsize", -1, "-1 is refused"),
    ],
)
def test_what_parse_would_refuse_is_e01_and_no_other_rule_turns_on_it(field: str, value: Any, told: str) -> None:
    config = LiveExecEngineConfig(**{"position_check_interval_secs": 30.0, field: value})
    said = found(config, "E01")
    assert said is not None
    assert said.figure.startswith(f"{field}: ")
    assert told in said.figure
    assert (said.keys, said.origins) == ((field,), ("live:config",))
    others = [other for other in check(judged(config)) if other.id != "E01" and field in other.keys]
    assert all(other.figure.endswith(f"(whatever {field} is)") for other in others)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"open_check_interval_secs": 5},
        {"reconciliation_instrument_ids": [BTC], "filtered_client_order_ids": (ClientOrderId("O-1"),)},
        {"reconciliation_instrument_ids": []},
    ],
)
def test_what_the_engine_can_use_is_no_e01(fields: dict[str, Any]) -> None:
    assert found(LiveExecEngineConfig(**fields), "E01") is None


def test_a_zero_that_the_engine_takes_for_off_is_no_e01() -> None:
    """It asks whether the interval is true, and awaits a timeout of 0 for no time."""
    engine = LiveExecEngineConfig(
        open_check_interval_secs=0.0, position_check_interval_secs=0, inflight_check_retries=0
    )
    subject = judged(node_config(exec_engine=engine, timeout_post_stop=0.0))
    assert subject.reconciliation.open_check_interval_secs is None
    assert subject.reconciliation.position_check_interval_secs is None
    assert subject.node.timeout_post_stop == 0.0
    said = {finding.id for finding in check(subject)}
    assert "E01" not in said
    assert "E02" in said


def test_every_field_with_a_wrong_value_is_named() -> None:
    wrong = {field: object() for field in (f.name for f in fields() if f.key.startswith("reconciliation."))}
    said = found(LiveExecEngineConfig(**wrong), "E01")
    assert said is not None
    assert set(said.keys) == set(wrong)
    assert {other.id for other in check(judged(LiveExecEngineConfig(**wrong)))} == {"E01", "W37"}


def test_a_node_s_parts_of_the_wrong_kind_are_e01() -> None:
    cache = CacheConfig(database={"host": "x"})
    said = found(node_config(exec_engine={}, cache=cache, timeout_shutdown=float("nan")), "E01")
    assert said is not None
    assert set(said.keys) == {"exec_engine", "cache.database", "timeout_shutdown"}


def test_a_node_is_judged_with_its_cache_clients_and_strategies() -> None:
    claims = {"strategy_id": "MAKER", "order_id_tag": "001", "external_order_claims": [str(BTC)]}
    maker = ImportableStrategyConfig(strategy_path="x:Maker", config_path="x:MakerConfig", config=claims)
    config = node_config(
        exec_engine=LiveExecEngineConfig(load_cache=False, graceful_shutdown_on_exception=True),
        cache=CacheConfig(
            database=DatabaseConfig(username="me", password="a#b"), flush_on_start=True, use_instance_id=True
        ),
        exec_clients={"OKX": LiveExecClientConfig()},
        strategies=[maker, ImportableStrategyConfig(strategy_path="x:Taker", config_path="x:C", config={
            "external_order_claims": [str(BTC)]})],
        timeout_post_stop=100.0,
    )  # fmt: skip
    subject = judged(config, container_grace_secs=30.0, supervisor_restarts="on-failure")
    assert subject.claims == {"MAKER-001": (str(BTC),), "Taker": (str(BTC),)}
    assert [client.venue for client in subject.clients] == ["OKX"]
    said = {finding.id: finding for finding in check(subject)}
    assert {"E13", "E14", "E15", "E18", "E19", "E20", "W30", "W31", "W35", "W37"} <= set(said)
    assert said["E13"].keys == ("cache.flush_on_start", "facts.database_shared")
    assert said["E15"].keys == ("exec_engine.load_cache",)
    assert said["E18"].keys[0] == "cache.database.number_of_retries"
    assert said["E20"].keys == ("cache.database.password",)
    assert "a stop may take 115 s" in said["W31"].figure


def test_a_node_without_a_database_is_known_to_have_none() -> None:
    engine = LiveExecEngineConfig(
        reconciliation_lookback_mins=60, filter_unclaimed_external_orders=True, snapshot_orders=True
    )
    unclaiming = ImportableStrategyConfig(strategy_path="x:A", config_path="x:B", config={})
    config = node_config(exec_engine=engine, save_state=True, strategies=[unclaiming])
    said = {finding.id: finding for finding in check(judged(config))}
    assert {"W27", "W28", "W33"} <= set(said)
    assert said["W33"].keys == ("save_state", "exec_engine.snapshot_orders")


def test_nothing_is_said_of_claims_where_strategies_may_be_added_later() -> None:
    engine = LiveExecEngineConfig(filter_unclaimed_external_orders=True)
    assert found(node_config(exec_engine=engine), "W27") is None


@pytest.mark.parametrize(
    ("clients", "reason"),
    [
        ({}, "it has no execution client"),
        ({"X": SandboxExecutionClientConfig(venue="X", starting_balances=["1 USDT"])}, "its orders live in a sandbox"),
    ],
)
def test_a_node_that_reconciles_with_nothing_is_not_judged(clients: dict[str, Any], reason: str) -> None:
    engine = LiveExecEngineConfig(inflight_check_retries=0)
    config = node_config(exec_engine=engine, exec_clients=clients)
    subject = subject_of_engine(config, Settings.model_validate({}), dict.fromkeys(FACTS, "default"), "live:config")
    assert isinstance(subject, NothingToJudge)
    assert reason in subject.reason


def test_no_finding_repeats_a_password() -> None:
    for password in (271828, "27/1828", ["271828"]):
        config = node_config(cache=CacheConfig(database=DatabaseConfig(password=password)))
        said = [finding.data() for finding in check(judged(config))]
        assert "cache.database.password" in str(said)
        assert "1828" not in str(said)


def test_a_claim_that_is_a_text_is_e01() -> None:
    one = ImportableStrategyConfig(strategy_path="x:A", config_path="x:B", config={"external_order_claims": str(BTC)})
    said = found(node_config(strategies=[one]), "E01")
    assert said is not None
    assert said.keys == ("strategies[0].external_order_claims",)


@pytest.mark.parametrize(
    ("fields", "least", "most"),
    [
        # Measured with a port that refuses: 3.4 s, 14.9 s, 33.5 s, 4.8 s, 0.02 s; a pause is up to twice its least.
        ({"number_of_retries": 10}, 3.38 / 2, 3.38),
        ({"number_of_retries": 12}, 14.88 / 2, 14.88),
        ({"number_of_retries": 30, "max_delay": 1}, 33.47 / 2, 33.47),
        ({"number_of_retries": 6, "exponent_base": 10, "max_delay": 1}, 4.75 / 2, 4.75),
        ({"number_of_retries": 3, "factor": 1, "max_delay": 1}, 0.0, 0.02),
        ({"number_of_retries": 0}, 0.0, 0.0),
        ({"number_of_retries": 10**9, "max_delay": 1}, 9.9e8, 1e9),
    ],
)
def test_the_wait_for_a_database_is_computed_as_measured(fields: dict[str, int], least: float, most: float) -> None:
    database = judged(node_config(cache=CacheConfig(database=DatabaseConfig(**fields)))).database
    assert database is not None
    assert least <= database.boot_wait_secs <= most


@pytest.mark.parametrize(
    ("password", "breaks"),
    [("plain", False), ("a%2Fb", False), (None, False), ("a/b", True), ("a#", True), ("?", True), ("5%", True)],
)
def test_a_password_that_breaks_the_engine_s_url_is_e20(password: str | None, breaks: bool) -> None:
    config = node_config(cache=CacheConfig(database=DatabaseConfig(password=password)))
    assert (found(config, "E20") is not None) == breaks


def test_what_recon_emits_breaks_nothing_that_it_holds_by_construction() -> None:
    settings = load(env={"RECON_CACHE_URL": "redis://me:a%2Fb%23@127.0.0.1:6379"}, settings_dir=shipped_settings())
    said = {
        finding.id for finding in check(judged(emit.trading_node_config(settings, {}, {"OKX": LiveExecClientConfig()})))
    }
    assert not said & {"E01", "E02", "E13", "E14", "E15", "E16", "E18", "E20", "W27", "W28", "W33"}


def test_anything_else_is_no_configuration() -> None:
    with pytest.raises(NotAConfigError, match="is of type int"):
        judged(5)


# -- As a user types it ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "live_node.py").write_text(MODULE, "utf-8")
    (tmp_path / "needs.py").write_text("import not_there_at_all\n", "utf-8")
    (tmp_path / "ends.py").write_text("raise SystemExit(0)\n", "utf-8")
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "default.toml").write_text("this is no TOML\n", "utf-8")
    return tmp_path


def recon(folder: Path, *args: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "reconciliation", "check", *args]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).resolve().parents[3])} | variables
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_first_screen_says_what_was_judged_what_is_wrong_and_how_to_go_on(folder: Path) -> None:
    done = recon(folder, "--engine", "live_node:plain")
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert first == (
        "live_node:plain, a LiveExecEngineConfig at BINANCE (assumed; --set venue.name=BYBIT says otherwise)"
        " with stock clients: 3 warnings"
    )
    assert [line.split()[0] for line in rest if line[:1] in {"E", "W"}] == ["E03", "W21", "W37"]
    assert rest[-1].startswith("next: `recon rules E03`")
    assert "reconciliation." not in done.stdout


def test_a_function_may_return_it_and_its_output_stays_off_stdout(folder: Path) -> None:
    done = recon(folder, "--engine", "live_node:node", "--json", "--set", "facts.database_shared=true")
    data = json.loads(done.stdout)
    assert done.returncode == 2
    assert "this goes to stderr" in done.stderr
    assert set(data) == {"ok", "preset", "fingerprint", "problems", "warnings", "findings", "accepted"}
    assert data["ok"] is False
    flush = next(said for said in data["findings"] if said["id"] == "E13")
    assert flush["origins"] == {"cache.flush_on_start": "live_node.py:15:66", "facts.database_shared": "--set"}
    assert flush["figure"].endswith("others keep data in it")


def test_facts_come_from_the_command_line_and_the_environment_and_nothing_else_is_read(folder: Path) -> None:
    name = "live_node:plain"
    variables = {"RECON_NODE_TOLERATED_OUTAGE_SECS": "5", "RECON_STARTUP_DELAY_SECS": "no"}
    done = recon(folder, "--engine", name, "--json", **variables)
    assert done.returncode == 0
    assert [said["id"] for said in json.loads(done.stdout)["findings"]] == ["W21", "W37"]
    assert recon(folder, "--engine", name, "--strict", **variables).returncode == 1
    accepted = ("--strict", "--set", "node.accept=W21,W37")
    assert recon(folder, "--engine", name, *accepted, **variables).returncode == 0
    facts = ("--set", "node.tolerated_outage_secs=60", "--set")
    assert recon(folder, "--engine", name, *facts, "venue.name=BINANCE", **variables).returncode == 2
    assert (
        recon(folder, "--engine", name, *facts, "facts.symbols=1", **variables).returncode == 0
    )  # the venue is assumed


def test_a_fact_that_is_misspelt_is_told(folder: Path) -> None:
    done = recon(folder, "--engine", "live_node:plain", RECON_NODE_SYMBOL="20")
    assert done.returncode == 2
    assert "did you mean RECON_FACTS_SYMBOLS" in done.stdout


def test_a_module_that_builds_and_runs_a_node_does_neither(folder: Path) -> None:
    """The database it names is not there, and a real node would wait for it, deaf to signals."""
    (folder / "builds.py").write_text(
        "from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecClientConfig, TradingNodeConfig\n"
        "from nautilus_trader.live.node import TradingNode\n"
        "cache = CacheConfig(database=DatabaseConfig(host='127.0.0.1', port=1))\n"
        "clients = {'OKX': LiveExecClientConfig()}\n"
        "node = TradingNode(config=TradingNodeConfig(cache=cache, exec_clients=clients))\n"
        "node.trader.add_strategy(None)\n"
        "node.build()\n"
        "node.run()\n",
        "utf-8",
    )
    done = recon(folder, "--engine", "builds:node", "--json")
    assert done.returncode == 2
    assert "E18" in {said["id"] for said in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize(
    ("config", "fires"),
    [
        ("exec_clients={'BYBIT': LiveExecClientConfig()}", False),
        ("exec_clients={'BINANCE': BinanceExecClientConfig(api_key='k', api_secret='s')}", True),
        ("exec_clients={'BINANCE': BinanceExecClientConfig(api_key='k', api_secret='s', max_retries=10)}", False),
    ],
)
def test_only_binances_client_rejects_by_itself_and_after_as_many_errors_as_it_is_told(
    folder: Path, config: str, *, fires: bool
) -> None:
    (folder / "venues.py").write_text(
        "from nautilus_trader.adapters.binance import BinanceExecClientConfig\n"
        "from nautilus_trader.config import LiveExecClientConfig, TradingNodeConfig\n"
        f"config = TradingNodeConfig({config})\n",
        "utf-8",
    )
    done = recon(folder, "--engine", "venues:config", "--json", "--set", "node.tolerated_outage_secs=25")
    assert ("E03" in {said["id"] for said in json.loads(done.stdout)["findings"]}) is fires


def test_a_part_of_another_type_is_told_once_and_nothing_is_made_up_about_it(folder: Path) -> None:
    (folder / "parts.py").write_text(
        "from nautilus_trader.config import LiveExecClientConfig, TradingNodeConfig\n"
        "clients = {'OKX': LiveExecClientConfig()}\n"
        "config = TradingNodeConfig(exec_engine={'open_check_interval_secs': 5.0}, exec_clients=clients)\n",
        "utf-8",
    )
    done = recon(folder, "--engine", "parts:config", "--json")
    assert [said["id"] for said in json.loads(done.stdout)["findings"]] == ["E01", "W37"]


def test_the_limits_of_every_venue_count(folder: Path) -> None:
    (folder / "two.py").write_text(
        "from nautilus_trader.adapters.binance import BinanceExecClientConfig\n"
        "from nautilus_trader.config import LiveExecClientConfig, LiveExecEngineConfig, TradingNodeConfig\n"
        "engine = LiveExecEngineConfig(open_check_interval_secs=5.0, open_check_open_only=False)\n"
        "clients = {'OTHER': LiveExecClientConfig(), 'BINANCE': BinanceExecClientConfig(api_key='k', api_secret='s')}\n"
        "config = TradingNodeConfig(exec_engine=engine, exec_clients=clients)\n",
        "utf-8",
    )
    done = recon(folder, "--engine", "two:config", "--json", "--set", "facts.symbols=30")
    assert "W36" in {said["id"] for said in json.loads(done.stdout)["findings"]}


def test_an_accepted_error_does_not_fail(folder: Path) -> None:
    told = ("--set", "node.tolerated_outage_secs=30", "--set", "venue.name=BINANCE")
    done = recon(folder, "--engine", "live_node:plain", *told, RECON_NODE_ACCEPT="E03")
    assert done.returncode == 0
    assert "2 warnings, 1 accepted" in done.stdout
    assert "E03 error, accepted" in done.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["live_node"], "is not MODULE:OBJECT"),
        (["live_node:"], "is not MODULE:OBJECT"),
        ([":plain"], "is not MODULE:OBJECT"),
        (["nowhere:plain"], "No module named 'nowhere'; run from the folder that holds the module"),
        (["..x:plain"], "'..x:plain': TypeError"),
        (["needs:plain"], "No module named 'not_there_at_all', which needs imports; install it"),
        (["ends:plain"], "it ends the process; put what runs the node under: if __name__ =="),
        (["live_node:nope"], "live_node has no nope"),
        (["live_node:number"], "is of type int, not a LiveExecEngineConfig or a TradingNodeConfig"),
        (["live_node:fails"], "ValueError: no key\\x1b[31m (live_node.py:"),
        (["live_node:nothing"], "is of type NoneType, not a LiveExecEngineConfig"),
        (["live_node:LiveExecEngineConfig"], "not a LiveExecEngineConfig or a TradingNodeConfig"),
        (["live_node:plain", "--preset", "standard"], "--preset does not go with --engine"),
        (["live_node:plain", "--settings-dir", "."], "--settings-dir does not go with --engine"),
        (["live_node:plain", "--set", "reconciliation.enabled=false"], "is no fact that --engine takes"),
    ],
)
def test_what_cannot_be_judged_is_wrong_usage_and_never_a_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], told: str
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    for name in ("live_node", "needs", "ends"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    done = CliRunner().invoke(main, ["check", "--engine", *args])
    assert (done.exit_code, done.stdout) == (2, "")
    assert isinstance(done.exception, SystemExit)
    assert told in done.stderr


def test_an_unusable_fact_is_told_as_a_problem(folder: Path) -> None:
    done = recon(folder, "--engine", "live_node:plain", "--json", RECON_NODE_ACCEPT="none of them")
    assert done.returncode == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["origin"] == "RECON_NODE_ACCEPT"
