"""The same node built with recon, by a program of one's own; `recon run` takes its function."""

from typing import Final

from benchmarks.boots.telling import strategy, tell
from reconciliation import LiveTradingNodeConfig, Node, NodeBuilder, load
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Connected, Event, Reconciled, Verified

STEPS: Final[dict[type, str]] = {Connected: "connect", Reconciled: "reconcile", Verified: "verify"}
"""The events that end a step."""


def configure(builder: NodeBuilder) -> None:
    """Add the strategy that tells."""
    tell("collect")
    builder.add_strategy(strategy())


def main() -> None:
    """Run it until a stop signal."""
    generation()  # loaded now, so that it is told apart from what follows
    tell("imports")
    settings = load()
    tell("settings")
    with LiveTradingNodeConfig.from_settings(settings).build_node(configure) as node:
        _run(node)


def _run(node: Node) -> None:
    tell("construct")
    node.observe(_observe)
    node.run()


def _observe(event: Event) -> None:
    if (step := STEPS.get(type(event))) is not None:
        tell(step)


if __name__ == "__main__":
    main()
