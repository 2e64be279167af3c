"""How one panel of the dashboard is drawn from Prometheus' answers.

Colors are those of Okabe and Ito, which are told apart by whoever sees colors differently.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from math import isfinite, nan
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.models import units
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator, MultipleLocator, PercentFormatter

from figures.monitoring_drill import Moment
from figures.monitoring_results import BAR_SECS, STEP_SECS, Results, Series
from monitoring.panels import BLUE, GREEN, PURPLE, RED, YELLOW, Panel, Query
from reconciliation.rules.figures import duration

MINUTE: Final = 60.0
COLORS: Final[Mapping[str, str]] = {
    GREEN: "#009E73",
    YELLOW: "#E69F00",
    RED: "#D55E00",
    BLUE: "#0072B2",
    PURPLE: "#CC79A7",
}
PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#5B5B5B", "#8C6D31")
"""Of series that have no color of their own."""
FRAME: Final = "#C8C8C8"
GRID: Final = "#E6E6E6"
QUIET: Final = "#666666"
SMALL: Final = 12
THE_NODE: Final = "the node"
"""The name of a series that its legend names after its node alone, of which there is one."""
NOTHING: Final = "nothing"
NO_PROCESS: Final = "nothing: in virtual time\na node has no process"
HEADED: Final = 1.2
"""How high the head of a table is, in lines."""


class Told(NamedTuple):
    """One series as a panel shows it.

    Attributes:
        name: its legend.
        color: of it.
        series: what was answered.
        is_dashed: whether its line is.
    """

    name: str
    color: str
    series: Series
    is_dashed: bool

    @property
    def value(self) -> float:
        """The last."""
        return [*self.series.values.values()][-1]


@dataclass(frozen=True, slots=True)
class Run:
    """When what was drawn of.

    Attributes:
        begin: seconds since the epoch.
        end: seconds since the epoch.
        moments: what happens in it; the last is its end.
    """

    begin: float
    end: float
    moments: Sequence[Moment]

    def minutes(self, at: float) -> float:
        """Return how long after the beginning that is."""
        return (at - self.begin) / MINUTE


def told_of(panel: Panel, results: Results) -> Iterator[Told]:
    """Ask for what a panel shows; bars that have no height are left out."""
    used: Counter[str] = Counter()
    palette = cycle(PALETTE)
    for query, answer in zip(panel.queries, results.of(panel), strict=True):
        for series in answer:
            if panel.draw == "bars" and not any(series.values.values()):
                continue
            name = name_of(query, series.labels)
            own = next((color for pattern, color in panel.colors.items() if re.search(pattern.strip("/"), name)), None)
            yield Told(name, next(palette) if own is None else _paler(own, used[own]), series, query.is_dashed)
            if own is not None:
                used[own] += 1


def name_of(query: Query, labels: Mapping[str, str]) -> str:
    """Return a series' legend without the name of the node."""
    legend = re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), query.legend)
    node = f"{labels.get('trader_id', '')} / {labels.get('account', '')}"
    return legend.removeprefix(node).removeprefix(":").strip() or THE_NODE


def legend_names(panel: Panel, told: Sequence[Told]) -> list[str]:
    """Return what a panel's legend tells."""
    match panel.draw:
        case "lines" | "bars":
            return [each.name for each in told]
        case "states":
            return [word.text for word in panel.words.values()]
    return []


def draw(axes: Axes, panel: Panel, told: Sequence[Told], run: Run) -> None:
    """Draw one panel.

    Args:
        axes: where.
        panel: which.
        told: what it shows.
        run: when that was.
    """
    if not told:
        _nothing(axes, panel)
        return
    match panel.draw:
        case "lines":
            _lines(axes, told, run)
            _across(axes, panel)
            _over_time(axes, run)
        case "bars":
            _bars(axes, told, run)
            _across(axes, panel)
            _over_time(axes, run)
        case "states":
            _states(axes, panel, told, run)
            _over_time(axes, run)
        case "values":
            _values(axes, panel, told)
        case "table":
            _table(axes, panel, told)


def _nothing(axes: Axes, panel: Panel) -> None:
    is_of_process = any("process_" in query.promql for query in panel.queries)
    text = NO_PROCESS if is_of_process else panel.empty or NOTHING
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, fontsize=14, color=QUIET, ha="center", va="center")


def _paler(color: str, times: int) -> str:
    """Return a color so that it is told apart where it has been used already."""
    parts = (int(COLORS[color][at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.5**times):02X}" for part in parts)


# -- Over time -----------------------------------------------------------------------------------------


def _lines(axes: Axes, told: Sequence[Told], run: Run) -> None:
    times = [run.begin + STEP_SECS * number for number in range(round((run.end - run.begin) / STEP_SECS) + 1)]
    minutes = [run.minutes(at) for at in times]
    for each in told:
        values = [each.series.values.get(at, nan) for at in times]  # a line ends where there is nothing
        style: Any = (0, (4, 2)) if each.is_dashed else "solid"
        axes.plot(minutes, values, color=each.color, linestyle=style, linewidth=2, label=each.name)


def _bars(axes: Axes, told: Sequence[Told], run: Run) -> None:
    below: Counter[float] = Counter()
    for each in told:
        values = each.series.values
        axes.bar(
            [run.minutes(at) for at in values],
            list(values.values()),
            width=-0.8 * BAR_SECS / MINUTE,  # a bar tells of the minute before its time
            align="edge",
            bottom=[below[at] for at in values],
            color=each.color,
            label=each.name,
        )
        below.update(values)


def _states(axes: Axes, panel: Panel, told: Sequence[Told], run: Run) -> None:
    lanes = sorted(told, key=lambda each: each.name, reverse=True)
    for lane, each in enumerate(lanes):
        for at, value in each.series.values.items():
            color = _color_of(panel, value) if panel.words else each.color
            axes.broken_barh([(run.minutes(at), STEP_SECS / MINUTE)], (lane - 0.35, 0.7), facecolor=color)
    axes.set_yticks(range(len(lanes)), [each.name for each in lanes])
    axes.set_ylim(-0.6, len(lanes) - 0.4)


def _across(axes: Axes, panel: Panel) -> None:
    """Draw what lies across: limits, and the grid of values, so that all limits are seen."""
    for step in panel.steps:
        axes.axhline(step.value, color=COLORS[step.color], linestyle=(0, (1, 1.5)), linewidth=2.5, zorder=1)
    bounds = [0, *axes.dataLim.intervaly, *(step.value for step in panel.steps)]
    lowest, highest = min(filter(isfinite, bounds)), max(filter(isfinite, bounds))
    room = 0.07 * (highest - lowest or 1)
    axes.set_ylim(lowest - room if lowest < 0 else 0, highest + room)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=panel.unit == units.Short))
    if panel.unit == units.PercentUnit:
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(axis="y", color=GRID, linewidth=0.8)


