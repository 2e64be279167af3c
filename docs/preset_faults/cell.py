"""One cell of the table: a venue, a node with one preset, one fault, and what both believe afterwards."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from faults import Fault

from reconciliation import Settings, load
from reconciliation.drill.node_process import NodeProcess
from reconciliation.drill.processes import VenueProcess
from reconciliation.node.embedded_cache import EmbeddedCache

HERE: Final = Path(__file__).resolve().parent
WITNESS: Final = "witness:configure"
OUTAGE_RULES: Final = "E03,E04,E05,E21"
"""The rules that a node without guards breaks."""
_POLL_SECS: Final = 0.1
_MARGIN_SECS: Final = 20.0
_STARTED_WITHIN_SECS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a cell.

    Attributes:
        agreed: whether node and venue believe the same in the end.
        secs: from the end of the fault until they did for good.
        wrong: what they differ in, if they do.
        made_up: trades the node holds that the venue never made.
    """

    agreed: bool
    secs: float
    wrong: str
    made_up: int

    def text(self) -> str:
        """The cell as the table shows it."""
        if not self.agreed:
            return f"**{self.wrong}**"
        invented = {0: "", 1: ", inferred fill"}.get(self.made_up, f", {self.made_up} made-up trades")
        return f"{self.secs:.0f} s{invented}" if self.secs >= 1 else f"at once{invented}"


class Cell:
    """A running node and its venue."""

    def __init__(self, folder: Path, settings: Settings, venue: VenueProcess, node: NodeProcess) -> None:
        self.settings = settings
        self.venue = venue
        self._folder = folder
        self._node = node

    def send(self) -> None:
        """Have the node send its second bid, and wait until it believes that it did."""
        (self._folder / "send").touch()
        self.until(lambda belief: belief["orders"].get("sent", "INITIALIZED") != "INITIALIZED", "the bid was sent")

    @staticmethod
    def wait(secs: float) -> None:
        """Let time pass; it is what the table is about."""
        time.sleep(secs)

    @contextmanager
    def venue_gone(self) -> Iterator[None]:
        """End the venue's process and bring it back at the same address with the same ledger."""
        self.venue.__exit__(None, None, None)
        yield
        self.venue.__enter__()

    def beliefs(self) -> list[dict[str, Any]]:
        """Everything the node has believed, in order."""
        told = self._folder / "belief.jsonl"
        return [json.loads(line) for line in told.read_text().splitlines()] if told.is_file() else []

    def until(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Wait until the node believes something."""
        deadline = time.monotonic() + _STARTED_WITHIN_SECS
        while not ((beliefs := self.beliefs()) and wanted(beliefs[-1])):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._folder.name}: {what}")
            time.sleep(_POLL_SECS)

    def until_asked(self, call: str) -> None:
        """Wait until the venue is asked once more."""
        deadline = time.monotonic() + _STARTED_WITHIN_SECS
        begun = self._asked(call)
        while self._asked(call) == begun:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._folder.name}: {call}")
            time.sleep(_POLL_SECS)

    def _asked(self, call: str) -> int:
        return sum(1 for logged in self.venue.get("requests") if logged["call"] == call)

    def difference(self, belief: dict[str, Any]) -> str:
        """What node and venue differ in; empty when they agree."""
        ledger = self.venue.get("ledger")
        there = {order["client_order_id"]: order["status"] for order in ledger["orders"]}
        names = {"NEW": "ACCEPTED"}
        for name, here in belief["orders"].items():
            truth = names.get(there.get(name, "REJECTED"), there.get(name, "REJECTED"))
            if name in {"resting", "sent"} and here != truth:
                return f"{name} bid {here}, at the venue {'unknown' if name not in there else truth}"
        net = ledger["positions"].get("BTCUSDT", "0")
        if Decimal(belief["net"]) != Decimal(net):
            return f"position {belief['net']}, at the venue {net}"
        return ""

    def made_up(self, belief: dict[str, Any]) -> int:
        """How many trades the node holds that the venue never made."""
        real = {str(fill["trade_id"]) for fill in self.venue.get("ledger")["fills"]}
        return len(set(belief["trades"]) - real)


def patience_secs(settings: Settings) -> float:
    """How long an absence of repair must last to be called one: each check twice over, and all its retries."""
    mine = settings.reconciliation
    inflight = (
        (mine.inflight_check_retries + 2)
        * max(mine.inflight_check_threshold_ms, mine.inflight_check_interval_ms or 0)
        / 1_000
    )
    missing = (mine.open_check_missing_retries + 2) * (mine.open_check_interval_secs or 0)
    return max(inflight, missing, 2 * (mine.position_check_interval_secs or 0)) + _MARGIN_SECS


def run(preset: str, fault: Fault, folder: Path, *, guarded: bool, settled_secs: float | None = None) -> Outcome:
    """Play one cell in a folder of its own, and say what came of it.

    Args:
        preset: its name.
        fault: what happens.
        folder: made here; node and venue work in it.
        guarded: with every guard, or the stock engine and client.
        settled_secs: how long agreement must last to be believed; a third of the patience when absent.
    """
    folder.mkdir(parents=True)
    with EmbeddedCache() as cache, VenueProcess(folder / "venue") as venue:
        env = venue.environment() | {
            "RECON_PRESET": preset,
            "RECON_CACHE_URL": cache.url,
            "RECON_SETTINGS_DIR": str(HERE.parents[1] / "settings"),
            "RECON_NODE_TIMEOUT_POST_STOP": "0.1",
            "RECON_NODE_TIMEOUT_CONNECTION": str(_STARTED_WITHIN_SECS),
        }
        if not guarded:
            env |= {"RECON_NODE_GUARDS": "[]", "RECON_NODE_ACCEPT": OUTAGE_RULES}
        settings = load(env=env)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
        with NodeProcess(env, folder / "engine.log", WITNESS, folder=folder) as node:
            cell = Cell(folder, settings, venue, node)
            node.wait_for("node_started", _STARTED_WITHIN_SECS)
            cell.until(lambda belief: belief["orders"].get("resting") == "ACCEPTED", "the resting bid is accepted")
            cell.wait(settings.reconciliation.startup_delay_secs)
            fault.happen(cell)
            patience = patience_secs(settings)
            outcome = _watched(cell, time.time(), patience, settled_secs or patience / 3)
            node.stop()
    return outcome


def _watched(cell: Cell, begun: float, patience: float, settled: float) -> Outcome:
    """Watch until nothing can change any more."""
    while time.time() < begun + patience:
        time.sleep(_POLL_SECS)
        belief = cell.beliefs()[-1]
        if not cell.difference(belief) and time.time() > max(belief["time"], begun) + settled:
            break
    belief = cell.beliefs()[-1]
    wrong = cell.difference(belief)
    return Outcome(not wrong, max(0.0, belief["time"] - begun), wrong, cell.made_up(belief))
