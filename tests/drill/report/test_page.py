"""The page of a drill: made of real runs, it tells all there is to tell of them."""

import re
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace
from planted import SHIPPED, drilled, outcome, own_job, run

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.outcome import Outcome, Run
from reconciliation.drill.planning import recorded
from reconciliation.drill.report.page import page as page_module
from reconciliation.drill.report.page.page import html
from reconciliation.drill.runs.job import Recording
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.virtual import KEYS

AWAY = "venue down [30 s, refusing]"
ALONE = {"meta", "link", "input", "br"}
"""Elements without an end."""
UNENDED = {"li"}
"""Elements whose end may be left out."""


@pytest.fixture(scope="module")
def real(drill_pool: Pool) -> Outcome:
    return drilled(drill_pool)


@pytest.fixture(scope="module")
def shown(real: Outcome) -> str:
    return html(real)


class Balanced(HTMLParser):
    """Sees that every element ends where it should, and gathers ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids += [value for key, value in attrs if key == "id" and value]
        self.links += [value for key, value in attrs if key == "href" and value and value.startswith("#")]
        self.outside += [value for key, value in attrs if key in {"src", "href"} and value and value[0] != "#"]
        if tag not in ALONE:
            self.open.append(tag)
        assert "onclick" not in told

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] in UNENDED - {tag}:
            self.open.pop()
        assert self.open.pop() == tag


def parts(shown: str) -> dict[str, str]:
    """Each run's part of the page, by its title."""
    found = re.split(r'(?=<details class="run")', shown)[1:]
    return {re.search(r'class="title">(.*?)<', part)[1]: part for part in found}  # type: ignore[index]


