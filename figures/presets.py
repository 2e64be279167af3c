"""Every preset against fifteen scenarios, with the stock engine and client and with every guard.

`make preset-faults` plays all of it in virtual time, keeps what came of it, and writes the table of the guide.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from msgspec.structs import replace

from figures.page import ROOT, write
from figures.playing import PRESETS, chosen, played
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.runs.job import CarrierName, Job
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.drill.schedule import Heal, Settle
from reconciliation.drill.settling import settle_secs
from reconciliation.drill.stage import Played
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of

OUTCOMES: Final = ROOT / "figures" / "presets.json"
PAGE: Final = ROOT / "docs" / "guides" / "choosing-a-preset.md"
MARK: Final = "presets"
FAULTS: Final = (
    "lost fill [full]",
    "lost cancel ack [canceled]",
    "lost ack [accepted]",
    *(f"venue down [{secs} s, {way}]" for way in ("refusing", "503", "hanging") for secs in (30, 60, 120)),
    "empty position reply [by mistake, at runtime]",
    "report query 500 [open orders, at runtime]",
    "submit answered -1007 though live [resting, not told]",
)
"""The scenarios of `recon drill` that the table shows."""
SEED: Final = 1
_FOLLOWS: Final = frozenset({Kind.WRONG_QUANTITY, Kind.WRONG_PRICE, Kind.NOT_CONVERGED})
"""What is wrong because something else is; the table leaves it out."""


class Cell(NamedTuple):
    """Which cell of the table."""

    fault: str
    preset: str
    guarded: bool


CELLS: Final = tuple(Cell(*each) for each in product(FAULTS, PRESETS, (False, True)))
"""Every cell, in the table's order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a cell.

    Attributes:
        agreed_secs: from the end of the fault until node and venue agreed in all; None where they never did.
        wrong: what they differed in when the time was up that the plan predicts, by kind how often.
    """

    agreed_secs: float | None
    wrong: Mapping[Kind, int]

    @classmethod
    def of(cls, played: Played) -> Self:
        """Return it of a run."""
        wrong = Counter(anomaly.kind for anomaly in played.anomalies)
        secs = None if wrong else played.agreed_secs
        return cls(None if secs is None else round(secs, 1), dict(sorted(wrong.items())))

    @property
    def made_up(self) -> int:
        """How many trades the node holds that the venue never made."""
        return self.wrong.get(Kind.INVENTED_FILL, 0)

    def text(self) -> str:
        """Return it as the table shows it."""
        if self.agreed_secs is not None:
            return "at once" if self.agreed_secs < 1 else f"{self.agreed_secs:.0f} s"
        told = (f"{kind} {count}" if count > 1 else kind for kind, count in self.wrong.items() if kind not in _FOLLOWS)
        return f"**{', '.join(told)}**"


def job(cell: Cell) -> Job:
    """Return what is played for a cell: the scenario, and then the time within which the plan promises agreement."""
    scenario = shipped_scenarios()[cell.fault]
    choice = replace(chosen(cell.preset, guarded=cell.guarded), needs=scenario.settings)
    settings = choice.load()
    within = settle_secs(plan(subject_of(settings)), settings)
    short = replace(scenario, then=(Heal(), Settle(within_secs=within)))
    return Job(chosen=choice, schedule=short.schedule(seed=SEED, settle_secs=within))


def outcomes(
    cells: Iterable[Cell], *, at_once: int | None = None, carrier: CarrierName = "virtual"
) -> dict[Cell, Outcome]:
    """Play cells and return what came of each.

    Args:
        cells: which.
        at_once: how many processes play; a core each when absent.
        carrier: in virtual time, or over processes and sockets.
    """
    asked = tuple(cells)
    jobs = (replace(job(cell), carrier=carrier) for cell in asked)
    return dict(zip(asked, map(Outcome.of, played(jobs, at_once=at_once)), strict=True))


def read(file: Path = OUTCOMES) -> dict[Cell, Outcome]:
    """Return the outcomes that were kept."""
    told: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return {
        Cell(each["fault"], each["preset"], each["guarded"]): Outcome(
            each["agreed_secs"], {Kind(kind): count for kind, count in each["wrong"].items()}
        )
        for each in told
    }


def rows(outcomes: Mapping[Cell, Outcome]) -> Iterator[str]:
    """Yield the lines of the table, a fault a line."""
    heads = [f"{preset}, {kind}" for preset in PRESETS for kind in ("stock", "guarded")]
    yield f"| scenario | {' | '.join(heads)} |"
    yield "|---|" + "---|" * len(heads)
    for fault in FAULTS:
        cells = (outcomes[cell].text() for cell in CELLS if cell.fault == fault)
        yield f"| {fault} | {' | '.join(cells)} |"


def main() -> None:
    """Play all, keep it, and write the table."""
    found = outcomes(CELLS)
    lines = (
        json.dumps({**cell._asdict(), "agreed_secs": each.agreed_secs, "wrong": each.wrong})
        for cell, each in found.items()
    )
    OUTCOMES.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
    write(MARK, PAGE, rows(found))


if __name__ == "__main__":
    main()
