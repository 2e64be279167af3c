"""What the journeys play on: a venue, a Redis, nodes and commands, each a real process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from reconciliation.cache_client import connect
from reconciliation.drill.node_process import NodeProcess
from reconciliation.drill.oracle import Belief, discrepancies
from reconciliation.embedded.venue import VenueProcess

HERE = Path(__file__).parent
SETTINGS = HERE.parents[1] / "settings"
TRADER = "TESTER-001"
BTC = "BTCUSDT-PERP.BINANCE"
ETH = "ETHUSDT-PERP.BINANCE"
SEED: dict[str, Any] = {"symbol": "BTCUSDT", "fills": 20, "open_orders": 3, "net": "0.5"}
"""The history most tests begin with; its current position lifecycle is the two fills 1019 and 1020."""
MAKER = "MAKER-001"
MAKER_CLAIMS_BTC = json.dumps({MAKER: {"instrument_ids": [BTC]}})
RESTING_BID = "reconciliation.strategies.example_with_claims:configure"

# How long anything that should happen may take on a busy machine; a test that passes never waits that long.
PATIENCE_SECS = 40.0
_POLL_SECS = 0.02


def until[T](asked: Callable[[], T], what: str, within_secs: float = PATIENCE_SECS) -> T:
    """Poll until the answer is true and return it; the one place where these tests wait by the clock."""
    deadline = time.monotonic() + within_secs
    while not (answer := asked()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_secs:g} s: {what}")
        time.sleep(_POLL_SECS)
    return answer


@dataclass(frozen=True)
class Told:
    """How a command ended and all that it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def data(self) -> dict[str, Any]:
        """stdout, which must be one JSON document and nothing else."""
        data: dict[str, Any] = json.loads(self.stdout)
        return data

    def events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in events_in(self.stderr) if event["event"] == name]


