"""One run drawn: a row a lane over one time axis. No script draws it, and a list beside it tells the same in words."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from reconciliation.drill.recorded.lanes import Lane, Mark, Moment, Span
from reconciliation.drill.recorded.record import Record
from reconciliation.drill.recorded.requests import Calls
from reconciliation.drill.report.page.axis import WIDTH, Axis
from reconciliation.drill.report.page.markup import text
from reconciliation.drill.report.page.positions import chart
from reconciliation.drill.report.page.row import Row

HEIGHT: Final = 20
"""Of a row, in CSS pixels."""
THIN: Final = 13
"""Of a row of requests."""
MOST_CALLS: Final = 6
"""How many calls have a row of their own; the others share one."""
_AXIS: Final = 22
_LETTER: Final = 6.3
"""How wide a letter of a label is, at the most."""
_GAP: Final = 5
_ENOUGH: Final = 200
"""A label that is cut off at so many letters is whole in the list."""
_NAMES: Final = {
    Lane.DRILL: "drill does",
    Lane.VENUE: "venue's ledger",
    Lane.STREAM: "stream to node",
    Lane.NODE: "node",
    Lane.ORDERS: "node's orders",
    Lane.JUDGED: "judged",
}


def timeline(record: Record, title: str) -> str:
    """Return a run's drawing with the names of its rows."""
    axis = Axis(record.secs)
    rows = list(_rows(record, axis))
    height = sum(row.height for row in rows) + _AXIS
    labels = "".join(f'<div class="{row.name}" style="height:{row.height}px">{row.label}</div>' for row in rows)
    labels += f'<div style="height:{_AXIS}px">{axis.unit}</div>'
    told = text(f"Timeline of {title}; the list of what happened tells the same.")
    return (
        f'<div class="timeline" tabindex="0" role="group" aria-label="Timeline, scrolls sideways">'
        f'<div class="rows" aria-hidden="true">{labels}</div>'
        f'<svg width="{WIDTH}" height="{height}" role="img" aria-label="{told}">'
        f"{_grid(axis, height)}{''.join(_placed(rows))}</svg></div>"
    )


def _grid(axis: Axis, height: int) -> str:
    ticks = tuple(axis.ticks())
    lines = "".join(f"M{x} 0V{height - _AXIS}" for x, _ in ticks)
    names = "".join(f'<text x="{x}" y="{height - 7}">{name}</text>' for x, name in ticks)
    return f'<path class="grid" d="{lines}"/><g class="axis">{names}</g>'


def _placed(rows: Iterable[Row]) -> Iterator[str]:
    y = 0
    for row in rows:
        yield f'<g class="{row.name}" transform="translate(0 {y})">{row.drawing}</g>'
        y += row.height


def _rows(record: Record, axis: Axis) -> Iterator[Row]:
    yield from _faults([span for span in record.spans if span.lane is Lane.DRILL], axis)
    for lane, name in _NAMES.items():
        if lane is Lane.ORDERS:
            yield from _requests(record.calls, axis)
        spans = [span for span in record.spans if span.lane is lane and lane is not Lane.DRILL]
        moments = [moment for moment in record.moments if moment.lane is lane]
        if spans or moments:
            yield Row(lane.value, text(name), HEIGHT, _bars(spans, axis) + _marks(moments, axis))
    for curve in record.curves:
        yield chart(curve, axis)


# -- Faults: each with its name, one below the other where they overlap -----------------------------


def _faults(spans: Sequence[Span], axis: Axis) -> Iterator[Row]:
    ends: list[float] = []
    drawn: list[list[str]] = []
    for span in spans:
        begin, end = axis.x(span.begin), max(axis.x(span.end), axis.x(span.begin) + 3)
        shown = span.text if len(span.text) <= _ENOUGH else f"{span.text[:_ENOUGH]}…"
        wide = len(shown) * _LETTER
        left, right, label = _labelled(begin, end, wide)
        line = next((number for number, taken in enumerate(ends) if taken < left), len(ends))
        if line == len(ends):
            ends.append(0.0)
            drawn.append([])
        ends[line] = right + _GAP
        title = f"<title>{text(_lasted(span))}</title>"
        drawn[line].append(f'<rect x="{begin}" y="2" width="{end - begin:.1f}" height="15" rx="2">{title}</rect>')
        drawn[line].append(f'<text x="{label:.1f}" y="13.5">{text(shown)}</text>')
    for number, parts in enumerate(drawn):
        yield Row("fault", "faults" if number == 0 else "", HEIGHT, "".join(parts))


