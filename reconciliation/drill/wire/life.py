"""One life of a node, in the process that was forked for it: it does as it is told, and tells what happens.

There is a pipe for each way, because an event loop that listens at one makes it unfit for writing much at once. What
is told: `("event", name, secs, reason)` of its life, `("change", text)` of an order or a position, `("books", books)`
when asked, and last of all `("ended", reason, refused)` where it ended by itself. What is heard:
`("do", strategy id, what)` and `("tell",)`.
"""

import os
import signal
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from reconciliation.drill.venues import VenueName
from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Event, SettingsWarned
from reconciliation.errors import ReconError, UnusableError
from reconciliation.node.draft import draft
from reconciliation.node.node import Node
from reconciliation.node.signals import StopRequest, StopRequestedError
from reconciliation.node.user_code import Configure, called_with_builder
from reconciliation.settings import Settings
from reconciliation.strategies.bybit_clients import add_bybit_clients
from reconciliation.strategies.driven import Driven, driven

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


ADDED: Final = {"BYBIT": add_bybit_clients}
"""What adds the clients of a venue for which the settings have none."""


class Part(Struct, frozen=True, kw_only=True):
    """What a node is made of.

    Attributes:
        settings: with the addresses of everything.
        tags: of the drill's strategies in it.
        configure: the user's own function.
        venue: the name of where it trades.
        account: the addresses and the key pair there, by the names of the settings.
    """

    settings: Settings
    tags: Iterable[str]
    configure: Configure | None = None
    venue: VenueName
    account: Mapping[str, str]


class Life:
    """A node from its draft to its end.

    Args:
        part: what it is made of.
        orders: what it is told.
        news: what it tells.
    """

    def __init__(self, part: Part, orders: "Connection[Any, Any]", news: "Connection[Any, Any]") -> None:
        self._part = part
        self._orders = orders
        self._news = news
        self._stop = StopRequest()
        self._strategies: dict[str, Driven] = {}
        self._node: Node | None = None

    def live(self, held: "set[signal.Signals | int]") -> None:
        """Live until it is told to stop, or ends by itself.

        Args:
            held: the signals to hold back from now on.
        """
        self._stop.hear_signals()
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        loop = generation().new_event_loop()
        try:
            loop.run_until_complete(self._main())
        except StopRequestedError:
            pass  # before there was anything that runs
        except ReconError as error:
            self._news.send(("ended", str(error), isinstance(error, UnusableError)))

    async def _main(self) -> None:
        with self._stop.interrupting():
            drafted = draft(self._part.settings, self._configured)
        self._node = node = Node(drafted, observers=[self._observe], stop=self._stop)
        generation().hear_changes(node.trading_node, lambda text: self._news.send(("change", text)))
        node.trading_node.kernel.loop.add_reader(self._orders.fileno(), self._hear)
        try:
            await node.run_async()
        finally:
            self._tell()
            node.dispose()

    def _configured(self, builder: NodeBuilder) -> None:
        if (add_clients := ADDED.get(self._part.venue)) is not None:
            add_clients(builder, **self._part.account)
        if self._part.configure is not None:
            called_with_builder(self._part.configure, builder)
        self._strategies = {strategy.id.value: strategy for strategy in driven(self._part.tags)}
        for strategy in self._strategies.values():
            builder.add_strategy(strategy)

    def _observe(self, event: Event) -> None:
        if not isinstance(event, SettingsWarned):
            self._news.send(("event", type(event).__name__, time.time(), getattr(event, "reason", "")))

    def _hear(self) -> None:
        try:
            what, *given = self._orders.recv()
        except (EOFError, OSError):  # who forked it is gone
            os.kill(os.getpid(), signal.SIGKILL)
            return
        if what == "tell":
            self._tell()
        elif (strategy := self._strategies.get(given[0])) is not None and strategy.is_running:
            strategy.do(given[1])

    def _tell(self) -> None:
        if self._node is not None:
            self._news.send(("books", generation().books(self._node.trading_node.cache)))
