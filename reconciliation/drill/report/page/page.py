"""The page: one file for a browser, without a script that it needs and without anything from elsewhere."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

import reconciliation
from reconciliation.drill.outcome import Outcome, Verdict
from reconciliation.drill.report.page.legend import legend
from reconciliation.drill.report.page.markup import SIGNS, plural, text, verdict_class
from reconciliation.drill.report.page.matrix import matrix
from reconciliation.drill.report.page.numbering import numbered, ordered
from reconciliation.drill.report.page.runs import run_section, title_of
from reconciliation.drill.report.page.summary import headline, summary

MOST_CHARACTERS: Final = 12_000_000
"""Of all runs; once the page is so large, the others are listed without a timeline."""
_HEADINGS: Final = {Verdict.FAIL: "Failed", Verdict.KNOWN: "At a known limit", Verdict.PASS: "Passed"}


def html(outcome: Outcome) -> str:
    """Return it."""
    numbers = numbered(outcome.runs)
    verdict, words = headline(outcome)
    page = _template("page.html").substitute(
        title=text(f"{SIGNS[verdict]} recon drill: {words}"),
        style=_template("page.css").template,
        script=_template("page.js").template,
        summary=summary(outcome),
        matrix=matrix(outcome, numbers),
        legend=legend(),
        filters=_filters(outcome),
        runs="".join(_sections(outcome, numbers)),
    )
    return _without_folders(page, outcome)


def _template(name: str) -> Template:
    return Template((files(__package__) / name).read_text("utf-8"))


def _filters(outcome: Outcome) -> str:
    verdicts = [run.verdict for run in outcome.runs]
    choices = [("", f"All {len(verdicts):,}")]
    choices += [
        (verdict_class(verdict), f"{SIGNS[verdict]} {heading} {verdicts.count(verdict):,}")
        for verdict, heading in _HEADINGS.items()
        if verdict in verdicts
    ]
    return "".join(
        f'<button type="button" data-filter="{value}" aria-pressed="{str(not value).lower()}">{text(words)}</button>'
        for value, words in choices
    )


def _sections(outcome: Outcome, numbers: Mapping[int, int]) -> Iterator[str]:
    size = 0
    several = {
        "with_preset": len({run.preset for run in outcome.runs}) > 1,
        "with_seed": len({run.job.schedule.seed for run in outcome.runs}) > 1,
    }
    for verdict, heading in _HEADINGS.items():
        runs = [run for run in ordered(outcome.runs) if run.verdict is verdict]
        if not runs:
            continue
        yield f'<section class="group"><h3>{heading} <small>{plural(len(runs), "run")}</small></h3>'
        for run in runs:
            fits = size < MOST_CHARACTERS
            section = run_section(run, numbers[id(run)], title_of(run, **several), with_timeline=fits)
            size += len(section)
            yield section
        yield "</section>"


def _without_folders(page: str, outcome: Outcome) -> str:
    """Return the page without the folders of this machine, which an error may name."""
    settings = {run.job.chosen.settings_dir for run in outcome.runs}
    known = [folder.resolve() for folder in settings if folder is not None]
    known += [Path(reconciliation.__file__).parent.parent, Path.cwd(), Path.home()]
    for folder in sorted({str(each) for each in known if len(each.parts) > 1}, key=len, reverse=True):
        page = page.replace(f"{text(folder)}/", "")
    return page
