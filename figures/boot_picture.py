"""The plot of a boot's timeline by step: by hand, by hand with recon's libraries, with recon, and `recon run`."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from benchmarks.boot import Booted, Step
from figures.plotting import LETTER, MARGIN, WIDTH, text
from figures.plotting import svg as framed

TOP: Final = 38.0
BAR: Final = 16.0
ROW: Final = 15.0
SWATCH: Final = 9.0
COLOURS: Final = {
    "imports": "#768390",
    "settings": "#d4a72c",
    "collect": "#8250df",
    "construct": "#2188ff",
    "connect": "#e36209",
    "reconcile": "#2da44e",
    "verify": "#1b9aaa",
    "running": "#d6549b",
}
"""Of each step; legible in light and in dark."""
STYLE: Final = "\n".join(f"rect.{step} {{ fill: {colour}; }}" for step, colour in COLOURS.items())


def svg(boots: Sequence[Booted]) -> str:
    """Return the plot."""
    longest = max(boot.secs for boot in boots)
    said = "; ".join(
        f"{boot.kind} {boot.secs:.2f} s: {', '.join(f'{name} {secs:.2f} s' for name, _, secs in _steps(boot))}"
        for boot in boots
    )
    body: list[str] = []
    y = TOP
    for boot in boots:
        drawn, y = _bar(boot, y, longest)
        body += drawn
    return framed("A boot, from its process to its running trader", said, y, STYLE, body)


def _steps(boot: Booted) -> Iterator[tuple[str, float, float]]:
    """Yield each step's name, when it began and how long it took, seconds."""
    for before, step in pairwise((Step("", 0.0, 0.0), *boot.steps)):
        yield step.name, before.secs, max(step.secs - before.secs, 0.0)


def _bar(boot: Booted, top: float, longest: float) -> tuple[list[str], float]:
    """Return a bar with what stands above and below it, and where the next may begin."""
    scale = (WIDTH - 2 * MARGIN) / longest
    lines = [text("", MARGIN, top + 12, f"{boot.kind}: {boot.secs:.2f} s, of processor time {boot.cpu_secs:.2f} s")]
    bar = top + 19
    keys: list[str] = []
    x, y = MARGIN, bar + BAR + ROW
    for name, began, secs in _steps(boot):
        place = f'x="{MARGIN + began * scale:.1f}" y="{bar:g}" width="{secs * scale:.1f}" height="{BAR:g}"'
        lines.append(f'<rect class="{name}" {place}/>')
        label = f"{name} {secs:.2f} s"
        width = SWATCH + 4 + len(label) * LETTER + 8
        if x + width > WIDTH - MARGIN:
            x, y = MARGIN, y + ROW
        swatch = f'x="{x:.1f}" y="{y - SWATCH:.1f}" width="{SWATCH:g}" height="{SWATCH:g}"'
        keys += [f'<rect class="{name}" {swatch}/>', text("small", x + SWATCH + 4, y, label)]
        x += width
    return lines + keys, y + ROW