class Stage:
    """Starts nodes and commands against a venue and a cache, and ends what is left of them.

    Args:
        folder: where everything started here runs, so that what is left behind can be found.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._nodes = 0

    def close(self) -> None:
        self._stack.close()

    def node(self, variables: Mapping[str, str], target: str | None = None) -> NodeProcess:
        """A `recon run` that is killed at the end of the test, if it is still there."""
        self._nodes += 1
        log_file = self.folder / f"engine-{self._nodes}.log"
        return self._stack.enter_context(NodeProcess(self._common() | dict(variables), log_file, target))

    def engine_log(self) -> str:
        """What the engines of all nodes said."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("engine-*.log")))

    def recon(self, *arguments: str, **variables: str) -> Told:
        """Run a recon command to its end."""
        return self._run([sys.executable, "-m", "reconciliation", *arguments], variables)

    def started(self, *arguments: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start a recon command and let it run; it is killed at the end of the test, if it is still there."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")}
        command = subprocess.Popen(
            [sys.executable, "-m", "reconciliation", *arguments],
            env=env | self._common() | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(command.wait)
        self._stack.callback(command.kill)
        return command

    def script(
        self, name: str, *arguments: str, variables: Mapping[str, str], within_secs: float = PATIENCE_SECS + 20
    ) -> Told:
        """Run a script that stands beside the tests."""
        return self._run([sys.executable, str(HERE / name), *arguments], variables, within_secs)

    def _run(self, command: list[str], variables: Mapping[str, str], within_secs: float = PATIENCE_SECS + 20) -> Told:
        env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")}
        done = subprocess.run(
            command,
            env=env | {"RECON_LOG_FORMAT": "json"} | self._common() | dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=within_secs,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    def _common(self) -> dict[str, str]:
        return {
            "RECON_SETTINGS_DIR": str(SETTINGS),
            "RECON_NODE_TRADER_ID": TRADER,
            # Nothing is left to come once a node here is told to stop.
            "RECON_NODE_TIMEOUT_POST_STOP": "0.1",
            # The default would be in the current folder.
            "RECON_CACHE_DATA_DIR": str(self.folder / "recon"),
        }


def events_in(text: str) -> list[dict[str, Any]]:
    """Recon's own events among lines of anything."""
    found = []
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            found.append(event)
    return found


def seconds_between(first: Mapping[str, Any], last: Mapping[str, Any]) -> float:
    """How long after one event another came, by the node's own clock."""
    told = (datetime.fromisoformat(str(event["timestamp"])) for event in (first, last))
    begun, ended = told
    return (ended - begun).total_seconds()


def reconciled(node: NodeProcess) -> dict[str, Any]:
    """Await a node's word that it reconciled."""
    return node.wait_for("node_reconciled", PATIENCE_SECS)


def ended(node: NodeProcess, within_secs: float = PATIENCE_SECS) -> int:
    """Await a node's end and its last words; return its exit code."""
    code = node.wait(within_secs)
    node.__exit__(None, None, None)
    return code


def names(node: NodeProcess) -> list[str]:
    """The names of the events of a node, in order."""
    return [event["event"] for event in node.events]


def clean_end(node: NodeProcess, sign: signal.Signals = signal.SIGTERM) -> None:
    """Stop a started node and see that it went well."""
    node.wait_for("node_started")
    assert node.stop(sign) == 0
    assert node.wait_for("node_stopped")


# The venue's side


def environment(venue: VenueProcess, cache_url: str, **more: str) -> dict[str, str]:
    return venue.environment() | {"RECON_CACHE_URL": cache_url} | more


def trades_of(venue: VenueProcess, client_order_id: str) -> list[str]:
    """The trade ids of an order's fills."""
    return [fill.trade_id for fill in venue.control.ledger().fills_of(client_order_id)]


def assert_agreement(venue: VenueProcess, event: Mapping[str, Any], cache: "NodeCache | None" = None) -> None:
    """See that what a node reconciled to is what the venue's ledger, not its answers, holds.

    Args:
        venue: whose ledger.
        event: the node's word.
        cache: its database, once all is written; then trades are compared too.
    """
    trades = None if cache is None else (":".join(fill) for fill in cache.fills().elements())
    assert discrepancies(venue.control.ledger(), Belief.told_by(event, trades)) == ()
    assert event["node"]["open_orders"] == len(event["open_orders"])
    assert event["differences"] == []


# The node's side, as its database holds it


class NodeCache:
    """A node's database, read from outside.

    Args:
        url: where it is.
        trader_id: whose keys.
    """

    def __init__(self, url: str, trader_id: str = TRADER) -> None:
        self.url = url
        self._prefix = f"trader-{trader_id}:"

    def histories(self, *kinds: str) -> dict[str, list[bytes]]:
        """Order and position histories, event by event, by key."""
        found: dict[str, list[bytes]] = {}
        with connect(self.url) as cache:
            for kind in kinds or ("orders", "positions"):
                for key in cache.scan_iter(f"{self._prefix}{kind}:*"):
                    events: Any = cache.lrange(key, 0, -1)
                    found[key.decode().removeprefix(self._prefix)] = list(events)
        return found

    def order_events(self, client_order_id: str) -> list[dict[str, Any]]:
        """The events of one order, oldest first; none when the cache does not know it."""
        with connect(self.url) as cache:
            events: Any = cache.lrange(f"{self._prefix}orders:{client_order_id}", 0, -1)
        return [decoded(event) for event in events]

    def kinds(self, client_order_id: str) -> list[str]:
        """The names of an order's events, oldest first."""
        return [event["type"] for event in self.order_events(client_order_id)]

    def owner(self, client_order_id: str) -> str:
        """The strategy id that owns an order."""
        return str(self.order_events(client_order_id)[0]["strategy_id"])

    def trades(self, client_order_id: str) -> list[str]:
        """The trade ids of an order's fills, in order."""
        events = self.order_events(client_order_id)
        return [str(event["trade_id"]) for event in events if event["type"] == "OrderFilled"]

    def fills(self) -> Counter[tuple[str, str]]:
        """How often each fill, by instrument and trade id, is in any order."""
        events = (decoded(event) for events in self.histories("orders").values() for event in events)
        return Counter(
            (str(event["instrument_id"]), str(event["trade_id"])) for event in events if event["type"] == "OrderFilled"
        )

    def is_free(self) -> bool:
        """Whether nobody holds the trader id or an account."""
        with connect(self.url) as cache:
            return all(key.endswith(b":number") for key in cache.scan_iter("recon:lease:*"))

    def dump(self) -> dict[bytes, Any]:
        """Every key of the database, of all traders, byte for byte."""
        with connect(self.url) as cache:
            return {key: cache.dump(key) for key in cache.scan_iter("*")}


def acknowledged_bid(venue: VenueProcess, cache: NodeCache) -> str:
    """The example strategy's order, once its acknowledgement is in the node's database."""

    def asked() -> str:
        ids = (order.client_order_id for order in venue.control.ledger().orders)
        return next((key for key in ids if key.startswith("O-") and "OrderAccepted" in cache.kinds(key)), "")

    return until(asked, "the strategy's order is acknowledged")


def unacknowledged_bid(venue: VenueProcess, cache: NodeCache) -> str:
    """The example strategy's order, once the venue has it; its acknowledgement is not waited for."""

    def submitted() -> str:
        orders = (order.client_order_id for order in venue.control.ledger().orders)
        return next((key for key in orders if key.startswith("O-") and cache.kinds(key)), "")

    return until(submitted, "the bid is at the venue")


def decoded(event: bytes) -> dict[str, Any]:
    """An event as the engine stores it."""
    data: dict[str, Any] = msgspec.msgpack.decode(event)
    return data


# Processes


def processes_in(folder: Path) -> dict[int, str]:
    """The other living processes that run in a folder or below it: command lines by process id; Linux only."""
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        try:
            if (entry / "cwd").readlink().is_relative_to(folder) and (command := (entry / "cmdline").read_bytes()):
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
    return found


def valkeys_in(folder: Path) -> dict[int, str]:
    return {pid: command for pid, command in processes_in(folder).items() if "valkey-server" in command}
