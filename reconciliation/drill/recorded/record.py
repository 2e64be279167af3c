"""All that is kept of one run."""

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciliation.drill.recorded.curves import Curve, NodePositions, curves
from reconciliation.drill.recorded.difference import Difference, difference
from reconciliation.drill.recorded.lanes import Lane, Moment, Shade, Span, folded
from reconciliation.drill.recorded.moments import Story
from reconciliation.drill.recorded.requests import Calls
from reconciliation.drill.recorded.spans import skews
from reconciliation.drill.recorded.venue import at_venue

if TYPE_CHECKING:
    from reconciliation.drill.stage import Played, Settled
    from reconciliation.drill.virtual import VirtualRun


class Record(Struct, frozen=True, kw_only=True):
    """One run as a person wants to see it.

    Attributes:
        secs: how long it lasted in its own time.
        moments: what happened, in the order of its times.
        spans: what lasted.
        calls: what the venue was asked.
        curves: the position of both sides, by instrument.
        difference: of the ledgers in the end.
    """

    secs: float
    moments: tuple[Moment, ...]
    spans: tuple[Span, ...]
    calls: tuple[Calls, ...]
    curves: tuple[Curve, ...]
    difference: Difference


class Recorder:
    """Listens to a run, which must not have begun.

    Args:
        run: it is asked what its node holds, and what its venue does.
    """

    def __init__(self, run: "VirtualRun") -> None:
        self._run = run
        self._begin_ns = run.world.now_ns
        self._positions = NodePositions(self._begin_ns, run.books)
        run.world.hear(self._positions.hear)

    def record(self, played: "Played") -> Record:
        """Return what is kept, once the run is over.

        Args:
            played: what came of it.
        """
        story = Story(self._begin_ns)
        for entry in self._run.world.trace:
            story.read(entry)
        secs, ledger = played.virtual_secs, self._run.control.ledger()
        off = skews(story.operations, secs)
        return Record(
            secs=secs,
            moments=folded((*story.moments, *at_venue(ledger, self._begin_ns, off))),
            spans=(*story.spans.all(secs), *map(_agreement, played.settled)),
            calls=story.requests.all(secs),
            curves=curves(ledger.fills, self._positions.steps, self._begin_ns, off),
            difference=difference(ledger, self._run.books(), {anomaly.key for anomaly in played.anomalies}),
        )


def _agreement(settled: "Settled") -> Span:
    text = f"{'agreed' if settled.has_agreed else 'still not agreed'} after {settled.took_secs:.1f} s"
    shade = Shade.AGREED if settled.has_agreed else Shade.FAULT
    end = settled.healed_secs + settled.took_secs
    return Span(begin=settled.healed_secs, end=end, lane=Lane.JUDGED, shade=shade, text=text)
