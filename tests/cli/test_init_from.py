"""`recon init --from`: the settings of whoever wrote a configuration by hand, from any script that there is."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from jail import SHIPPED, Jail

from reconciliation import load
from reconciliation.cli.init_from import PRESET

CORPUS: Final = Path(__file__).resolve().parents[1] / "corpus"
CHECKED: Final = re.compile(r"# \$ recon check --script (.+)\n")
NO_SINGLE_NODE: Final = {
    "argparse_without_its_argument", "asks_by_click", "asks_for_a_key", "asks_for_a_name", "asks_for_a_password",
    "constructs_nothing", "does_not_parse", "ends_by_itself", "ends_by_itself_in_words", "key_from_environment",
    "needs_a_package", "node_in_rust", "raises", "several_nodes",
}  # fmt: skip
NODE: Final = """
from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import (
    CacheConfig, DatabaseConfig, LiveExecEngineConfig, LoggingConfig, StrategyConfig, TradingNodeConfig,
)
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

config = TradingNodeConfig(
    trader_id="MAKER-007",
    timeout_connection=20.0,
    exec_engine=LiveExecEngineConfig(reconciliation_startup_delay_secs=2.0, open_check_interval_secs=7.0, qsize=9),
    cache=CacheConfig(database=DatabaseConfig(host="cache", port=6380, username="u", password="p-a-s-s", ssl=True)),
    logging=LoggingConfig(log_level="ERROR", log_directory="logs"),
    exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k-e-y", api_secret="s-e-c-r-e-t")},
)
node = TradingNode(config=config)
btc = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
node.trader.add_strategy(Strategy(StrategyConfig(order_id_tag="001", external_order_claims=[btc])))
node.build()
node.run()
"""


def init(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "reconciliation", "init", *args]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def checks() -> dict[str, str]:
    """Return how each script of the corpus is looked at, by its name."""
    told = {script.stem: CHECKED.match(script.read_text("utf-8")) for script in sorted(CORPUS.glob("*.py"))}
    return {name: match[1] for name, match in told.items() if match is not None}


@pytest.mark.parametrize(("name", "given"), checks().items(), ids=checks())
def test_a_script_becomes_settings_that_can_be_used_or_says_why_not(jail: Jail, name: str, given: str) -> None:
    shutil.copytree(CORPUS, "corpus")
    done = init(jail.folder / "corpus", "../node", "--from", *shlex.split(given))
    assert "Traceback" not in done.stderr
    if name in NO_SINGLE_NODE:
        assert (done.returncode, done.stdout, Path("node").exists()) == (2, "", False)
        return
    assert done.returncode == 0, done.stdout + done.stderr
    assert load(env={}, settings_dir="node/settings").preset == PRESET


def test_what_a_node_says_is_in_its_preset_and_what_is_not_is_told(jail: Jail) -> None:
    jail.write("my_node.py", NODE)
    done = init(jail.folder, "node", "--from", "my_node.py")
    assert (done.returncode, done.stderr) == (0, "")
    settings = load(env={}, settings_dir="node/settings")
    assert (settings.node.trader_id, settings.node.timeout_connection, settings.log.level) == (
        "MAKER-007",
        20.0,
        "ERROR",
    )
    assert settings.claims["Strategy-001"].instrument_ids == ("BTCUSDT-PERP.BINANCE",)
    assert settings.reconciliation.open_check_interval_secs == 7.0
    _, said = done.stdout.split("\n\n", 1)
    assert said == TOLD
    for file in Path("node").rglob("*"):
        assert file.is_dir() or not re.search("p-a-s-s|k-e-y|s-e-c-r-e-t", file.read_text("utf-8"))


TOLD: Final = """\
mine says what my_node.py:18 does; the nearest preset is standard, 11 of its 47 values differ
  key                                                mine                      standard
  reconciliation.open_check_interval_secs            7.0                       5.0
  reconciliation.open_check_open_only                true                      false
  reconciliation.position_check_interval_secs        "none"                    30.0
  reconciliation.purge_closed_orders_interval_mins   "none"                    10
  reconciliation.purge_closed_orders_buffer_mins     "none"                    60
  reconciliation.purge_account_events_interval_mins  "none"                    60
  reconciliation.purge_account_events_lookback_mins  "none"                    1440
  node.trader_id                                     "MAKER-007"               "TRADER-001"
  node.timeout_connection                            20.0                      60.0
  log.level                                          "ERROR"                   "INFO"
  claims.Strategy-001.instrument_ids                 ["BTCUSDT-PERP.BINANCE"]  "none"

not as it was:
  cache.number_of_retries = 100 must be at most 3; here it is 3
  reconciliation.startup_delay_secs = 2.0 must be at least 10 seconds; here it is 10.0

what no setting holds, and where it goes:
  execution client BINANCE, a BinanceExecClientConfig: builder.add_exec_client in configure(builder)
  strategy Strategy-001, a Strategy: builder.add_strategy in configure(builder)
  logging: log_directory in a table [logging]
  the cache's database: RECON_CACHE_URL=rediss://USER:PASSWORD@cache:6380
  exec_engine.qsize = 9: concerns no reconciliation; the engine's default stays

next: recon check --settings-dir node/settings
"""


def test_several_nodes_want_one_to_be_named(jail: Jail) -> None:
    shutil.copytree(CORPUS, "corpus")
    done = init(jail.folder / "corpus", "node", "--from", "several_nodes.py")
    assert "it comes to 2 of them (several_nodes.py:14, several_nodes.py:14)" in done.stderr
    assert "--call 'make()' takes what a function of it returns" in done.stderr


def test_one_of_several_is_taken_by_a_call(jail: Jail) -> None:
    jail.write(
        "two.py",
        "from nautilus_trader.config import LiveExecEngineConfig\n"
        "def make(secs):\n    return LiveExecEngineConfig(open_check_interval_secs=secs)\n",
    )
    assert init(jail.folder, "node", "--from", "two.py", "--call", "make(8.0)").returncode == 0
    assert load(env={}, settings_dir="node/settings").reconciliation.open_check_interval_secs == 8.0


def test_nothing_that_exists_is_overwritten(jail: Jail) -> None:
    jail.write("x.py", "from nautilus_trader.live.node import TradingNode\nTradingNode().run()\n")
    jail.write("settings/default.toml", default := (SHIPPED / "default.toml").read_text("utf-8"))
    done = init(jail.folder, ".", "--from", "x.py")
    assert done.returncode == 0
    assert "the default.toml that was there is kept: name the preset there, or set RECON_PRESET=mine" in done.stdout
    assert Path("settings/default.toml").read_text("utf-8") == default
    before = Path("settings/mine.toml").read_text("utf-8")
    again = init(jail.folder, ".", "--from", "x.py")
    assert (again.returncode, again.stdout) == (2, "")
    assert "settings/mine.toml is there already; move it away, or choose another folder" in again.stderr
    assert Path("settings/mine.toml").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--call", "make()"), "--call goes with --from"),
        (("--", "--symbol"), "arguments go with --from: --symbol"),
        (("--from", "nowhere.py"), "--from nowhere.py: there is no such file"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(jail: Jail, args: tuple[str, ...], told: str) -> None:
    done = init(jail.folder, "node", *args)
    assert (done.returncode, done.stdout, Path("node").exists()) == (2, "", False)
    assert told in done.stderr
