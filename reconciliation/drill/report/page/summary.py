"""The head of the page: what was drilled and how it ended."""

from collections.abc import Iterator
from typing import Final

from reconciliation.drill.outcome import Outcome, Run, Verdict, agreed_within
from reconciliation.drill.report.page.markup import badge, plural, secs, sign, text
from reconciliation.drill.report.text import left_open
from reconciliation.rules.figures import duration, number
from reconciliation.versions import package_version

_HEAD: Final = ("Preset", "Settings", "Runs", "Passed", "Known limit", "Failed", "p50", "p95", "max")


def headline(outcome: Outcome) -> tuple[Verdict, str]:
    """Return the verdict of all of it, and the sentence that opens the page."""
    failed, known = _count(outcome.runs, Verdict.FAIL), _count(outcome.runs, Verdict.KNOWN)
    if failed:
        return Verdict.FAIL, f"{failed:,} of {plural(len(outcome.runs), 'run')} failed"
    if not outcome.is_fine:
        return Verdict.FAIL, f"only {len(outcome.runs):,} of {plural(outcome.wanted, 'run')} were played"
    beside = f", {known:,} at a known limit" if known else ""
    return Verdict.PASS, f"Nothing unexpected in {plural(len(outcome.runs), 'run')}{beside}"


def summary(outcome: Outcome) -> str:
    """Return the verdict, the facts, and a line a preset."""
    verdict, words = headline(outcome)
    facts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in _facts(outcome))
    head = "".join(f'<th scope="col"{" class=n" if place > 1 else ""}>{name}</th>' for place, name in enumerate(_HEAD))
    rows = "".join(_row(preset, runs) for preset, runs in by_preset(outcome).items())
    remarks = "".join(f"<p class=remark>{text(line)}</p>" for line in _remarks(outcome))
    if remarks:
        remarks = f"<details class=more><summary>What settings never repair, by their plan</summary>{remarks}</details>"
    return (
        f'<p class="headline">{badge(verdict, words)}</p><dl class="facts">{facts}</dl>'
        f'<div class="wide" tabindex="0" role="group" aria-label="Presets, scrolls sideways"><table class="presets">'
        f'<thead><tr><td colspan="6"></td><th class="n over" colspan="3" scope="colgroup">time to agreement</th></tr>'
        f"<tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{remarks}"
    )


def by_preset(outcome: Outcome) -> dict[str, list[Run]]:
    """Return the runs of each preset, in the order they were asked for."""
    found: dict[str, list[Run]] = {}
    for run in outcome.runs:
        found.setdefault(run.preset, []).append(run)
    return found


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield "recon", text(package_version())
    stories = dict.fromkeys(run.job.schedule.name for run in outcome.runs if not run.job.is_of_a_seed)
    if stories:
        yield "Scenarios", f"{len(stories):,}"
    yield "Seeds", text(_seeds(outcome))
    yield "Market time", text(duration(outcome.virtual_secs))
    yield "Took", f"{text(duration(outcome.wall_secs))}, {text(number(round(outcome.speed)))} times real time"
    if outcome.stopped_by:
        yield "Stopped by", text(f"{outcome.stopped_by}, {outcome.wanted - len(outcome.runs)} runs not played")


def _seeds(outcome: Outcome) -> str:
    seeds = sorted({run.job.schedule.seed for run in outcome.runs})
    if not seeds:
        return "none"
    return str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"


def _row(preset: str, runs: list[Run]) -> str:
    counts = (
        f'<td class="n">{sign(verdict) + " " if count else ""}{count:,}</td>'
        for verdict in Verdict
        for count in (_count(runs, verdict),)
    )
    times = (f'<td class="n">{secs(agreed_within(runs, share))}</td>' for share in (0.5, 0.95, 1.0))
    return (
        f'<tr><th scope="row">{text(preset)}</th><td><code>{text(runs[0].job.chosen.fingerprint)}</code></td>'
        f'<td class="n">{len(runs):,}</td>{"".join(counts)}{"".join(times)}</tr>'
    )


def _remarks(outcome: Outcome) -> Iterator[str]:
    yield from dict.fromkeys(left_open(run) for run in outcome.runs if run.job.never)


def _count(runs: list[Run] | tuple[Run, ...], verdict: Verdict) -> int:
    return sum(run.verdict is verdict for run in runs)
