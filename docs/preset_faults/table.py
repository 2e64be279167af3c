"""Play every preset against every fault, stock and guarded, and write the table down; `make preset-faults` runs it.

It takes about a quarter of an hour: most of it is waiting for venues to come back, many at once.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Final

from cell import Outcome, run
from faults import FAULTS, Fault

from reconciliation.drill.processes import ProcessFailedError

PRESETS: Final = ("conservative", "standard", "aggressive")
OUTCOMES: Final = Path(__file__).with_name("outcomes.json")
GUIDE: Final = Path(__file__).resolve().parents[1] / "guides" / "choosing-a-preset.md"
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"
AT_ONCE: Final = 12

Name = tuple[str, str, bool]


def main() -> int:
    """Play the cells that are asked for, keep the others, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=PRESETS, action="append", help="these presets only")
    parser.add_argument("--fault", choices=[fault.name for fault in FAULTS], action="append", help="these faults only")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="how many nodes at a time")
    parser.add_argument("--write", action="store_true", help="only write the guide anew from the outcomes there are")
    arguments = parser.parse_args()
    outcomes = read()
    if not arguments.write:
        cells = [
            (preset, fault, guarded)
            for fault in FAULTS
            for preset in arguments.preset or PRESETS
            for guarded in (False, True)
            if not arguments.fault or fault.name in arguments.fault
        ]
        played = dict(_played(cells, arguments.at_once))
        outcomes |= played
        keep(outcomes)
        if len(played) < len(cells):
            return 1
    text = GUIDE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    GUIDE.write_text(before + BEGIN + "\n".join(rows(outcomes)) + "\n" + END + rest.split(END)[1], "utf-8")
    return 0


def _played(cells: list[tuple[str, Fault, bool]], at_once: int) -> Iterator[tuple[Name, Outcome]]:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="recon-presets-") as folder, ThreadPoolExecutor(at_once) as pool:
        games = {
            pool.submit(run, preset, fault, Path(folder) / str(number), guarded=guarded): (preset, fault.name, guarded)
            for number, (preset, fault, guarded) in enumerate(cells)
        }
        for done, game in enumerate(as_completed(games), 1):
            preset, fault_name, guarded = games[game]
            kind = "guarded" if guarded else "stock"
            told = f"{done}/{len(cells)} after {time.monotonic() - begun:.0f} s: {preset}, {fault_name}, {kind}"
            try:
                outcome = game.result()
            except (ProcessFailedError, TimeoutError) as error:
                print(f"{told}: not played: {error}", file=sys.stderr, flush=True)
                continue
            print(f"{told}: {outcome.text()}", file=sys.stderr, flush=True)
            yield (preset, fault_name, guarded), outcome


def read() -> dict[Name, Outcome]:
    """Return the outcomes that were written down."""
    if not OUTCOMES.is_file():
        return {}
    kept = json.loads(OUTCOMES.read_text("utf-8"))
    return {
        (item["preset"], item["fault"], item["guarded"]): Outcome(
            item["agreed"], item["secs"], item["wrong"], item["made_up"]
        )
        for item in kept
    }


def keep(outcomes: dict[Name, Outcome]) -> None:
    """Write the outcomes down."""
    items = [
        {"preset": preset, "fault": fault, "guarded": guarded} | asdict(outcome) | {"secs": round(outcome.secs, 1)}
        for (preset, fault, guarded), outcome in sorted(outcomes.items())
    ]
    OUTCOMES.write_text(json.dumps(items, indent=1) + "\n", "utf-8")


def rows(outcomes: dict[Name, Outcome]) -> Iterable[str]:
    """The table, a fault a line."""
    yield ""
    yield "| fault | " + " | ".join(f"{preset}, {kind}" for preset in PRESETS for kind in ("stock", "guarded")) + " |"
    yield "|---|" + "---|" * (2 * len(PRESETS))
    for fault in FAULTS:
        cells = (outcomes.get((preset, fault.name, guarded)) for preset in PRESETS for guarded in (False, True))
        yield f"| {fault.name} | " + " | ".join(cell.text() if cell else "" for cell in cells) + " |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
