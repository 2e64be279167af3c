"""The page of a drill in a real Chromium: seen whole on a screen and on a phone, in light and dark."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from browser import Page, chromium, page
from msgspec.structs import replace
from planted import drilled, outcome

from reconciliation.drill.report.page.page import html
from reconciliation.drill.runs.pool import Pool


@pytest.fixture(scope="module")
def shown(drill_pool: Pool) -> str:
    real = drilled(drill_pool).runs
    presets = ("conservative", "standard", "aggressive")
    beside = (replace(run, played=replace(run.played, preset=preset)) for preset in presets for run in real)
    return html(outcome(beside))


@pytest.fixture
def without_chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PATH", str(tmp_path))
    return monkeypatch


def test_without_chromium_it_is_told_how_to_get_it_and_ci_fails(without_chromium: pytest.MonkeyPatch) -> None:
    without_chromium.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="make parts"):
        chromium()
    without_chromium.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="make parts"):
        chromium()


def test_a_real_chromium_shows_it(shown: str, tmp_path: Path, nothing_left_behind: None) -> None:
    file = tmp_path / "drill.html"
    file.write_text(shown, "utf-8")

    async def look() -> None:
        async with page() as browser:
            await browser.resize(1_280)
            await browser.open(file.as_uri())
            assert await seen(browser, "table.matrix")
            assert await seen(browser, "#run-1 .timeline svg")
            assert await browser.value("getComputedStyle(document.querySelector('.matrix .fail')).color") != (
                await browser.value("getComputedStyle(document.querySelector('.matrix .pass')).color")
            )
            await its_script_works(browser)
            await it_fits_a_phone(browser)
            light, dark = [await ground(browser, scheme) for scheme in ("light", "dark")]
            assert light != dark
            assert (await browser.shot()).startswith(b"\x89PNG")
            assert browser.complaints == []
            assert browser.asked == [file.as_uri()]

    asyncio.run(look())


async def seen(browser: Page, selector: str) -> Any:
    """Whether an element is there, and has a size."""
    sized = "e.checkVisibility() && e.clientWidth > 100 && e.clientHeight > 50"
    return await browser.value(f"(e => e && {sized})(document.querySelector('{selector}'))")


async def its_script_works(browser: Page) -> None:
    runs = "[...document.querySelectorAll('details.run')].filter(run => run.checkVisibility()).map(run => run.id)"
    assert await browser.value(runs) == [f"run-{number}" for number in range(1, 13)]
    await browser.value("document.querySelector('button[data-filter=pass]').click()")
    assert await browser.value(runs) == [f"run-{number}" for number in range(7, 13)]
    assert not await seen(browser, "#run-4 .timeline svg")
    await browser.value("document.querySelector('.matrix a.known').click()")
    await browser.value("follow()")  # what the address's change does as soon as the browser comes to it
    assert await browser.value("[document.getElementById('run-4').open, document.activeElement.tagName]") == [
        True,
        "SUMMARY",
    ]
    assert await seen(browser, "#run-4 .timeline svg")


async def it_fits_a_phone(browser: Page) -> None:
    await browser.resize(375)
    await browser.value("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert await browser.value("[document.documentElement.scrollWidth, innerWidth]") == [375, 375]
    assert await browser.value("(e => e.scrollWidth > e.clientWidth)(document.querySelector('.timeline'))")


async def ground(browser: Page, scheme: str) -> Any:
    await browser.prefer(scheme)
    return await browser.value("getComputedStyle(document.body).backgroundColor")
