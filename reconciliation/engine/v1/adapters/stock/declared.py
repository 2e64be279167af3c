"""What is declared of the stock clients that have no rooms here, collected from their files."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from reconciliation.engine.v1.adapters.stock import facts
from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter

_FILES: Final = tuple(file.name for file in iter_modules(facts.__path__, f"{facts.__name__}."))
DECLARED: Final[tuple[StockAdapter, ...]] = tuple(import_module(file).ADAPTER for file in _FILES)
"""An adapter a file."""


def of_config(path: str) -> StockAdapter | None:
    """Return what is declared of the client of a configuration, by the path of its class."""
    return next((adapter for adapter in DECLARED if adapter.config == path), None)


def of_client(kind: type[object]) -> StockAdapter | None:
    """Return what is declared of a client, by its class: an adapter's, or one of a user's that is made of it."""
    packages = {each.__module__.rpartition(".")[0] for each in kind.__mro__}
    return next((adapter for adapter in DECLARED if adapter.package in packages), None)
