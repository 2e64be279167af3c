"""The matrix: scenarios down, presets across, and every cell leads to its run."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from reconciliation.drill.outcome import Outcome, Row, Verdict
from reconciliation.drill.report.page.markup import SIGNS, secs, sign, text, verdict_class
from reconciliation.drill.report.page.numbering import anchor

_NOWHERE = '<td class="nowhere">not played</td>'


def matrix(outcome: Outcome, numbers: Mapping[int, int]) -> str:
    """Return it; variations of one story are rows below the story's own.

    Args:
        outcome: all of a drill.
        numbers: which number a run has on the page, by its identity.
    """
    rows = outcome.rows
    presets = tuple(dict.fromkeys(row.preset for row in rows))
    cells = {(row.title, row.preset): row for row in rows}
    titles = tuple(dict.fromkeys(row.title for row in rows))
    head = "".join(f'<th scope="col">{text(preset)}</th>' for preset in presets)
    body = "".join(_group(name, tuple(group), presets, cells, numbers) for name, group in groupby(titles, key=_story))
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="Matrix, scrolls sideways">'
        f'<table class="matrix"><thead><tr><th scope="col">Scenario</th>{head}</tr></thead>{body}</table></div>'
    )


def _story(title: str) -> str:
    return title.partition(" [")[0]


def _group(
    name: str,
    titles: Sequence[str],
    presets: Sequence[str],
    cells: Mapping[tuple[str, str], Row],
    numbers: Mapping[int, int],
) -> str:
    if len(titles) == 1:
        return f"<tbody>{_line(titles[0], titles[0], presets, cells, numbers)}</tbody>"
    lines = "".join(
        _line(title, title.removeprefix(name).strip(" []") or title, presets, cells, numbers) for title in titles
    )
    worst = max((row.verdict for key, row in cells.items() if key[0] in titles), key=list(Verdict).index)
    counts = "".join(f"<td>{_counted([cells.get((title, preset)) for title in titles])}</td>" for preset in presets)
    opened = " data-open" if worst is Verdict.FAIL else ""
    return (
        f'<tbody class="story"{opened}><tr class="head"><th scope="row"><button type="button" aria-expanded="true">'
        f"{text(name)} <small>{len(titles)} variations</small></button></th>{counts}</tr>{lines}</tbody>"
    )


def _counted(rows: Sequence[Row | None]) -> str:
    verdicts = [row.verdict for row in rows if row is not None]
    return " ".join(
        f'<span class="{verdict_class(verdict)}" title="{count} {text(verdict)}">'
        f'<span aria-hidden="true">{SIGNS[verdict]}</span> {count}<span class="unseen"> {text(verdict)}</span></span>'
        for verdict in reversed(Verdict)
        if (count := verdicts.count(verdict))
    )


def _line(
    title: str,
    shown: str,
    presets: Sequence[str],
    cells: Mapping[tuple[str, str], Row],
    numbers: Mapping[int, int],
) -> str:
    found = (cells.get((title, preset)) for preset in presets)
    inner = "".join(_NOWHERE if row is None else f"<td>{_cell(row, numbers)}</td>" for row in found)
    return f'<tr><th scope="row">{text(shown)}</th>{inner}</tr>'


def _cell(row: Row, numbers: Mapping[int, int]) -> str:
    run = max(row.runs, key=lambda each: list(Verdict).index(each.verdict))
    counted = f" {len(row.failed)} of {len(row.runs)}" if len(row.runs) > 1 and row.failed else ""
    longest = row.agreed(1.0)
    took = "" if longest is None else f' <small title="agreed after, at the most">{secs(longest)}</small>'
    return (
        f'<a class="{verdict_class(row.verdict)}" href="#{anchor(numbers[id(run)])}">'
        f"{sign(row.verdict)} {text(row.verdict)}{counted}{took}</a>"
    )
