"""How far a start is, for a command that logs only what is loud."""

from msgspec.structs import asdict

from reconciliation.cli.progress import Progress
from reconciliation.engine.lifecycle import Event, StartupProgress
from reconciliation.node.startup_words import startup_words


class ProgressLine:
    """Shows it in one line on stderr until something else happens; an observer of a node's life."""

    def __init__(self) -> None:
        self._line = Progress()

    def __call__(self, event: Event) -> None:
        """Show one event, or take the line away for what is logged of another."""
        if isinstance(event, StartupProgress):
            self._line.show(startup_words(asdict(event)))
        else:
            self._line.clear()
