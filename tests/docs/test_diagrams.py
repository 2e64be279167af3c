"""The diagrams are those that the generator makes, name what there is, and are legible in light and in dark."""

import asyncio
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args
from xml.etree import ElementTree as ET

import pytest
from browser import page
from nautilus_trader.model.enums import OrderStatus

from reconciliation.engine import lifecycle
from reconciliation.engine.fills import NewFills, Snapshot
from reconciliation.engine.report import ReconciliationReport
from reconciliation.layers import known
from reconciliation.layers.resolve import load
from reconciliation.monitor.status import State
from reconciliation.node.observation import Observation
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of
from reconciliation.settings.guards import GUARDS

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = {name: ROOT / "docs" / "guides" / "images" / f"{name}.svg" for name in ("boot", "order")}
GUIDE: Final = (ROOT / "docs" / "guides" / "reconciliation.md").read_text("utf-8")
SVG: Final = "{http://www.w3.org/2000/svg}"
LEGIBLE: Final = 4.5
"""The least contrast of text, by the guidelines on accessibility."""
STICKS_OUT: Final = """
(() => {
    const boxes = [...document.querySelectorAll("rect")].map(each => each.getBBox());
    const inside = (line, box) => line.x >= box.x && line.x + line.width <= box.x + box.width
        && line.y >= box.y && line.y + line.height <= box.y + box.height;
    return [...document.querySelectorAll("text")].filter(text => {
        const line = text.getBBox(), middle = line.y + line.height / 2;
        return !inside(line, boxes.findLast(box => box.y <= middle && middle <= box.y + box.height));
    }).map(text => text.textContent);
})()
"""
"""The lines that do not stand within the box that they belong to; what leads to a box stands on the ground."""


@pytest.fixture
def diagrams(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The generator, which is a script beside the pages."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    yield import_module("diagrams")
    for name in ("diagrams", "drawing"):
        sys.modules.pop(name, None)


def texts(name: str, kind: str) -> list[str]:
    """The lines of a kind, as they stand in the file."""
    lines = ET.fromstring(FILES[name].read_text("utf-8")).iter(f"{SVG}text")  # noqa: S314 - our own file
    return [line.text or "" for line in lines if kind in line.attrib["class"].split()]


def test_the_files_are_what_the_generator_makes(diagrams: Any) -> None:
    made = diagrams.diagrams()
    assert {ROOT / name for name in made} == set(FILES.values())
    assert all((ROOT / name).read_text("utf-8") == text for name, text in made.items())


@pytest.mark.parametrize("name", FILES)
def test_every_setting_guard_event_and_stage_that_is_named_exists(name: str) -> None:
    settings = {setting.key for setting in known.settings_by_path().values()}
    events = {kind.__name__ for kind in get_args(lifecycle.Event)}
    stages = set(get_args(lifecycle.Stage))
    found = texts(name, "code")
    assert len(found) > 5
    for word in found:
        kind, _, told = word.rpartition(" ")
        names = {"event": events, "guard": set(GUARDS), "": settings | stages}[kind]
        assert told in names or f"reconciliation.{told}" in names, word


def test_a_name_that_is_not_there_is_an_error(diagrams: Any) -> None:
    with pytest.raises(KeyError):
        diagrams.setting("open_check_interval_sec")
    with pytest.raises(KeyError):
        diagrams.setting("cache.startup_delay_secs")
    with pytest.raises(KeyError):
        diagrams.guard("venue_trade")


def test_a_boot_has_every_stage_and_every_state_in_its_order() -> None:
    stages = [word for word in texts("boot", "tag") if " " not in word]
    assert stages == [*get_args(lifecycle.Stage)]
    states = [State(word) for word in texts("boot", "head") if word.isupper()]
    assert states == [State.INITIALIZING, *states_of_a_boot()]


def states_of_a_boot() -> list[State]:
    """The states that a node turns to at the events which the drawing names beside them."""
    settings = load(env={}, settings_dir=ROOT / "settings")
    node = Observation(settings, plan(subject_of(settings)), ("A",), now=lambda: 1.0)
    report = ReconciliationReport(
        reconciled=True,
        reason="",
        duration_secs=1.0,
        venue=None,
        node_positions={},
        differences=(),
        before=Snapshot(),
        after=Snapshot(),
        fills=NewFills(),
    )
    events: dict[str, lifecycle.Event] = {
        "Connected": lifecycle.Connected((), 1.0),
        "Verified": lifecycle.Verified(report),
        "Started": lifecycle.Started(1.0),
    }
    states = []
    for name in [word.removeprefix("event ") for word in texts("boot", "tag") if word.startswith("event ")]:
        node(events[name])
        states.append(node.status.picture.state)
    return states


def test_an_order_becomes_what_the_engine_knows() -> None:
    lines = texts("order", "head") + texts("order", "text")
    named = set(re.findall(r"\b[A-Z_]{5,}\b", "\n".join(lines)))
    assert {"SUBMITTED", "ACCEPTED", "REJECTED"} <= named <= set(OrderStatus.__members__)


@pytest.mark.parametrize("name", FILES)
def test_the_guide_says_in_words_what_it_shows(name: str) -> None:
    (told,) = re.findall(rf"!\[([^\]]+)\]\(images/{name}\.svg\)", GUIDE)
    assert len(told) > 200


# -- Legible -----------------------------------------------------------------------------------------


def colours(style: str) -> dict[str, str]:
    return dict(re.findall(r"^ *([\w., ]+) \{.*fill: (#\w{6});", style, re.MULTILINE))


def contrast(one: str, other: str) -> float:
    first, second = sorted((luminance(one), luminance(other)))
    return (second + 0.05) / (first + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", FILES)
def test_text_stands_out_from_its_ground_in_both_schemes(name: str) -> None:
    (style,) = re.findall(r"<style>(.*)</style>", FILES[name].read_text("utf-8"), re.DOTALL)
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for scheme in (light, dark):
        told = colours(scheme)
        inks = {colour for kind, colour in told.items() if kind.startswith("text")}
        grounds = {colour for kind, colour in told.items() if kind.startswith("rect")}
        assert len(inks) == 2
        assert len(grounds) == 6
        assert [(ink, ground) for ink in inks for ground in grounds if contrast(ink, ground) < LEGIBLE] == []


def test_a_line_that_is_too_long_is_an_error(diagrams: Any) -> None:
    drawing = import_module("drawing")
    with pytest.raises(ValueError, match="does not fit"):
        drawing.svg("", "", [drawing.Box("a line " * 20)])


@pytest.mark.parametrize("name", FILES)
def test_a_real_chromium_keeps_every_line_in_its_box(name: str, nothing_left_behind: None) -> None:
    async def look() -> None:
        async with page() as browser:
            for scheme in ("light", "dark"):
                await browser.resize(390)
                await browser.prefer(scheme)
                await browser.open(FILES[name].as_uri())
                assert await browser.value(STICKS_OUT) == []

    asyncio.run(look())
