"""Records of which a field is never shown: what prints local variables prints records, and logs are kept."""

from typing import Any, ClassVar

from msgspec import Struct


class Masked(Struct, frozen=True):
    """A record that keeps a secret from whoever prints it."""

    HIDDEN: ClassVar[str]
    """The field that holds it."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in super().__rich_repr__() if name != self.HIDDEN]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"
