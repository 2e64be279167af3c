"""One row of the dashboard as a picture: its panels side by side as in Grafana, and below them what they show."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from grafana_foundation_sdk.models import units
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figures.monitoring_drawing import FRAME, HEADED, QUIET, SMALL, Run, Told, draw, legend, legend_names, told_of
from figures.monitoring_results import Results
from monitoring.panels import Panel, Row

COLUMNS: Final = 24
"""Of Grafana's grid."""
CAPTION: Final = (
    "Drawn from what Prometheus answers to the dashboard's queries about one drill in virtual time: no screenshot.",
    "Values and tables are of its end; dotted lines are limits; legends leave out the name of the node. What happens:",
)

# All that follows is in inches; a picture has a hundred points to each.
DPI: Final = 100
WIDTH: Final = 16.0
EDGE: Final = 0.15
GAP: Final = 0.12
HEAD: Final = 0.62
"""The row's title."""
TITLE: Final = 0.42
"""A panel's title."""
PAD: Final = 0.14
VALUES_OF_LINES: Final = 0.68
"""What stands to the left of a panel's axes."""
NAMES_OF_STATES: Final = 1.35
RIGHT: Final = 0.2
NUMBERS: Final = 0.2
"""The numbers of moments, above a panel's axes."""
PLOT: Final = 2.2
"""At least; it is higher beside a panel with a longer legend."""
TIME: Final = 0.56
"""What stands below a panel's axes, a legend left out."""
NAME: Final = 0.25
"""A line of a legend."""
LETTER: Final = 0.09
"""How wide a letter is in a legend."""
KEY: Final = 0.6
"""What stands before a name in a legend and after it."""
TABLE_LINE: Final = 0.27
VALUE_LINE: Final = 0.7
FOOT_LINE: Final = 0.24
NUMBER: Final = 0.32
"""The number of a moment, before what happens."""


class Cell(NamedTuple):
    """Where something stands, in inches from the left and from the top."""

    left: float
    top: float
    width: float
    height: float


def picture(row: Row, results: Results, run: Run) -> Figure:
    """Draw one row; each of its panels is an `Axes` that bears its title.

    Args:
        row: of the dashboard.
        results: asked for what its panels show.
        run: what they are about.
    """
    told = {panel.title: tuple(told_of(panel, results)) for panel in row.panels}
    lines = tuple(_lines_of(row.panels))
    heights = [max(_height(panel, told[panel.title]) for panel in line) for line in lines]
    happens = [moment.text for moment in run.moments[:-1]]
    height = HEAD + sum(heights) + GAP * len(heights) + FOOT_LINE * (len(CAPTION) + -(-len(happens) // 2) + 0.5)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    figure.text(EDGE / WIDTH, 1 - HEAD / 2 / height, row.title, fontsize=19, weight="bold", va="center")
    top = HEAD
    for line, high in zip(lines, heights, strict=True):
        left = EDGE
        for panel in line:
            width = _width(panel)
            _place(figure, panel, told[panel.title], run, Cell(left, top, width, high))
            left += width + GAP
        top += high + GAP
    _foot(figure, happens, top)
    return figure


def _place(figure: Figure, panel: Panel, told: Sequence[Told], run: Run, cell: Cell) -> None:
    """Draw a panel with its frame and title where it belongs."""
    width, height = figure.get_size_inches()

    def share(place: Cell) -> tuple[float, float, float, float]:
        bottom = 1 - (place.top + place.height) / height
        return place.left / width, bottom, place.width / width, place.height / height

    left, bottom, *size = share(cell)
    figure.add_artist(Rectangle((left, bottom), *size, fill=False, edgecolor=FRAME, linewidth=1))
    middle = 1 - (cell.top + TITLE / 2) / height
    figure.text((cell.left + PAD) / width, middle, panel.title, fontsize=14, weight="bold", va="center")
    if panel.unit == units.Seconds:
        right = (cell.left + cell.width - RIGHT) / width
        figure.text(right, middle, "seconds", fontsize=SMALL, color=QUIET, va="center", ha="right")
    inner = _inner(panel, told, cell)
    axes = figure.add_axes(share(inner), label=panel.title)
    draw(axes, panel, told, run)
    below = (cell.left + PAD - inner.left) / inner.width, -TIME / inner.height
    legend(axes, panel, columns=_beside(panel, told), place=below)


def _inner(panel: Panel, told: Sequence[Told], cell: Cell) -> Cell:
    """Return where a panel's axes stand in its cell: they leave room for what is around them."""
    if not told or panel.draw in {"values", "table"}:
        return Cell(cell.left + PAD, cell.top + TITLE, cell.width - 2 * PAD, cell.height - TITLE)
    left = NAMES_OF_STATES if panel.draw == "states" else VALUES_OF_LINES
    above = TITLE + NUMBERS
    return Cell(
        cell.left + left, cell.top + above, cell.width - left - RIGHT, cell.height - above - _below(panel, told)
    )


def _lines_of(panels: Iterable[Panel]) -> Iterator[list[Panel]]:
    """Yield the panels that stand beside each other."""
    line: list[Panel] = []
    for panel in panels:
        if sum(each.width for each in line) + panel.width > COLUMNS:
            yield line
            line = []
        line.append(panel)
    yield line


def _width(panel: Panel) -> float:
    return (WIDTH - 2 * EDGE + GAP) * panel.width / COLUMNS - GAP


def _height(panel: Panel, told: Sequence[Told]) -> float:
    """Return how high a panel has to be."""
    match panel.draw:
        case "table":
            return TITLE + TABLE_LINE * (HEADED + len(told))
        case "values":
            return TITLE + VALUE_LINE * max(1, len(told))
    return TITLE + NUMBERS + PLOT + _below(panel, told)


def _below(panel: Panel, told: Sequence[Told]) -> float:
    """Return how much room the time and the legend take."""
    return TIME + NAME * -(-len(legend_names(panel, told)) // _beside(panel, told)) + PAD / 2


def _beside(panel: Panel, told: Sequence[Told]) -> int:
    """Return how many names of a legend stand beside each other."""
    longest = max(map(len, legend_names(panel, told)), default=0)
    return max(1, int((_width(panel) - PAD) / (longest * LETTER + KEY)))


def _foot(figure: Figure, happens: Sequence[str], top: float) -> None:
    """Write below the panels what they are, and what happens, in two columns."""
    width, height = figure.get_size_inches()

    def write(text: str, left: float, line: int) -> None:
        middle = 1 - (top + FOOT_LINE * (line + 0.5)) / height
        figure.text(left / width, middle, text, fontsize=SMALL, color=QUIET, va="center_baseline")

    for line, text in enumerate(CAPTION):
        write(text, EDGE, line)
    half = -(-len(happens) // 2)
    for number, text in enumerate(happens):
        left, line = EDGE + WIDTH / 2 * (number // half), len(CAPTION) + number % half
        write(str(number + 1), left, line)
        write(text, left + NUMBER, line)
