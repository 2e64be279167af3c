"""The pictures of the dashboard: every panel is in them, and what they show is what Prometheus answers."""

from collections.abc import Iterator, Mapping
from math import isnan
from pathlib import Path
from typing import Any

import parts
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from figures import monitoring, monitoring_drill
from figures.monitoring_drawing import COLORS, THE_NODE, Run, name_of, text_of
from figures.monitoring_picture import picture
from figures.monitoring_results import Results, results
from monitoring import servers
from monitoring.dashboard import ROWS
from monitoring.panels import RED, Panel, Query, Row
from reconciliation.drill.scrapes import Scrapes
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.monitor.families import PREFIX

PANELS: Mapping[str, tuple[Row, Panel]] = {panel.title: (row, panel) for row in ROWS for panel in row.panels}
OF_A_PROCESS = {"Memory", "CPU"}


@pytest.fixture(scope="module")
def scrapes() -> Scrapes:
    return monitoring_drill.scrapes()


@pytest.fixture(scope="module")
def answers(scrapes: Scrapes) -> Iterator[Results]:
    assert parts.promtool()
    assert parts.prometheus()
    with results(scrapes) as found:
        yield found


@pytest.fixture
def run(answers: Results) -> Run:
    return Run(answers.begin, answers.end, monitoring_drill.MOMENTS)


def scraped(scrapes: Scrapes, name: str) -> dict[float, float]:
    """The values of the only series of a name, by their times."""
    (values,) = (values for (each, _), values in scrapes.series.items() if each == name)
    return {scrapes.times[number]: value for number, value in values.items()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_every_panel_of_a_row_is_drawn(row: Row, answers: Results, run: Run) -> None:
    drawn = picture(row, answers, run)
    assert [axes.get_label() for axes in drawn.axes] == [panel.title for panel in row.panels]
    titles = {text.get_text() for text in drawn.texts}
    assert titles >= {row.title, *(panel.title for panel in row.panels)}
    for moment in run.moments[:-1]:
        assert moment.text in titles


@pytest.mark.parametrize("title", PANELS)
def test_a_panel_has_something_to_show(title: str, answers: Results) -> None:
    _, panel = PANELS[title]
    assert all(answers.of(panel)) is (title not in OF_A_PROCESS)


def test_a_line_is_what_was_scraped_and_ends_where_the_node_was_not_there(
    scrapes: Scrapes, answers: Results, run: Run
) -> None:
    row, panel = PANELS["Orders"]
    (axes,) = (axes for axes in picture(row, answers, run).axes if axes.get_label() == panel.title)
    lines = {line.get_label(): line for line in axes.lines}
    here = {at for at, value in scraped(scrapes, "up").items() if value}
    assert 0 < len(here) < len(scrapes.times)
    metrics = {"open": "open_orders", "in flight": "inflight_orders", "external": "external_orders"}
    for name, metric in metrics.items():
        points: Any = lines[name].get_xydata()
        assert [minute for minute, _ in points] == [run.minutes(at) for at in scrapes.times]
        shown = {at: value for at, (_, value) in zip(scrapes.times, points, strict=True) if not isnan(value)}
        assert shown == scraped(scrapes, PREFIX + metric)
        assert shown.keys() == here


def test_a_bar_is_what_was_counted_in_its_minute(scrapes: Scrapes, answers: Results, run: Run) -> None:
    row, panel = PANELS["External orders that appeared"]
    (axes,) = (axes for axes in picture(row, answers, run).axes if axes.get_label() == panel.title)
    heights = [round(bar.get_height()) for bar in axes.patches if isinstance(bar, Rectangle)]
    assert heights == [round(value) for value in answers.of(panel)[0][0].values.values()]
    counted = scraped(scrapes, f"{PREFIX}external_orders_seen_total")
    lives = scraped(scrapes, f"{PREFIX}boot_timestamp_seconds")
    in_each = {begun: max(counted[at] for at in counted if lives[at] == begun) for begun in lives.values()}
    assert sum(heights) == sum(in_each.values()) > 0


def test_a_name_leaves_the_node_out() -> None:
    labels = {"trader_id": "A-001", "account": "BINANCE-1", "check": "positions"}
    node = "{{trader_id}} / {{account}}"
    assert name_of(Query("", node), labels) == THE_NODE
    assert name_of(Query("", f"{node}: {{{{check}}}}, period"), labels) == "positions, period"
    assert name_of(Query("", "different"), {}) == "different"


@pytest.mark.parametrize(
    ("title", "value", "text"),
    [
        ("Reconciled", 0, "no"),
        ("State, and for how long", 238.9, "4 min"),
        ("Nodes", 1_800_000_000_000, "2027-01-15 08:00:00"),
        ("Last recovery", 2, "2"),
    ],
)
def test_a_value_is_told_in_words_or_in_its_unit(title: str, value: float, text: str) -> None:
    assert text_of(PANELS[title][1], value) == text


def test_there_is_a_file_for_each_row_and_no_other() -> None:
    assert set(monitoring.FOLDER.glob("monitoring*")) == {monitoring.file_of(row) for row in ROWS}


def test_a_file_keeps_the_colors_that_tell_things_apart() -> None:
    for color in (*COLORS.values(), "#FFFFFF", "#000000"):
        image = Image.new("RGB", (2, 2), color)
        assert monitoring.few_colors(image).convert("RGB").tobytes() == image.tobytes()
    with Image.open(monitoring.file_of(PANELS["Discrepancies"][0])) as kept:
        colors = kept.convert("RGB").getcolors()
        assert colors is not None
        assert COLORS[RED] in {"#{:02X}{:02X}{:02X}".format(*color) for _, color in colors if isinstance(color, tuple)}


def test_without_prometheus_it_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scrapes: Scrapes
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "FOLDER", tmp_path)
    with (
        pytest.raises(ProcessFailedError, match="there is no promtool here; `make parts` fetches it"),
        results(scrapes),
    ):
        pytest.fail("there is none to ask")
