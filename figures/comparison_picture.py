"""The picture of stock beside guarded that the README opens with: what went wrong over all runs, as bars.

An SVG of its own colours for a light and a dark page, drawn from what `make comparison` kept.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from figures.page import ROOT

PICTURE: Final = ROOT / "docs" / "guides" / "images" / "stock-beside-guarded.svg"
WIDTH: Final = 760
LABEL: Final = 232
"""Where the bars begin, in pixels, as all that follows."""
BAR: Final = 400
"""The longest bar."""
ROW: Final = 46
TOP: Final = 74

STYLE: Final = (
    "text{font:14px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}"
    ".title{font-weight:600;font-size:16px}.small{font-size:12px;fill:#59636e}"
    ".stock{fill:#cf222e}.guarded{fill:#1a7f37}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.stock{fill:#f85149}.guarded{fill:#3fb950}}"
)


def svg(outcomes: Mapping[bool, list[Mapping[str, int]]], columns: tuple[str, ...]) -> str:
    """Return the picture.

    Args:
        outcomes: what was wrong in each run, by the column how often, without guards (False) and with them (True).
        columns: what is drawn, a pair of bars each, beside the runs in which anything was wrong.
    """
    counts = {guarded: _counts(runs) for guarded, runs in outcomes.items()}
    drawn = ("runs with a difference", *(each for each in columns if counts[False][each] or counts[True][each]))
    most = max(count[each] for count in counts.values() for each in drawn)
    height = TOP + ROW * len(drawn) + 4
    said = ", ".join(f"{each} {counts[False][each]:,} stock, {counts[True][each]:,} guarded" for each in drawn)
    runs = len(outcomes[False])
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(said)}</title>",
            f"<style>{STYLE}</style>",
            f'<text class="title" x="0" y="18">The same {runs} runs of faults, after everything has healed</text>',
            '<rect class="stock" x="0" y="34" width="12" height="12"/>',
            '<text class="small" x="18" y="45">stock engine and Binance client</text>',
            f'<rect class="guarded" x="{LABEL}" y="34" width="12" height="12"/>',
            f'<text class="small" x="{LABEL + 18}" y="45">the same with recon\'s guards</text>',
            *(line for at, each in enumerate(drawn) for line in _row(TOP + ROW * at, each, counts, most)),
            "</svg>",
            "",
        )
    )


def _counts(runs: list[Mapping[str, int]]) -> Counter[str]:
    return sum(map(Counter, runs), Counter[str]()) + Counter({"runs with a difference": sum(map(bool, runs))})


def _row(top: int, name: str, counts: Mapping[bool, Mapping[str, int]], most: int) -> Iterator[str]:
    yield f'<text x="0" y="{top + 20}">{escape(name)}</text>'
    for at, (guarded, kind) in enumerate(((False, "stock"), (True, "guarded"))):
        length = round(BAR * counts[guarded][name] / most)
        y = top + 17 * at
        yield f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{max(length, 2)}" height="13"/>'
        yield f'<text class="small" x="{LABEL + max(length, 2) + 8}" y="{y + 11}">{counts[guarded][name]:,}</text>'
