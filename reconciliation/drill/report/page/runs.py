"""One run: claim, verdict, timeline, ledger difference, and all that happened in words."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from reconciliation.drill.outcome import Run, Verdict
from reconciliation.drill.recorded.difference import Difference
from reconciliation.drill.recorded.difference import Row as Held
from reconciliation.drill.recorded.lanes import Lane, Mark, Moment
from reconciliation.drill.recorded.record import Record
from reconciliation.drill.report.page.markup import badge, plural, secs, text, verdict_class
from reconciliation.drill.report.page.numbering import anchor
from reconciliation.drill.report.page.timeline import timeline
from reconciliation.drill.stage import Settled

MOST_ANOMALIES: Final = 50
_LANES: Final = {Lane.VENUE: "venue", Lane.JUDGED: "oracle", Lane.REQUESTS: "request", Lane.ORDERS: "order"}
_WAITING: Final = frozenset({"wait", "until", "settle", "silence"})
_NO_RECORD: Final = "No timeline: the page keeps those of the first runs of a preset and of what went wrong."


def title_of(run: Run, *, with_preset: bool = False, with_seed: bool = False) -> str:
    """Return what a run is called."""
    seed = f", seed {run.job.schedule.seed}" if with_seed and not run.job.is_of_a_seed else ""
    return f"{run.job.title}{seed}{f' \N{MIDDLE DOT} {run.preset}' if with_preset else ''}"


def run_section(run: Run, number: int, title: str, *, with_timeline: bool) -> str:
    """Return a run as a part of the page that can be opened.

    Args:
        run: with what was recorded of it, if anything.
        number: which it is on the page.
        title: what it is called.
        with_timeline: whether what was recorded is shown.
    """
    record = run.played.record if with_timeline else None
    opened = " open" if number == 1 and run.verdict is Verdict.FAIL else ""
    kinds = ", ".join(dict.fromkeys(anomaly.kind for anomaly in run.played.anomalies))
    return (
        f'<details class="run" id="{anchor(number)}" data-verdict="{verdict_class(run.verdict)}"{opened}>'
        f'<summary>{badge(run.verdict)}<span class="title">{text(title)}</span>'
        f'<span class="beside">{text(kinds) or _agreed(run)}</span></summary>'
        f'<div class="body">{"".join(_told(run))}'
        f"{_recorded(record, title) if record is not None else f'<p class=remark>{_NO_RECORD}</p>'}</div></details>"
    )


def _told(run: Run) -> Iterator[str]:
    if run.job.text:
        yield f'<p class="claim">{text(run.job.text)}</p>'
    if run.verdict is Verdict.KNOWN:
        for reason in dict.fromkeys(run.job.known.values()):
            kinds = ", ".join(kind for kind, why in run.job.known.items() if why == reason)
            yield f'<p class="reason known"><b>Known limit</b> ({text(kinds)}): {text(reason)}</p>'
    if run.played.anomalies:
        yield _anomalies(run)
    facts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in _facts(run))
    yield f'<dl class="facts small">{facts}</dl>'


def _anomalies(run: Run) -> str:
    found = run.played.anomalies
    lines = "".join(
        f"<li><b>{text(each.kind)}</b>{' (known limit)' if each.kind in run.job.known else ''}"
        f" <code>{text(each.key)}</code> {text(each.text)}</li>"
        for each in found[:MOST_ANOMALIES]
    )
    more = f"<li>and {len(found) - MOST_ANOMALIES} more</li>" if len(found) > MOST_ANOMALIES else ""
    return f'<h4>Anomalies</h4><ul class="anomalies">{lines}{more}</ul>'


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    played = run.played
    yield "Agreement", text(", ".join(_settled(each) for each in played.settled) or "not looked for")
    yield "Lasted", secs(played.virtual_secs)
    yield "Node", text(f"{plural(played.boots, 'boot')}{f', {len(played.refused)} refused' if played.refused else ''}")
    yield "Venue", text(f"{plural(played.orders, 'order')}, {plural(played.fills, 'trade')}")
    yield "Seed", str(run.job.schedule.seed)
    if run.job.is_of_a_seed:
        yield "Derived", text(", ".join(f"{count} {what}" for what, count in _derived(run)))
    if run.job.chosen.needs:
        needs = (f"{key} = {json.dumps(value, default=str)}" for key, value in run.job.chosen.needs.items())
        yield "Needs", text(", ".join(needs))
    if played.digest:
        yield "Digest", f"<code>{text(played.digest[:16])}</code>"


def _agreed(run: Run) -> str:
    took = run.played.agreed_secs
    return "" if took is None else f"agreed after {secs(took)}"


def _settled(settled: Settled) -> str:
    return f"after {secs(settled.took_secs)}" if settled.has_agreed else f"not within {secs(settled.took_secs)}"


def _derived(run: Run) -> Iterator[tuple[str, int]]:
    counts = Counter(each.do for each in run.job.schedule.operations)
    return ((what, count) for what, count in counts.most_common() if what not in _WAITING)


# -- What was recorded -------------------------------------------------------------------------------


def _recorded(record: Record, title: str) -> str:
    return (
        f"<h4>Timeline</h4>{timeline(record, title)}"
        f"<h4>Ledger difference</h4>{_difference(record.difference)}"
        f"<details class=more><summary>All that happened, in words</summary>{_list(record.moments)}</details>"
    )


def _difference(found: Difference) -> str:
    if not found.rows:
        return "<p>Neither side holds anything.</p>"
    words = f"{found.wrong:,} held wrongly, " if found.wrong else "Both sides hold the same: "
    free = f", {found.free:,} that may differ, such as what is older than the node looks back" if found.free else ""
    rows = "".join(map(_held, found.rows))
    more = f"<p class=remark>and {found.left_out:,} more that are not shown</p>" if found.left_out else ""
    return (
        f"<p>{words}{found.alike:,} alike{free}.</p>"
        f'<div class="wide" tabindex="0" role="group" aria-label="Ledger difference, scrolls sideways">'
        f'<table class="ledger"><thead><tr><th scope="col">What</th><th scope="col">Which</th>'
        f'<th scope="col">Venue</th><th scope="col">Node</th><th scope="col">Differs in</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{more}"
    )


def _held(row: Held) -> str:
    if not row.differs:
        shade, differs = "", "alike"
    elif row.is_wrong:
        shade, differs = " class=fail", f"\N{MULTIPLICATION X} {text(row.differs)}"
    else:
        shade, differs = " class=free", f"{text(row.differs)}, as it may"
    return (
        f"<tr{shade}><td>{row.what}</td><td><code>{text(row.key)}</code></td>"
        f"<td>{text(row.venue)}</td><td>{text(row.node)}</td><td>{differs}</td></tr>"
    )


def _list(moments: Sequence[Moment]) -> str:
    return f'<ol class="log">{"".join(map(_line, moments))}</ol>'


def _line(moment: Moment) -> str:
    shade = "" if moment.mark is Mark.TICK else f" class={moment.mark}"
    times = "" if moment.until is None else f" ({moment.times} times until {moment.until:.1f} s)"
    return (
        f"<li{shade}><i>{moment.secs:.3f}</i>"
        f"<b>{_LANES.get(moment.lane, moment.lane.value)}</b> {text(moment.text)}{times}\n"
    )