def _over_time(axes: Axes, run: Run) -> None:
    """Draw the time, and each moment with its number."""
    axes.set_axisbelow(True)
    axes.set_xlim(0, run.minutes(run.end))
    axes.xaxis.set_major_locator(MultipleLocator(5))
    axes.tick_params(labelsize=SMALL, color=FRAME)
    axes.set_xlabel("minutes", fontsize=SMALL, color=QUIET, labelpad=2)
    axes.spines[:].set_color(FRAME)
    axes.spines[["top", "right"]].set_visible(False)
    for number, moment in enumerate(run.moments[:-1], 1):
        at = moment.at_secs / MINUTE
        axes.axvline(at, color=FRAME, linewidth=0.8, zorder=0.5)
        over = axes.get_xaxis_transform()
        axes.text(at, 1.02, str(number), fontsize=SMALL - 1, color=QUIET, ha="center", transform=over)


def legend(axes: Axes, panel: Panel, *, columns: int, place: tuple[float, float]) -> None:
    """Draw the legend of a panel that has one.

    Args:
        axes: of the panel.
        panel: which.
        columns: how many names stand beside each other.
        place: where its upper left corner is, in shares of the axes.
    """
    handles: list[Any] = axes.get_legend_handles_labels()[0]
    if panel.draw == "states":
        handles = [Patch(color=COLORS[word.color], label=word.text) for word in panel.words.values()]
    if handles:
        axes.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=place,
            ncols=columns,
            fontsize=SMALL,
            frameon=False,
            handlelength=1.5,
            columnspacing=1.2,
            labelspacing=0.25,
            borderpad=0,
            borderaxespad=0,
        )


# -- At the end ----------------------------------------------------------------------------------------


def _values(axes: Axes, panel: Panel, told: Sequence[Told]) -> None:
    """Draw each value large, with its color before it."""
    axes.set_axis_off()
    for number, each in enumerate(told):
        middle = 1 - (number + 0.5) / len(told)
        color = _color_of(panel, each.value)
        square = axes.annotate("■", (0, middle), fontsize=24, color=color, va="center")
        value = _beside(axes, text_of(panel, each.value), square, fontsize=24)
        if each.name != THE_NODE:
            _beside(axes, each.name, value, fontsize=14)


def _beside(axes: Axes, text: str, left: Annotation, *, fontsize: int) -> Annotation:
    """Write something to the right of something else."""
    far: Any = {"xycoords": left, "textcoords": "offset points", "va": "center"}
    return axes.annotate(text, (1, 0.5), (10, 0), fontsize=fontsize, **far)


def _table(axes: Axes, panel: Panel, told: Sequence[Told]) -> None:
    """Draw a line a series, columns as wide as what stands in them."""
    lines = [
        [text_of(panel, each.value) if name == "Value" else each.series.labels.get(name, "") for name in panel.columns]
        for each in told
    ]
    heads = [*panel.columns.values()]
    wide = [max(map(len, column)) + 3 for column in zip(heads, *lines, strict=True)]
    axes.set_axis_off()
    axes.set_xlim(0, sum(wide))
    axes.set_ylim(len(lines) + HEADED, 0)
    for column, head in enumerate(heads):
        left = sum(wide[:column])
        axes.text(left, HEADED / 2, head, fontsize=SMALL, weight="bold", va="center")
        for number, (line, each) in enumerate(zip(lines, told, strict=True)):
            is_value = [*panel.columns][column] == "Value"
            color = _color_of(panel, each.value) if is_value else "black"
            axes.text(left, HEADED + number + 0.5, line[column], fontsize=SMALL, color=color, va="center")
    for number in range(len(lines) + 1):
        axes.axhline(HEADED + number, color=GRID, linewidth=0.8)


def text_of(panel: Panel, value: float) -> str:
    """Return a value as a panel shows it."""
    if word := panel.words.get(f"{value:g}"):
        return word.text
    match panel.unit:
        case units.DurationSeconds:
            return duration(value)
        case units.DatetimeISO:
            return datetime.fromtimestamp(value / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{value:g}"


def _color_of(panel: Panel, value: float) -> str:
    """Return the color of a value: that of its word, or of the last step below it."""
    if word := panel.words.get(f"{value:g}"):
        return COLORS[word.color]
    passed = [step.color for step in panel.steps if value >= step.value]
    return COLORS[passed[-1] if passed else panel.base]
