"""How a timeline is read."""

from typing import Final

from reconciliation.drill.recorded.lanes import Mark, Shade
from reconciliation.drill.report.page.timeline import SHAPES

_MIDDLE: Final = 16


def _bar(shade: Shade, begin: int, end: int) -> str:
    return f'<rect class="{shade}" x="{begin}" y="6" width="{end - begin}" height="8"/>'


def _mark(mark: Mark) -> str:
    return f'<path class="{mark}" d="{SHAPES[mark].format(x=_MIDDLE)}"/>'


_KEYS: Final = (
    (_bar(Shade.FAULT, 2, 30), "a fault, from when to when; node and venue that never agreed"),
    (_bar(Shade.STARTING, 2, 14) + _bar(Shade.UP, 14, 30), "the node starts, then runs; the stream is open"),
    (_mark(Mark.TICK), "something happened"),
    (_mark(Mark.TRADE), "a trade: made at the venue, told by the stream, booked by the node"),
    (_mark(Mark.WRONG), "something failed, was refused or is wrong"),
    (_bar(Shade.AGREED, 2, 30), "from the healing until both sides agree"),
    ('<path class="venue-line" d="M2 10H30"/>', "position at the venue"),
    ('<path class="node-line" d="M2 10H30"/>', "position on the node; no line where there is no node"),
)


def legend() -> str:
    """Return the marks of a timeline with what they mean."""
    return "".join(
        f'<li><svg width="32" height="20" aria-hidden="true">{drawing}</svg> {words}</li>' for drawing, words in _KEYS
    )
