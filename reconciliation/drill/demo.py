"""The demo: a node reconciles, is killed, comes back and recovers what happened meanwhile, exactly once."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from reconciliation.cache_client import connect
from reconciliation.drill.node_process import NodeProcess
from reconciliation.drill.oracle import Belief, current_lifecycle, discrepancies
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue import VenueProcess
from reconciliation.embedded.venue_answers import VenueLedger

Say = Callable[[str], None]

STRATEGY: Final = "MAKER-001"
TRADER: Final = "DEMO-001"
SYMBOL: Final = "BTCUSDT"
INSTRUMENT: Final = "BTCUSDT-PERP.BINANCE"
TARGET: Final = "reconciliation.strategies.example_with_claims:configure"
ACKNOWLEDGED_WITHIN_SECS: Final = 20.0
_POLL_SECS: Final = 0.02


class Demo:
    """One run of the demo.

    Args:
        say: prints a line.
        may_go_on: called between two steps; what it raises ends them.
    """

    def __init__(self, say: Say, may_go_on: Callable[[], None]) -> None:
        self._print = say
        self._may_go_on = may_go_on
        self._holds = True
        self._trades: Counter[str] = Counter()
        self._stack = ExitStack()

    def run(self) -> bool:
        """Run all four steps; return whether every comparison held.

        Raises:
            ProcessFailedError: a process did not come up or ended early.
            EmbeddedCacheError: the embedded cache cannot start.
        """
        begun = time.monotonic()
        with self._stack:
            self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="recon-demo-")))
            self._venue = self._stack.enter_context(VenueProcess(self._folder / "venue"))
            self._cache = self._stack.enter_context(EmbeddedCache(self._folder / "cache"))
            self._venue.control.seed(SYMBOL, fills=20, open_orders=3, net="0.5")
            self._say(f"venue    {self._venue.http_url}  20 fills, 3 open orders, a position of 0.5 BTC")
            self._say(f"cache    {self._cache.url}  empty")
            bid = self._cold_boot()
            trade_id, by_hand = self._while_down(bid)
            warm = self._warm_boot(trade_id, by_hand)
            self._third_boot(warm)
        verdict = "every comparison holds" if self._holds else "NOT every comparison holds"
        self._say(f"\n{verdict}, {time.monotonic() - begun:.0f} s")
        return self._holds

    # -- Steps -------------------------------------------------------------------------------------

    def _cold_boot(self) -> str:
        self._say(f"\n1  cold boot, with a strategy {STRATEGY} that claims {INSTRUMENT}")
        ledger = self._venue.control.ledger()
        with self._node() as node:
            event = node.wait_for("node_reconciled")
            self._side_by_side(ledger, event)
            lifecycle = [fill.trade_id for fill in current_lifecycle(ledger)]
            self._compare("fills of the position's current lifecycle", lifecycle, _trade_ids(event))
            self._say(f"\n2  {STRATEGY} submits a bid; the node is killed once it is acknowledged")
            bid = self._acknowledged_order()
            self._say(f"   {bid} is ACCEPTED in the node's cache")
            node.kill()
            self._say("   SIGKILL")
        return bid

    def _while_down(self, bid: str) -> tuple[str, str]:
        (filled,) = self._venue.control.fill(bid).fills
        self._say(f"   the venue fills it: trade {filled.trade_id}, {filled.quantity} at {filled.price}")
        by_hand = self._venue.control.place(SYMBOL, "SELL", "0.020", price="150000").order.client_order_id
        self._say(f"   somebody places {by_hand} by hand")
        return filled.trade_id, by_hand

    def _warm_boot(self, trade_id: str, by_hand: str) -> dict[str, Any]:
        self._say("\n3  warm boot")
        with self._node() as node:
            event = node.wait_for("node_reconciled")
            self._side_by_side(self._venue.control.ledger(), event)
            self._compare("fills recovered, by the venue's trade id", [trade_id], _trade_ids(event))
            self._compare("fills inferred", 0, event["node"]["inferred_fills"])
            self._compare(f"owner of {by_hand}", STRATEGY, event["open_orders"].get(by_hand))
            self._stop(node)
        return event

    def _third_boot(self, warm: dict[str, Any]) -> None:
        self._say("\n4  a third boot, with nothing new")
        before = self._histories()
        with self._node() as node:
            event = node.wait_for("node_reconciled")
            self._side_by_side(self._venue.control.ledger(), event)
            self._compare("fills recovered", [], _trade_ids(event))
            for name in ("orders", "fills", "external_orders"):
                self._compare(f"{name.replace('_', ' ')}, before and now", warm["node"][name], event["node"][name])
            self._stop(node)
        after = self._histories()
        changed = sorted(str(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        self._compare("histories changed in the cache", [], changed)

    def _say(self, line: str) -> None:
        self._may_go_on()
        self._print(line)

    # -- Parts -------------------------------------------------------------------------------------

    def _node(self) -> NodeProcess:
        claims = {STRATEGY: {"instrument_ids": [INSTRUMENT]}}
        variables = {
            **self._venue.environment(),
            "RECON_CACHE_URL": self._cache.url,
            "RECON_CLAIMS": json.dumps(claims),
            "RECON_NODE_TRADER_ID": TRADER,
            # Whatever folder it is watched from.
            "RECON_SETTINGS_DIR": "shipped",
            # Nothing is left to come once a node of this demo is told to stop.
            "RECON_NODE_TIMEOUT_POST_STOP": "0.1",
        }
        return NodeProcess(variables, self._folder / "engine.log", TARGET)

    def _stop(self, node: NodeProcess) -> None:
        node.wait_for("node_started")
        self._compare("exit code after SIGTERM", 0, node.stop())

    def _acknowledged_order(self) -> str:
        """Return the strategy's order once its acknowledgement is on the cache's disk."""
        deadline = time.monotonic() + ACKNOWLEDGED_WITHIN_SECS
        prefix = f"trader-{TRADER}:orders:"
        while time.monotonic() < deadline:
            for order in self._venue.control.ledger().open_orders:
                if order.client_order_id.startswith("O-"):
                    with connect(self._cache.url) as cache:
                        history: Any = cache.lrange(prefix + order.client_order_id, 0, -1)
                    if any(b"OrderAccepted" in event for event in history):
                        return order.client_order_id
            self._may_go_on()
            time.sleep(_POLL_SECS)
        raise ProcessFailedError("the strategy's order was not acknowledged in time")

    def _histories(self) -> dict[bytes, Any]:
        """Return the order and position histories as the cache keeps them, event by event."""
        histories: dict[bytes, Any] = {}
        with connect(self._cache.url) as cache:
            for kind in ("orders", "positions"):
                for key in cache.scan_iter(f"trader-{TRADER}:{kind}:*"):
                    histories[key] = cache.lrange(key, 0, -1)
        return histories

    def _side_by_side(self, ledger: VenueLedger, event: dict[str, Any]) -> None:
        """Show what both hold, and see that the node, with all it recovered in every boot, is nowhere wrong."""
        self._trades.update((*event["fills_recovered_ids"], *event["inferred_fill_ids"]))
        self._say(f"   {'':<44}{'venue':>14}{'node':>14}")
        self._compare("open orders", len(ledger.open_orders), event["node"]["open_orders"])
        net = ledger.positions.get(SYMBOL, Decimal(0))
        self._compare(INSTRUMENT, str(net), event["node"]["positions"].get(INSTRUMENT, "0"))
        for wrong in discrepancies(ledger, Belief.told_by(event, self._trades.elements())):
            self._holds = False
            self._say(f"   {wrong}  DIFFERS")

    def _compare(self, what: str, expected: object, found: object) -> None:
        same = expected == found
        self._holds = self._holds and same
        self._say(f"   {what:<44}{_text(expected):>14}{_text(found):>14}  {'ok' if same else 'DIFFERS'}")


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _trade_ids(event: dict[str, Any]) -> list[str]:
    """Return the trade ids of the fills a node recovered; this demo trades one instrument."""
    return [fill.rpartition(":")[2] for fill in event["fills_recovered_ids"]]
