"""The acceleration `event_fields`: what a stored event's fields are is found out in one look.

The engine's serializer matches the name of each field of each event against a regular expression, some ninety times an
order, when it writes and when it loads. There are some sixty names; what a pattern says of one is remembered. While a
cache loads, an order's events are not searched at all: those with the same names have the same times. A fill, which its
order tells and its position again, byte for byte, is made once, as it was while the node ran. And of each id that is
loaded the engine makes a `uuid.UUID`, of which it reads version and variant; one that is written as the engine writes
them is known by that. Read in `serialization/serializer.pyx`, `cache/database.pyx` and `core/uuid.pyx` of 1.231.0,
which look `re` and `uuid` up in their modules at each call, and in `system/kernel.py`, which does so with the
serializer's class.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from types import SimpleNamespace
from typing import Any, Final

from nautilus_trader.core import uuid as engine_uuid
from nautilus_trader.model import events
from nautilus_trader.serialization import serializer
from nautilus_trader.serialization.serializer import MsgSpecSerializer
from nautilus_trader.system import kernel

NAMES: Final = "^ts_"
"""The pattern for names."""
DIGITS: Final = r"^\d+$"
"""The one for values, which are too many to be remembered."""
DIGITS_AT_MOST: Final = 19
"""A time has as many; with one more the engine may refuse it."""
_WRITTEN: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
READ: Final[Mapping[str, Callable[[dict[str, Any]], Any]]] = {
    name: kind.from_dict
    for name, kind in vars(events).items()
    if name.startswith("Order") and kind is not events.OrderEvent
}
"""What makes an order's event, by the name of its kind; the engine's own kinds, and nobody else's."""
_one_at_a_time: Final = Lock()
_VALID: Final = SimpleNamespace(version=4, variant=uuid.RFC_4122)


class RememberedNames:
    """What the serializer takes for the module `re`."""

    def __init__(self) -> None:
        self._of_name = lru_cache(maxsize=1_024)(re.compile(NAMES).match)
        self._of_value = re.compile(DIGITS).match

    def match(self, pattern: str, text: str) -> re.Match[str] | None:
        """Return what `re.match` returns."""
        if pattern == NAMES:
            return self._of_name(text)
        return self._of_value(text) if pattern == DIGITS else re.match(pattern, text)


class KnownIds:
    """What the engine's ids take for the module `uuid`."""

    RFC_4122: Final = uuid.RFC_4122

    @staticmethod
    def UUID(text: str) -> Any:  # noqa: N802 - the module's name
        """Return an id's version and variant.

        Raises:
            ValueError: it is none.
        """
        return _VALID if _WRITTEN.fullmatch(text) else uuid.UUID(text)


def install() -> None:
    """Put both in place of the modules, for all nodes of this process; doing it again changes nothing."""
    if serializer.re is re:
        serializer.re = RememberedNames()
        vars(engine_uuid)["uuid"] = KnownIds()


@lru_cache(maxsize=1_024)
def _times(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of an event's fields the engine takes for times; the first condition is its own, to the letter."""
    return tuple(name for name in names if name in ("expire_time_ns") or re.match(NAMES, name))


class StoredEvents(MsgSpecSerializer):
    """The engine's serializer, which reads the events of orders without a search.

    Args:
        encoding: the module of `msgspec`.
        how: what else the engine makes it with; it writes times as text.
    """

    def __init__(self, encoding: Any, **how: bool) -> None:
        super().__init__(encoding, **how)
        self._fields_of = encoding.decode
        self._fills: dict[bytes, Any] | None = {}

    def deserialize(self, obj_bytes: bytes) -> Any:
        """Return what was stored."""
        fills = self._fills
        if fills and (fill := fills.pop(obj_bytes, None)) is not None:
            return fill
        fields = self._fields_of(obj_bytes)
        read = READ.get(fields.get("type", "")) if isinstance(fields, dict) else None
        if read is None:
            return super().deserialize(obj_bytes)
        for name in _times(tuple(fields)):
            if not (isinstance(told := fields[name], str) and told.isdecimal() and len(told) <= DIGITS_AT_MOST):
                return super().deserialize(obj_bytes)
            fields[name] = int(told)
        event = read(fields)
        if fills is not None and isinstance(event, events.OrderFilled):
            fills[obj_bytes] = event
        return event

    def has_loaded(self) -> None:
        """Hold no fill any more for who may tell it again."""
        self._fills = None


@contextmanager
def installed() -> Iterator[None]:
    """Have the kernel that is made meanwhile load its cache by one."""
    made: list[StoredEvents] = []

    def make(encoding: Any, **how: bool) -> MsgSpecSerializer:
        if not how.get("timestamps_as_str"):
            return usual(encoding, **how)
        made.append(StoredEvents(encoding, **how))
        return made[-1]

    with _one_at_a_time:
        usual, kernel.MsgSpecSerializer = kernel.MsgSpecSerializer, make
        try:
            yield
        finally:
            kernel.MsgSpecSerializer = usual
            for each in made:
                each.has_loaded()
