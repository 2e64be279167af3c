"""How a panel is drawn: from a few plain words to the models of Grafana's own SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common as styles
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE: Final = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
HEIGHT: Final = 7
MIN_STEP: Final = "1m"
"""From one bar to the next at least; what happened since the bar before is told at each."""

GREEN: Final = "green"
YELLOW: Final = "yellow"
RED: Final = "red"
BLUE: Final = "blue"
PURPLE: Final = "purple"
"""Neither good nor bad."""

Draw = Literal["lines", "bars", "states", "values", "table"]
"""Lines and bars over time; which state when; the values of now, large; one row a series."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel.

    Attributes:
        promql: what is asked.
        legend: the name of each series; `{{NAME}}` is the value of a label.
        is_dashed: whether its line is dashed: what is planned or allowed, beside what is measured.
    """

    promql: str
    legend: str = ""
    is_dashed: bool = False


class Step(NamedTuple):
    """From which value on a panel has another color."""

    value: float
    color: str


class Word(NamedTuple):
    """What is shown in place of a value."""

    text: str
    color: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        title: in a few words.
        text: what it shows, and what is good and bad; an operator reads it at night.
        unit: of its values, as Grafana names it.
        width: in columns; a line has 24.
        draw: how it is drawn.
        queries: what it shows.
        base: the color of values below every step.
        steps: where the color changes; lines are drawn there.
        colors: of series, by a regular expression that their names match.
        words: in place of values.
        columns: of a table: the labels that it shows, in order, with their headings.
        empty: in place of a value where there is none.
    """

    title: str
    text: str
    unit: str
    width: int
    draw: Draw
    queries: tuple[Query, ...]
    base: str = GREEN
    steps: tuple[Step, ...] = ()
    colors: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that answer one question."""

    title: str
    panels: tuple[Panel, ...]


type _Builder = timeseries.Panel | statetimeline.Panel | stat.Panel | table.Panel


def built(panel: Panel, number: int) -> _Builder:
    """Return a panel in Grafana's form.

    Args:
        panel: the panel.
        number: its own in the dashboard.
    """
    builder = _drawn(panel)
    builder.id(number).title(panel.title).description(panel.text).unit(panel.unit)
    builder.datasource(DATASOURCE).span(panel.width).height(HEIGHT)
    steps = [models.Threshold(value=None, color=panel.base), *(models.Threshold(*step) for step in panel.steps)]
    builder.thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
    if panel.words:
        results = {
            value: models.ValueMappingResult(text=text, color=color) for value, (text, color) in panel.words.items()
        }
        builder.mappings([models.ValueMap(options=results)])
    if panel.empty:
        builder.no_value(panel.empty)
    for pattern, color in panel.colors.items():
        builder.override_by_regexp(pattern, _properties(color={"mode": "fixed", "fixedColor": color}))
    for ref_id, query in zip("ABCDEFGH", panel.queries, strict=False):
        builder.with_target(_target(panel, query, ref_id))
        if query.is_dashed:
            dashed = {"custom.lineStyle": {"fill": "dash", "dash": [8, 8]}, "custom.fillOpacity": 0}
            builder.override_by_query(ref_id, _properties(**dashed))
    return builder


def _drawn(panel: Panel) -> _Builder:
    match panel.draw:
        case "lines":
            return _over_time(panel).draw_style(styles.GraphDrawStyle.LINE).fill_opacity(5)
        case "bars":
            bars = _over_time(panel).draw_style(styles.GraphDrawStyle.BARS).fill_opacity(80)
            return bars.stacking(common.StackingConfig().mode(styles.StackingMode.NORMAL)).interval(MIN_STEP)
        case "states":
            return statetimeline.Panel().show_value(styles.VisibilityMode.NEVER).fill_opacity(80).line_width(0)
        case "values":
            last = common.ReduceDataOptions().calcs(["lastNotNull"])
            values = stat.Panel().reduce_options(last).graph_mode(styles.BigValueGraphMode.NONE)
            return values.text_mode(styles.BigValueTextMode.VALUE_AND_NAME)
        case "table":
            colored = _properties(**{"custom.cellOptions": {"type": "color-text"}})
            return (
                table.Panel()
                .show_header(show_header=True)
                .transformations(_columns(panel))
                .override_by_name(panel.columns["Value"], colored)
            )


def _over_time(panel: Panel) -> timeseries.Panel:
    drawn = styles.GraphTresholdsStyleMode.LINE if panel.steps else styles.GraphTresholdsStyleMode.OFF
    return (
        timeseries.Panel()
        .axis_soft_min(0)
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(drawn))
        .legend(
            common.VizLegendOptions()
            .display_mode(styles.LegendDisplayMode.LIST)
            .placement(styles.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
        .tooltip(common.VizTooltipOptions().mode(styles.TooltipDisplayMode.MULTI).sort(styles.SortOrder.DESCENDING))
    )


def _columns(panel: Panel) -> list[models.DataTransformerConfig]:
    """Return what leaves the columns of a table, in their order and under their headings."""
    order = {name: index for index, name in enumerate(panel.columns)}
    return [
        models.DataTransformerConfig(id_val="filterFieldsByName", options={"include": {"names": [*order]}}),
        models.DataTransformerConfig(
            id_val="organize", options={"indexByName": order, "renameByName": dict(panel.columns)}
        ),
    ]


def _target(panel: Panel, query: Query, ref_id: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.promql).legend_format(query.legend).ref_id(ref_id)
    if panel.draw == "table":
        return target.instant().format(PromQueryFormat.TABLE)
    return target.instant() if panel.draw == "values" else target.range()


def _properties(**values: Any) -> list[models.DynamicConfigValue]:
    return [models.DynamicConfigValue(id_val=name, value=value) for name, value in values.items()]
