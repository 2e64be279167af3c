"""The acceleration `event_fields`: what a stored event's fields are is found out in one look.

The engine's serializer matches the name of each field of each event against a regular expression, some ninety times an
order, when it writes and when it loads. There are some sixty names; what a pattern says of one is remembered. And of
each id it loads it makes a `uuid.UUID`, of which it reads version and variant; one that is written as the engine writes
them is known by that. Read in `serialization/serializer.pyx` and `core/uuid.pyx` of 1.231.0, which look `re` and `uuid`
up in their modules at each call.
"""

import re
import uuid
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

from nautilus_trader.core import uuid as engine_uuid
from nautilus_trader.serialization import serializer

NAMES: Final = "^ts_"
"""The pattern for names."""
DIGITS: Final = r"^\d+$"
"""The one for values, which are too many to be remembered."""
_WRITTEN: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
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
