"""The page of measured figures, and its pictures, show what was kept."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from benchmarks import boot, goals, results
from benchmarks.boot import Booted, Step
from benchmarks.goals import Goal
from benchmarks.limits.measuring import RECON, STOCK
from benchmarks.limits.starts import BUILT_UP, COLD, Found, Starts
from figures import boot_picture, growth_picture, performance, simulator
from figures.page import written

TEXT = "{http://www.w3.org/2000/svg}text"


def texts(drawn: str) -> list[str | None]:
    return [text.text for text in ET.fromstring(drawn).iter(TEXT)]  # noqa: S314 - our own


@pytest.mark.parametrize("name", performance.BLOCKS)
def test_the_page_shows_the_figures_that_were_kept(name: str) -> None:
    assert written(name, performance.PAGE) == "\n".join(performance.BLOCKS[name]()).strip("\n")


def test_the_pictures_show_the_figures_that_were_kept() -> None:
    page = performance.PAGE.read_text("utf-8")
    for file, text in performance.pictures().items():
        assert file.read_text("utf-8") == text
        assert f"(guides/images/{file.name})" in page


def test_all_marks_of_the_page_are_written() -> None:
    marks = re.findall(r"<!-- (\w+) begins", performance.PAGE.read_text("utf-8"))
    assert sorted(marks) == sorted(performance.BLOCKS)


def test_every_goal_stands_on_the_page_with_a_verdict() -> None:
    rows = [row for row in written("goals", performance.PAGE).splitlines()[2:] if row]
    wanted = [*performance.all_goals()]
    assert len(rows) == len(wanted) + 1  # and the month
    for row, goal in zip(rows, wanted, strict=False):
        assert row.startswith(f"| {goal.name} |")
        assert row.endswith(f"| {'met' if goal.is_met else '**missed**'} |")


def test_a_goal_is_met_up_to_its_bound() -> None:
    most = Goal(name="a start", bound=20, measured=20.0, unit="s")
    least = Goal(name="orders", bound=1.0, measured=0.99, at_least=True, note="of one run")
    counted = Goal(name="orders", bound=2_000, measured=2_001, unit="")
    unmeasured = Goal(name="a start", bound=20, measured=None)
    assert [goal.is_met for goal in (most, least, counted, unmeasured)] == [True, False, False, False]
    assert [*goals.table([most, least, counted])][2:] == [
        "| a start | at most 20 s | 20.00 s | met |",
        "| orders | at least 1 x | 0.99 x (of one run) | **missed** |",
        "| orders | at most 2,000 | 2,001 | **missed** |",
    ]
    assert [*goals.table([unmeasured], are_judged=False)][2:] == ["| a start | at most 20 x | not measured |"]
    assert goals.read(goals.data([most, least])) == (most, least)


def test_small_sizes_are_printed_unjudged_and_written_nowhere(tmp_path: Path) -> None:
    for name in performance.PARTS:
        results.keep(tmp_path / f"{name}.json", {}, [Goal(name=f"goal of {name}", bound=1, measured=2.0)])
    before = performance.PAGE.read_bytes()
    done = CliRunner().invoke(performance.main, ["--show", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert [
        name for name in performance.PARTS if f"| goal of {name} | at most 1 x | 2.00 x |\n" not in done.stdout
    ] == []
    assert "missed" not in done.stdout
    assert performance.PAGE.read_bytes() == before


def test_what_was_measured_is_kept_with_its_surroundings(tmp_path: Path) -> None:
    results.keep(tmp_path / "deep" / "part.json", {"found": [1]}, [])
    told = json.loads((tmp_path / "deep" / "part.json").read_text("utf-8"))
    assert told["found"] == [1]
    line = results.line(told["on"])
    assert re.fullmatch(
        r"\d+ processors( \(.+\))?, \d+ GiB of memory, Linux \w+; Python 3\.\d+\.\d+,"
        r" NautilusTrader 1\.\d+\.\d+, Valkey \d+\.\d+\.\d+; \d{4}-\d\d-\d\d",
        line,
    )


def test_growth_is_drawn_on_logarithmic_axes() -> None:
    found = Found(
        Starts(kind=kind, state=COLD, history=BUILT_UP, symbols=1, orders=orders, secs=[secs], cpu_secs=[secs])
        for kind, orders, secs in ((RECON, 10, 1.0), (RECON, 100, 3.0), (RECON, 1_000, 9.0), (STOCK, 10, 4.0))
    )
    drawn = growth_picture.svg(found)
    (way,) = re.findall(r'<path class="line recon cold" d="M([^h"]+L[^"]+)"', drawn)
    points = [tuple(map(float, point.split())) for point in way.split("L")]
    (x0, y0), (x1, y1), (x2, y2) = points
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y1 - y0 == pytest.approx(y2 - y1, abs=0.2)
    assert y0 > y1
    assert "the limit, 30 s" in texts(drawn)


def test_a_bar_is_as_long_as_its_steps() -> None:
    boots = [
        Booted("built", 1, 2.0, 1.0, 1.0, 1.0, 1.0, (Step("imports", 0.5, 0.4), Step("running", 2.0, 1.0))),
        Booted("by hand", 1, 1.0, 1.0, 1.0, 1.0, 1.0, (Step("imports", 0.5, 0.4), Step("running", 1.0, 1.0))),
    ]
    drawn = boot_picture.svg(boots)
    widths = [float(width) for width in re.findall(rf'width="([\d.]+)" height="{boot_picture.BAR:g}"', drawn)]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 3, 1, 1], abs=0.01)
    assert "running 1.50 s" in texts(drawn)


def test_every_step_of_a_boot_has_a_colour() -> None:
    steps = {step.name for each in boot.read(performance.kept("boot")["boots"]) for step in each.steps}
    assert steps <= boot_picture.COLOURS.keys()


def test_a_speed_says_whether_its_goal_is_met() -> None:
    speed = simulator.Speed(
        name="seeds", runs=10, processes=1, wall_secs=10, virtual_secs=4_000, wrong=2, goal="300", is_met=True
    )
    assert speed.cells() == ("seeds", "10", "1", "10 s", "400", "2", "300: met")
