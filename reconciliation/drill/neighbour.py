"""Another node on the same account, in virtual time: a trader id of its own, no claims, one strategy."""

import asyncio
from typing import Final

from reconciliation.drill.carrier import NS
from reconciliation.drill.placing import NEIGHBOURS_TRADER, beside
from reconciliation.drill.virtual_cache import Unsettled, nobody_watches, unsupervised
from reconciliation.engine.books import Books
from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Event
from reconciliation.engine.simulation import Simulation
from reconciliation.errors import ReconError
from reconciliation.node.draft import draft
from reconciliation.node.node import Node
from reconciliation.node.observation import Observation
from reconciliation.node.outside import Outside
from reconciliation.node.signals import StopRequest
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings
from reconciliation.strategies.driven import Driven, driven

TAG: Final = "D03"


class Neighbour:
    """It lives on the loop of the node it stands beside, and no longer than that.

    Args:
        settings: of the node it stands beside, placed in virtual time.
        world: where both live.
    """

    def __init__(self, settings: Settings, world: Simulation) -> None:
        self.trader_id = NEIGHBOURS_TRADER
        self._settings = beside(settings)
        self._world = world
        self._stop = StopRequest()
        self._node: Node | None = None
        self.since_ms = world.now_ns // 1_000_000
        self.strategy: Driven | None = None
        self._task = asyncio.get_running_loop().create_task(self._live())

    @property
    def is_wanted(self) -> bool:
        """Whether nobody has stopped it."""
        return not self._stop.by

    def stop(self) -> None:
        """Have it stop, as SIGTERM does."""
        self._stop.make("SIGTERM")

    async def _live(self) -> None:
        try:
            node = Node(
                draft(self._settings, self._configured),
                observers=[self._observe],
                stop=self._stop,
                outside=Outside(
                    settle=Unsettled,
                    preflight=lambda *_: [],
                    watch_cache=nobody_watches,
                    observe=self._observed,
                    supervise=unsupervised,
                    unloadable=lambda _: [],
                ),
            )
            self._node = node
            try:
                await node.run_async()
            finally:
                node.dispose()
        except ReconError as error:
            self._world.note("neighbour", f"ended: {error}")

    def _configured(self, builder: NodeBuilder) -> None:
        (self.strategy,) = driven([TAG])
        builder.add_strategy(self.strategy)

    def _observed(self, settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> Observation:
        """Observe it by the clock that it lives by; nobody is served."""
        return Observation(settings, planned, accounts, lambda: self._world.now_ns / NS)

    def _observe(self, event: Event) -> None:
        self._world.note("neighbour", f"{type(event).__name__} {getattr(event, 'reason', '')}".rstrip())

    def books(self) -> Books | None:
        """Return what it holds; None while it does not run."""
        if self._node is None or not self._node.is_started or self._task.done():
            return None
        return generation().books(self._node.trading_node.cache)
