"""The engine's own client of a cache's database, tried before there is a node."""

from typing import Any

import msgspec
from nautilus_trader.core import nautilus_pyo3

from reconciliation.engine.v1.emit import cache_config
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.settings import Settings


def cache_refusal(settings: Settings) -> str:
    """Return why it cannot use the settings' cache; empty where it can.

    Raises:
        CacheUrlMissingError: the settings name none.
    """
    make: Any = nautilus_pyo3.RedisCacheDatabase  # its stub is behind it
    config = msgspec.json.encode(cache_config(settings), enc_hook=str)
    try:
        client = make(
            trader_id=nautilus_pyo3.TraderId(settings.node.trader_id),
            instance_id=nautilus_pyo3.UUID4(),
            config_json=config,
        )
    except Exception as error:  # noqa: BLE001 - upstream raises a RuntimeError, whatever the cause
        return reason_of(error)
    client.close()
    return ""
