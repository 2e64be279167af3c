"""Starting the nodes that are measured, one after another, and reading what they tell."""

import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.measured_process import PATIENCE_SECS, Told, measured_process
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.venue.symbols import SYMBOLS, list_more

RECON: Final = "recon"
STOCK: Final = "stock"
FIXED: Final = "fixed"
"""The stock node with the symbol fix alone."""
PLAIN: Final = "plain"
"""Recon's node without its accelerations."""
KINDS: Final = (RECON, STOCK)
PRESET: Final = "standard"
LISTED: Final = len(SYMBOLS)
"""How many contracts a venue lists, whatever its account trades."""
ACCEPTED: Final = ("E03", "E04", "E05", "E21")
"""The rules that a node without guards breaks; recon's own breaks none."""
_NODES: Final = {PLAIN: RECON}
"""What runs for a kind, where that is not told by its name."""
_DIFFERS: Final[Mapping[str, Mapping[str, str]]] = {PLAIN: {"RECON_NODE_ACCELERATE": "[]"}}
"""The variables that make a kind what it is."""

type Progress = Callable[[str], None]


@contextmanager
def surroundings(  # noqa: PLR0913 - what there is to say of an account and its way
    *, fills: int, open_orders: int, symbols: int, progress: Progress, built_up: bool = False, latency_secs: float = 0.0
) -> Iterator[dict[str, str]]:
    """Run a venue whose account has a history, the same of each symbol, and yield a node's environment.

    Args:
        fills: of each symbol, each of an order of its own.
        built_up: whether together they are the symbol's position, so that a node holds all of them; else they are round
            trips, of which only the last ones are.
        open_orders: of each symbol.
        symbols: how many.
        progress: told how far it is.
        latency_secs: how long each answer of the venue is on its way.
    """
    list_more(symbols)
    with VenueProcess(symbols=max(symbols, LISTED)) as venue:
        for symbol in list(SYMBOLS.values())[:symbols]:
            venue.control.seed(symbol.name, open_orders=open_orders, age_mins=fills + 1)
            if built_up:
                for number in range(1, fills + 1):
                    age = fills - number + 1
                    venue.control.seed(symbol.name, fills=1, net=symbol.lot * number, age_mins=age)
            elif fills:
                venue.control.seed(symbol.name, fills=fills, open_orders=0, net=symbol.lot)
            progress(f"{symbol.name} has its history")
        if latency_secs:
            venue.control.fail("*", delay_secs=latency_secs)
        yield (
            venue.environment()
            | {
                "RECON_PRESET": PRESET,
                "RECON_SETTINGS_DIR": str(shipped_settings()),
                "RECON_LOG_LEVEL": "ERROR",
                "RECON_NODE_TIMEOUT_POST_STOP": "0.1",
                "RECON_NODE_TIMEOUT_RECONCILIATION": str(PATIENCE_SECS),
                "RECON_NODE_TIMEOUT_CONNECTION": str(PATIENCE_SECS),
                "RECON_NODE_TIMEOUT_PORTFOLIO": str(PATIENCE_SECS),
                "RECON_NODE_ACCEPT": ",".join(ACCEPTED),
            }
        )


@contextmanager
def cache() -> Iterator[dict[str, str]]:
    """Run a Valkey and yield the variable that names it."""
    with EmbeddedCache() as server:
        yield {"RECON_CACHE_URL": server.url}


def told_by(
    kind: str, env: Mapping[str, str], folder: Path, what: str, *figures: int
) -> Generator[tuple[float, Told], None, None]:
    """Run a node and yield each thing it tells with the seconds since its process was started; closed, end it.

    The first is when its trader ran (`at`, on the monotonic clock), how much processor time it had taken by then
    (`cpu`), how long the engine reconciled (`engine`), and how long with all that its node adds (`reconciliation`); a
    node of recon tells until when that was, too (`until`, on the same clock).

    Args:
        kind: of the node.
        env: its `RECON_*` variables.
        folder: where it runs and its log goes.
        what: what it does once its trader runs.
        figures: how often, and how much.

    Raises:
        NotMeasuredError: it ended or fell silent before it had done.
    """
    command = [sys.executable, "-m", f"benchmarks.limits.nodes.{_NODES.get(kind, kind)}", what, *map(str, figures)]
    with measured_process(command, {**env, **_DIFFERS.get(kind, {})}, folder / f"{kind}-{what}.log") as process:
        for told in process.told():
            if "done" in told:
                process.ended()
                return
            yield told.get("at", time.monotonic()) - process.begun, told
        raise process.failure(f"the {kind} node did not come through '{what}'")