def words(part: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


# -- What it tells -----------------------------------------------------------------------------------


def test_it_is_well_formed_and_every_link_leads_somewhere_on_it(shown: str) -> None:
    read = Balanced()
    read.feed(shown)
    assert read.open == []
    assert len(set(read.ids)) == len(read.ids)
    assert {link[1:] for link in read.links} <= set(read.ids)
    assert {f"run-{number}" for number in (1, 2, 3, 4)} <= {link[1:] for link in read.links}
    assert read.outside == ["data:,"]


def test_it_opens_with_what_was_drilled_and_how_it_ended(shown: str) -> None:
    head = words(shown.partition("<main>")[0].partition("<body>")[2])
    assert head.startswith("recon drill ✕ 1 of 4 runs failed recon 0.1.0 Scenarios 4 Seeds 1 Market time")
    assert f"standard {SHIPPED.fingerprint} 4 ✓ 2 ◐ 1 ✕ 1" in head
    assert SHIPPED.fingerprint == SHIPPED.load().fingerprint


def test_the_matrix_folds_variations_below_their_story(shown: str) -> None:
    matrix = words(re.search(r'<table class="matrix">.*?</table>', shown)[0])  # type: ignore[index]
    assert matrix.startswith("Scenario standard unseen 2 variations ✕ 1 FAIL ◐ 1 known limit full ✕ FAIL")
    assert "told ◐ known limit" in matrix
    assert f"{AWAY} ✓ pass" in matrix


def test_a_failed_run_is_first_open_and_told_whole(shown: str) -> None:
    title, part = next(iter(parts(shown).items()))
    assert title == "unseen [full]"
    assert part.partition(">")[0].endswith(" open")
    told = words(part)
    assert "Nobody looks for a lost fill." in told
    assert "missing fill BTCUSDT-PERP.BINANCE:1001 0.010 at 50000.00 of resting" in told
    assert "not within 5.0 s" in told
    assert "position BTCUSDT-PERP.BINANCE 0.01 0 ✕ net" in told
    assert "order resting FILLED BUY 0.01 of 0.01 BTCUSDT ACCEPTED BUY 0 of 0.01, DRILL-D01 ✕ status, filled" in told
    assert "drill the stream tells nothing" in told
    assert "venue resting traded 0.010 at 50000.00, trade 1001" in told
    assert "oracle phantom position: BTCUSDT-PERP.BINANCE: 0.010 at the venue, 0 on the node" in told
    assert "reconciliation.enabled = false" in told


def test_a_known_limit_shows_its_reason_and_is_no_pass(shown: str) -> None:
    part = parts(shown)["unseen [told]"]
    assert 'data-verdict="known"' in part
    assert "(wrong status, wrong quantity, wrong price, missing fill, phantom position, not converged)" in part
    assert "reconciliation is off" in words(part)


def test_a_timeline_has_every_lane_and_both_positions(shown: str) -> None:
    part = parts(shown)[AWAY]
    drawing = re.search(r'<div class="timeline".*?</svg></div>', part)[0]  # type: ignore[index]
    assert re.findall(r'<g class="(\w+)" transform', drawing) == [
        *("fault", "drill", "venue", "stream", "node"),
        *["calls"] * 7,
        *("orders", "judged", "position"),
    ]
    assert "20.7 s to 50.7 s: the venue is away" in drawing
    assert drawing.count("BTCUSDT at the venue") == drawing.count("BTCUSDT on the node") == 1
    assert "50.7 s to 57.7 s: agreed after 7.0 s" in drawing
    assert "positionRisk: asked 46 times, failed 6 times" in drawing
    assert words(part).count("GET /fapi/v3/positionRisk broke off (6 times until") == 1


def test_no_secret_and_no_folder_of_this_machine_is_on_it(real: Outcome, shown: str) -> None:
    here = str(Path(__file__).resolve().parents[3])
    job = own_job("quiet")
    broken = Run(job=job, played=job.failed(f"No such file: {here}/reconciliation/x.toml"), wall_secs=0.5)
    text = shown + html(outcome([*real.runs, broken]))
    assert "No such file: reconciliation/x.toml" in text
    for secret in (KEYS.api_key, KEYS.api_secret, "signature", here, str(Path.home()) + "/", "http://", "https://"):
        assert secret not in text.replace("http://127.0.0.1:1/fapi", ""), secret


# -- What it is made of ------------------------------------------------------------------------------


def test_whatever_a_run_says_is_escaped() -> None:
    bad = '<script>alert("1")</script>\x1b[31m'
    shown = html(outcome([run("a [<b>]", Kind.MISSING_FILL, text=bad, known={Kind.WRONG_OWNER: bad})]))
    assert "<b>]" not in shown
    assert bad not in shown
    assert escape(bad.replace("\x1b", "\\x1b")) in shown
    assert shown.count("<script>") == 1


def test_presets_stand_side_by_side_and_what_was_not_played_says_so() -> None:
    runs = (run("a [1]"), run("b"), run("a [1]", Kind.MISSING_FILL, preset="aggressive"))
    shown = html(outcome(runs))
    matrix = words(re.search(r'<table class="matrix">.*?</table>', shown)[0])  # type: ignore[index]
    assert matrix == "Scenario standard aggressive a [1] ✓ pass 1.5 s ✕ FAIL 1.5 s b ✓ pass 1.5 s not played"
    assert list(parts(shown)) == ["a [1] · aggressive", "a [1] · standard", "b · standard"]


def test_seeds_are_one_row_that_leads_to_the_worst_of_them() -> None:
    runs = [run(seed=seed) for seed in range(1, 30)] + [run("seed", Kind.MISSING_FILL, seed=30)]
    shown = html(outcome(runs, wanted=40, stopped_by="SIGINT"))
    assert 'seeds 1 to 30</th><td><a class="fail" href="#run-1">' in shown
    assert "1 of 30 <small" in shown
    assert list(parts(shown))[:2] == ["seed 30", "seed 1"]
    assert "SIGINT, 10 runs not played" in shown
    assert "No timeline" in parts(shown)["seed 1"]


def test_a_drill_that_was_stopped_is_no_success() -> None:
    assert "✕ recon drill: only 1 of 2 runs were played" in html(outcome([run()], wanted=2))
    assert "✕ recon drill: only 0 of 2 runs were played" in html(outcome([], wanted=2))


def test_the_first_of_a_story_are_recorded_and_of_the_others_what_goes_wrong() -> None:
    seeds = [run(seed=seed).job for seed in range(25)]
    stories = [run("a", seed=seed).job for seed in (1, 2)]
    kept = [job.recording for job in recorded([*seeds, *stories])]
    assert kept == [Recording.EVERY] * 20 + [Recording.WRONG] * 5 + [Recording.EVERY, Recording.WRONG]


def test_what_goes_right_is_recorded_only_where_it_is_asked_for(drill_pool: Pool) -> None:
    job = own_job("quiet")
    assert job.recording is Recording.NONE
    (every,) = recorded([job])
    runs = [finished.played for finished in drill_pool.play([job, every])]
    assert [each.record is None for each in runs] == [True, False]
    assert len({each.digest for each in runs}) == 1


def test_where_only_failures_are_recorded_what_goes_right_is_not(drill_pool: Pool) -> None:
    jobs = [replace(own_job(name), recording=Recording.WRONG) for name in ("quiet", "unseen [told]")]
    assert [finished.played.record is None for finished in drill_pool.play(jobs)] == [True, False]


def test_a_page_that_grows_too_large_lists_the_rest_without_timelines(
    real: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "MOST_CHARACTERS", 1)
    drawn = ["<svg" in part.partition("</details>")[0] for part in parts(html(real)).values()]
    assert drawn == [True, False, False, False]
