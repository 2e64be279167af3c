"""The lookup knows every adapter there is, and nobody else names one."""

import tomllib
from pathlib import Path
from pkgutil import iter_modules
from types import new_class
from typing import Final

from nautilus_trader.adapters.deribit import DeribitExecClientConfig

from reconciliation.engine.v1 import adapters
from reconciliation.engine.v1.adapters.lookup import ADAPTERS, traits_of
from reconciliation.engine.v1.adapters.stock.client import StockClient

ROOT: Final = Path(__file__).resolve().parents[4]
CONTRACT: Final = "one adapter's rooms are reached through the lookup"
ROOMS: Final = {
    f"{adapters.__name__}.{module.name}"
    for module in iter_modules(adapters.__path__)
    if module.name not in {"lookup", "stock"}
}


def test_each_adapter_is_looked_up_before_the_one_that_knows_every_client() -> None:
    *own, last = ADAPTERS
    assert last is StockClient
    assert all(any(f"{adapter.__module__}.".startswith(f"{room}.") for room in ROOMS) for adapter in own)
    assert all(any(f"{adapter.__module__}.".startswith(f"{room}.") for adapter in own) for room in ROOMS)
    # Of one room the more particular comes first.
    assert all(not issubclass(later, former) for place, former in enumerate(own) for later in own[place + 1 :])


def test_the_contract_names_each_adapter() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["name"] == CONTRACT)
    assert set(contract["forbidden_modules"]) == ROOMS


def test_a_configuration_that_is_made_from_an_adapters_is_of_that_adapter() -> None:
    mine = new_class("Mine", (DeribitExecClientConfig,), {"frozen": True})
    stock = traits_of("DERIBIT", DeribitExecClientConfig(), guarded=False).stock
    assert stock is not None
    assert traits_of("DERIBIT", mine(), guarded=False).stock == stock