def _labelled(begin: float, end: float, wide: float) -> tuple[float, float, float]:
    """Return from where to where a bar with its label reaches, and where the label begins."""
    if wide + 2 * _GAP <= end - begin:
        return begin, end, begin + _GAP
    if end + _GAP + wide <= WIDTH:
        return begin, end + _GAP + wide, end + _GAP
    if begin - _GAP - wide >= 0:
        return begin - _GAP - wide, end, begin - _GAP - wide
    return begin, WIDTH, begin + _GAP


def _lasted(span: Span) -> str:
    return f"{span.begin:.1f} s to {span.end:.1f} s: {span.text}"


# -- What lasts and what happens ---------------------------------------------------------------------


def _bars(spans: Iterable[Span], axis: Axis) -> str:
    return "".join(
        f'<rect class="{span.shade}" x="{axis.x(span.begin)}" y="6"'
        f' width="{max(axis.x(span.end) - axis.x(span.begin), 1.5):.1f}" height="8">'
        f"<title>{text(_lasted(span))}</title></rect>"
        for span in spans
    )


def _marks(moments: Iterable[Moment], axis: Axis) -> str:
    """Draw moments; those that fall on one place are one mark that tells them all."""
    by_place: dict[tuple[Mark, int], list[Moment]] = {}
    for moment in moments:
        by_place.setdefault((moment.mark, round(axis.x(moment.secs))), []).append(moment)
    lasting = "".join(
        f"M{axis.x(moment.secs)} 10H{axis.x(moment.until)}"
        for group in by_place.values()
        for moment in group
        if moment.until is not None
    )
    drawn = f'<path class="again" d="{lasting}"/>' if lasting else ""
    for mark in (Mark.TICK, Mark.WRONG, Mark.TRADE):  # the last is on top
        for (kind, x), group in by_place.items():
            if kind is mark:
                told = "&#10;".join(text(_told(moment)) for moment in group)
                drawn += f'<path class="{mark}" d="{SHAPES[mark].format(x=x)}"><title>{told}</title></path>'
    return drawn


SHAPES: Final = {
    Mark.TICK: "M{x} 4v12",
    Mark.TRADE: "M{x} 6a4 4 0 1 0 .1 0z",
    Mark.WRONG: "M{x} 10m-3.5 -3.5l7 7m0 -7l-7 7",
}


def _told(moment: Moment) -> str:
    times = "" if moment.until is None else f" ({moment.times} times until {moment.until:.1f} s)"
    return f"{moment.secs:.1f} s: {moment.text}{times}"


# -- Requests: a row a call, so that the rhythm of each check is seen --------------------------------


def _requests(calls: Sequence[Calls], axis: Axis) -> Iterator[Row]:
    own = calls if len(calls) <= MOST_CALLS + 1 else calls[:MOST_CALLS]
    for call in own:
        yield _request(_short(call.call), [call], axis)
    if others := calls[len(own) :]:
        yield _request(f"{len(others)} others", others, axis)


def _short(call: str) -> str:
    method, _, path = call.partition(" ")
    name = path.rpartition("/")[2]
    return name if method == "GET" else f"{method} {name}"


def _request(name: str, calls: Sequence[Calls], axis: Axis) -> Row:
    asked = "".join(f"M{x} 2v9" for x in _places((secs for call in calls for secs in call.at), axis))
    failed = "".join(
        f"M{x} 6.5m-3 -3l6 6m0 -6l-6 6" for x in _places((secs for call in calls for secs in call.failed_at), axis)
    )
    count, wrong = sum(call.asked for call in calls), sum(call.failed for call in calls)
    title = f"{name}: asked {count} times{f', failed {wrong} times' if wrong else ''}"
    drawing = f'<path class="asked" d="{asked}"><title>{text(title)}</title></path>'
    if failed:
        drawing += f'<path class="wrong" d="{failed}"><title>{text(title)}</title></path>'
    return Row("calls", f"<span>{text(name)} <i>{count:,}</i></span>", THIN, drawing)


def _places(times: Iterable[float], axis: Axis) -> Iterator[int]:
    return (x for x, _ in groupby(sorted(round(axis.x(secs)) for secs in times)))
