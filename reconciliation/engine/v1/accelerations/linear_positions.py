"""The acceleration `linear_positions`: a position loads in a time that grows with its fills, and not with their square.

For each fill that it loads the engine looks through all fills of the position before it for the very same event, so
that 10,000 fills of one position are compared fifty million times. Here the ids that were there are remembered. Read in
`nautilus_trader/cache/database.pyx` (`load_position`) of 1.231.0.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from nautilus_trader.cache.database import CacheDatabaseAdapter
from nautilus_trader.model.identifiers import PositionId
from nautilus_trader.model.position import Position
from nautilus_trader.system import kernel

_one_at_a_time: Final = Lock()


class LinearPositions(CacheDatabaseAdapter):
    """The engine's adapter of its cache's database.

    Args:
        client_of: returns its client, which it hands to nobody.
        arguments: with which the engine makes it.
    """

    def __init__(self, client_of: Callable[[], Any], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._client_of = client_of
        self._deserialize = arguments["serializer"].deserialize

    def load_position(self, position_id: PositionId) -> Position | None:
        """Return a position.

        Raises:
            RuntimeError: an event of it is there twice.
        """
        history = self._client_of().read(f"positions:{position_id.value}")
        if not history:
            return None
        first, *others = map(self._deserialize, history)
        instrument = self.load_instrument(first.instrument_id)
        if instrument is None:
            return super().load_position(position_id)  # which says so
        position, known = Position(instrument, first), {first.id}
        for event in others:
            if event.id in known:
                raise RuntimeError(f"Corrupt cache with duplicate event for position {event}")
            if position.is_closed:  # it opens anew, for which the engine forgets what was there
                known.clear()
            known.add(event.id)
            position.apply(event)
        return position


@contextmanager
def installed(client_of: Callable[[], Any]) -> Iterator[None]:
    """Have the kernel that is made meanwhile use it."""
    with _one_at_a_time:
        usual = kernel.CacheDatabaseAdapter
        kernel.CacheDatabaseAdapter = lambda **arguments: LinearPositions(client_of, **arguments)
        try:
            yield
        finally:
            kernel.CacheDatabaseAdapter = usual
