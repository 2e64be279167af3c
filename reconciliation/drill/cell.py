"""One cell of the table: a venue, a node with one preset, one fault, and what both believe afterwards."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from reconciliation.drill.node_process import NodeProcess
from reconciliation.drill.oracle import Belief, Discrepancy, Kind, discrepancies
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess
from reconciliation.layers.resolve import load
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.settings import Settings

WITNESS: Final = "reconciliation.strategies.witness:configure"
BIDS: Final = frozenset({"resting", "sent"})
"""The orders of the witness; the engine makes up others, which are judged by the position they add up to."""
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


@dataclass(frozen=True, slots=True)
class DatedBelief:
    """What the node believed, and since when, seconds since the epoch."""

    time: float
    belief: Belief

    @classmethod
    def read(cls, line: str) -> Self:
        """Return it from a line of the witness."""
        told: dict[str, Any] = json.loads(line)
        positions = {instrument: Decimal(net) for instrument, net in told["positions"].items()}
        return cls(told["time"], Belief(told["orders"], positions, Counter(told["trades"])))


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
        self.until(lambda belief: belief.orders.get("sent", "INITIALIZED") != "INITIALIZED", "the bid was sent")

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

    def told(self) -> list[DatedBelief]:
        """Everything the node has believed, in order."""
        file = self._folder / "belief.jsonl"
        return [DatedBelief.read(line) for line in file.read_text().splitlines()] if file.is_file() else []

    def until(self, wanted: Callable[[Belief], bool], what: str) -> None:
        """Wait until the node believes something."""
        deadline = time.monotonic() + _STARTED_WITHIN_SECS
        while not ((told := self.told()) and wanted(told[-1].belief)):
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
        return len(self.venue.control.requests(call))

    def judged(self) -> tuple[DatedBelief, str, int]:
        """Return what the node believes now, what is wrong with it, and how many of its trades are made up."""
        told = self.told()[-1]
        found = discrepancies(self.venue.control.ledger(), told.belief)
        wrong = next((text for text in map(_text, found) if text), "")
        return told, wrong, sum(item.kind is Kind.TRADE_MADE_UP for item in found)


def _text(item: Discrepancy) -> str:
    """Return a discrepancy as the table tells it; nothing for one that the table counts or leaves out."""
    if item.kind is Kind.ORDER and item.key in BIDS:
        return f"{item.key} bid {item.node}, at the venue {item.venue or 'unknown'}"
    return f"position {item.node}, at the venue {item.venue}" if item.kind is Kind.POSITION else ""


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


def run(
    preset: str, happen: Callable[[Cell], None], folder: Path, *, guarded: bool, settled_secs: float | None = None
) -> Outcome:
    """Play one cell in a folder of its own, and say what came of it.

    Args:
        preset: its name.
        happen: the fault: does it, and returns once it is over.
        folder: made here; node and venue work in it.
        guarded: with every guard, or the stock engine and client.
        settled_secs: how long agreement must last to be believed; a third of the patience when absent.
    """
    folder.mkdir(parents=True)
    with EmbeddedCache() as cache, VenueProcess(folder / "venue") as venue:
        env = venue.environment() | {
            "RECON_PRESET": preset,
            "RECON_CACHE_URL": cache.url,
            "RECON_SETTINGS_DIR": str(shipped_settings()),
            "RECON_NODE_TIMEOUT_POST_STOP": "0.1",
            "RECON_NODE_TIMEOUT_CONNECTION": str(_STARTED_WITHIN_SECS),
        }
        if not guarded:
            env |= {"RECON_NODE_GUARDS": "[]", "RECON_NODE_ACCEPT": OUTAGE_RULES}
        settings = load(env=env)
        with NodeProcess(env, folder / "engine.log", WITNESS, folder=folder) as node:
            cell = Cell(folder, settings, venue, node)
            node.wait_for("node_started", _STARTED_WITHIN_SECS)
            cell.until(lambda belief: belief.orders.get("resting") == "ACCEPTED", "the resting bid is accepted")
            cell.wait(settings.reconciliation.startup_delay_secs)
            happen(cell)
            patience = patience_secs(settings)
            outcome = _watched(cell, time.time(), patience, settled_secs or patience / 3)
            node.stop()
    return outcome


def _watched(cell: Cell, begun: float, patience: float, settled: float) -> Outcome:
    """Watch until nothing can change any more."""
    while time.time() < begun + patience:
        time.sleep(_POLL_SECS)
        told, wrong, _ = cell.judged()
        if not wrong and time.time() > max(told.time, begun) + settled:
            break
    told, wrong, made_up = cell.judged()
    return Outcome(not wrong, max(0.0, told.time - begun), wrong, made_up)
