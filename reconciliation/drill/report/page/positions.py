"""The position of both sides over time: the venue's a broad line, the node's a thin one of dashes upon it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from reconciliation.drill.recorded.curves import Curve, Step
from reconciliation.drill.recorded.difference import plain
from reconciliation.drill.report.page.axis import Axis
from reconciliation.drill.report.page.markup import text
from reconciliation.drill.report.page.row import Row

HEIGHT: Final = 68
_EDGE: Final = 10


def chart(curve: Curve, axis: Axis) -> Row:
    """Return the row of one instrument."""
    told = [net for _, net in (*curve.venue, *curve.node) if net is not None]
    low, high = min((*told, Decimal(0))), max((*told, Decimal(0)))
    scale = float(high - low) or 1.0

    def y(net: Decimal) -> float:
        return round(_EDGE + (HEIGHT - 2 * _EDGE) * float(high - net) / scale, 1)

    def line(steps: Iterable[Step]) -> str:
        return "".join(
            f"M{axis.x(begin)} {y(net)}H{axis.x(end)}" if is_first else f"V{y(net)}H{axis.x(end)}"
            for begin, end, net, is_first in _stretches(steps, axis.secs)
        )

    symbol = curve.instrument_id.partition("-")[0]
    drawing = (
        f'<path class="zero" d="M{axis.x(0)} {y(Decimal(0))}H{axis.x(axis.secs)}"/>'
        f'<path class="venue-line" d="{line(curve.venue)}"><title>{text(symbol)} at the venue</title></path>'
        f'<path class="node-line" d="{line(curve.node)}"><title>{text(symbol)} on the node</title></path>'
    )
    reach = " to ".join(dict.fromkeys((plain(low), plain(high))))
    keys = '<small><b class="venue-key"></b> venue</small><small><b class="node-key"></b> node</small>'
    label = f"<span>{text(symbol)}</span><small>net {reach}</small>{keys}"
    return Row("position", label, HEIGHT, drawing)


def _stretches(steps: Iterable[Step], end: float) -> Iterator[tuple[float, float, Decimal, bool]]:
    """Yield from when to when a position was so much, and whether a line begins there."""
    is_first = True
    for (begin, net), (until, _) in pairwise((*steps, (end, None))):
        if net is not None:
            yield begin, until, net, is_first
        is_first = net is None
