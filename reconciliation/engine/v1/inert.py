"""Nodes that are kept from being built: while a user's module is imported, or a script is looked at.

A real one would connect to the database, and a module that runs it would trade. So would the engine's other node, in
Rust, by connections that Python does not see; of that one there is nothing to judge.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from inspect import getmembers, isfunction
from typing import Any, Final, NoReturn, Self

from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.live import node as node_module

from reconciliation.engine.scripted import ScriptNode
from reconciliation.engine.user_code import file_now, place_now

RUNS: Final = ("run", "run_async", "start")
"""With these a node would begin to live."""
_IN_RUST: Final = ("LiveNode", "LiveNodeBuilder")
_WITH_NODES_IN_RUST: Final = (nautilus_pyo3, nautilus_pyo3.live)  # type: ignore[attr-defined] # not in the stubs


class Anything:
    """Answers whatever a script asks of what is not there: with itself, with nothing to iterate over, with no."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying and the like ask, and take no for an answer
            raise AttributeError(name)
        return Anything()

    def __call__(self, *_: object, **__: object) -> Any:
        """Answer a call."""
        return Anything()

    def __getitem__(self, _: object) -> Any:
        return Anything()

    def __setitem__(self, key: object, value: object) -> None:
        """Keep nothing."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, _: object) -> bool:
        return False

    def __await__(self) -> Generator[Any, Any, Any]:
        yield from ()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave as it was entered."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave as it was entered."""


class _InertTrader(Anything):
    """Keeps the strategies that it is given."""

    def __init__(self, kept: ScriptNode) -> None:
        self._kept = kept

    def add_strategy(self, strategy: object) -> None:
        """Keep a strategy."""
        self._kept.strategies.append(strategy)

    def add_strategies(self, strategies: Any) -> None:
        """Keep several."""
        self._kept.strategies.extend(strategies)


class InertNode(Anything):
    """Stands where a `TradingNode` would be built: it keeps what it is given."""

    def __init__(self, config: object = None, *_: object, **__: object) -> None:
        self.kept = ScriptNode(TradingNodeConfig() if config is None else config, place_now(), file_now())
        self.config = config
        self.trader = _InertTrader(self.kept)
        self.kernel = Anything()
        _meanwhile[-1][0].append(self.kept)

    def __bool__(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        if name in RUNS:
            return lambda *_, **__: _meanwhile[-1][1]()
        return super().__getattr__(name)


def _asked(name: str) -> Callable[..., Any]:
    def asked(self: InertNode, *given: object, **named: object) -> Any:
        return self.__getattr__(name)(*given, **named)

    return asked


# A class of the user's own asks by `super()`, which finds what the class has and no `__getattr__`.
for _name, _ in getmembers(node_module.TradingNode, isfunction):
    if not _name.startswith("_"):
        setattr(InertNode, _name, _asked(_name))


class RustNodeError(RuntimeError):
    """A script builds a node that is not built here, and not judged."""


class RustNode:
    """Stands where a node in Rust would be built."""

    def __init__(self, *_: object, **__: object) -> None:
        self.builder()

    @staticmethod
    def builder(*_: object, **__: object) -> NoReturn:
        """Refuse.

        Raises:
            RustNodeError: always.
        """
        raise RustNodeError("no LiveNode of the engine in Rust is built here, and none is judged: a TradingNode is")

    build = builder


_meanwhile: list[tuple[list[ScriptNode], Callable[[], Any]]] = []
"""Where nodes are kept, and what is called where one would begin to live, of each `no_nodes` that lasts."""


@contextmanager
def no_nodes(at_run: Callable[[], Any] | None = None) -> Iterator[list[ScriptNode]]:
    """Have code that is run meanwhile build no node; yield what it would have built, as it comes.

    Args:
        at_run: called where a node would begin to live.
    """
    nodes: list[ScriptNode] = []
    real = node_module.TradingNode
    node_module.TradingNode = InertNode
    in_rust = [(module, name, getattr(module, name)) for module in _WITH_NODES_IN_RUST for name in _IN_RUST]
    for module, name, _ in in_rust:
        setattr(module, name, RustNode)
    _meanwhile.append((nodes, at_run or Anything))
    try:
        yield nodes
    finally:
        node_module.TradingNode = real
        for module, name, kind in in_rust:
            setattr(module, name, kind)
        _meanwhile.pop()
