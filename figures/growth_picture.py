"""The plot of how long a start takes on accounts from small to large, both axes logarithmic."""

from collections.abc import Iterator, Sequence
from math import log10
from statistics import median
from typing import Final

from benchmarks.limits.measuring import PLAIN, RECON, STOCK
from benchmarks.limits.starts import COLD, STARTED_WITHIN_SECS, WARM, Found
from figures.plotting import MARGIN, WIDTH, text
from figures.plotting import svg as framed

HEIGHT: Final = 372.0
LEFT: Final = 44.0
RIGHT: Final = WIDTH - 24
TOP: Final = 100.0
BOTTOM: Final = HEIGHT - 42
TICKS: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
"""Of seconds; as many as there is need for."""
CURVES: Final = (
    (RECON, COLD, "recon, cold"),
    (RECON, WARM, "recon, warm"),
    (STOCK, COLD, "stock, cold"),
    (STOCK, WARM, "stock, warm"),
    (PLAIN, COLD, "recon without accelerations, cold"),
)
STYLE: Final = """\
path.line { stroke-width: 2; }
path.warm { stroke-dasharray: 5 3; }
path.recon { stroke: #0969da; }
path.stock { stroke: #cf222e; }
path.plain { stroke: #8c959f; }
path.limit { stroke: #9a6700; stroke-dasharray: 1 3; stroke-width: 2; }
circle.recon { fill: #0969da; }
circle.stock { fill: #cf222e; }
circle.plain { fill: #8c959f; }
@media (prefers-color-scheme: dark) {
  path.recon { stroke: #4493f8; }
  path.stock { stroke: #f85149; }
  path.limit { stroke: #d29922; }
  circle.recon { fill: #4493f8; }
  circle.stock { fill: #f85149; }
}"""

type Points = Sequence[tuple[int, float]]


def svg(found: Found) -> str:
    """Return the plot."""
    curves = {
        (kind, state, name): [(orders, median(each.secs)) for orders, each in found.curve(kind, state)]
        for kind, state, name in CURVES
    }
    said = "; ".join(
        f"{name}: {', '.join(f'{secs:.1f} s at {orders:,} orders' for orders, secs in points)}"
        for (_, _, name), points in curves.items()
    )
    plot = Plot([points for points in curves.values() if points])
    body = [*plot.grid(), *plot.limit()]
    for row, ((kind, state, name), points) in enumerate(curves.items()):
        body += [*plot.curve(kind, state, points), *_key(row, kind, state, name)]
    return framed(
        "How a start grows with the account", f"{said}; the limit is {STARTED_WITHIN_SECS:g} s", HEIGHT, STYLE, body
    )


class Plot:
    """The axes.

    Args:
        curves: all that is drawn.
    """

    def __init__(self, curves: Sequence[Points]) -> None:
        secs = [secs for points in curves for _, secs in points] + [STARTED_WITHIN_SECS]
        self._orders = sorted({orders for points in curves for orders, _ in points})
        low = max((tick for tick in TICKS if tick <= min(secs)), default=TICKS[0])
        high = min((tick for tick in TICKS if tick >= max(secs)), default=TICKS[-1])
        self._ticks = [tick for tick in TICKS if low <= tick <= high]

    def grid(self) -> Iterator[str]:
        """Yield lines and figures of both axes."""
        for tick in self._ticks:
            yield f'<path d="M{LEFT:g} {self._y(tick):.1f}H{RIGHT:g}"/>'
            yield text("small end", LEFT - 6, self._y(tick) + 4, f"{tick:g} s")
        for orders in self._orders:
            yield f'<path d="M{self._x(orders):.1f} {TOP:g}V{BOTTOM:g}"/>'
            yield text("small middle", self._x(orders), BOTTOM + 16, f"{orders:,}")
        yield text("small middle", (LEFT + RIGHT) / 2, BOTTOM + 32, "orders, of one fill each")

    def limit(self) -> Iterator[str]:
        """Yield the line that is not to be crossed."""
        y = self._y(STARTED_WITHIN_SECS)
        yield f'<path class="limit" d="M{LEFT:g} {y:.1f}H{RIGHT:g}"/>'
        yield text("small", LEFT + 6, y - 5, f"the limit, {STARTED_WITHIN_SECS:g} s")

    def curve(self, kind: str, state: str, points: Points) -> Iterator[str]:
        """Yield a line with its points."""
        if not points:
            return
        way = "L".join(f"{self._x(orders):.1f} {self._y(secs):.1f}" for orders, secs in points)
        yield f'<path class="line {kind} {state}" d="M{way}"/>'
        for orders, secs in points:
            yield f'<circle class="{kind}" cx="{self._x(orders):.1f}" cy="{self._y(secs):.1f}" r="3"/>'

    def _x(self, orders: int) -> float:
        return LEFT + (RIGHT - LEFT) * _part(orders, self._orders[0], self._orders[-1])

    def _y(self, secs: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * _part(secs, self._ticks[0], self._ticks[-1])


def _part(value: float, low: float, high: float) -> float:
    return (log10(value) - log10(low)) / (log10(high) - log10(low))


def _key(row: int, kind: str, state: str, name: str) -> Iterator[str]:
    """Yield what a line is, above the plot: two beside each other."""
    x, y = MARGIN + 150 * (row % 2), 42.0 + 17 * (row // 2)
    yield f'<path class="line {kind} {state}" d="M{x:g} {y - 4:g}h24"/>'
    yield text("small", x + 30, y, name)
