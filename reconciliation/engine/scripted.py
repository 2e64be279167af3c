"""A node that a user's script would have built, and did not: what it was given until it was to run."""

from msgspec import Struct, field


class ScriptNode(Struct):
    """What is known of it.

    Attributes:
        config: what its constructor was given; the engine's own defaults apply where that is None.
        place: where the script constructs it, `FILE:LINE`.
        file: the whole path of that file.
        strategies: the strategies that were added by hand, as objects of the engine's.
    """

    config: object
    place: str
    file: str = ""
    strategies: list[object] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Where in its file it is constructed; 0 where that is not known."""
        return int(self.place.rpartition(":")[2] or 0)
