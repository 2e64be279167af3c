"""Hypothesis strategies for valid settings, built from the models' own field metadata."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from reconciliation import ExternalOrderClaimConfig, ReconciliationConfig, Settings
from reconciliation.settings.accelerations import ACCELERATIONS
from reconciliation.settings.cache import CacheSettings
from reconciliation.settings.facts import FactsSettings
from reconciliation.settings.guards import GUARDS
from reconciliation.settings.log import LogSettings
from reconciliation.settings.monitor import MonitorSettings
from reconciliation.settings.node import RULE_ID, NodeSettings

TAG = st.text(alphabet="abzABZ019_", min_size=1, max_size=4)
ids = st.builds("{}-{}".format, TAG, TAG)
"""Trader ids and strategy ids."""

symbols = st.one_of(
    st.sampled_from(["BTCUSDT-PERP", "EUR/USD", "^SPX", "xyz:TSLA-USD-PERP", "234567-123456-0.0", "AAPL=STK"]),
    st.text(alphabet="ABab01./-_^:='\"\\,[]é币", min_size=1, max_size=8).filter(lambda text: not text.endswith(".")),
)
instrument_ids = st.builds("{}.{}".format, symbols, st.sampled_from(["BINANCE", "SIM", "XNAS", "v_1"]))
client_order_ids = st.text(alphabet="Oo-019_.:'\",[]", min_size=1, max_size=8)


def of_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the JSON Schema of a number, a flag or a choice of them allows."""
    if "anyOf" in schema:
        return st.one_of(*(of_schema(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema["maximum"]
    if kind == "integer":
        return st.integers(low, high)
    assert kind == "number", schema
    return st.floats(low, high, exclude_min="exclusiveMinimum" in schema)


def model_values(model: type, special: dict[str, st.SearchStrategy[Any]]) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each field of a model: the special one where given, else by its schema."""
    properties: dict[str, Any] = model.model_json_schema()["properties"]  # type: ignore[attr-defined]
    return {name: special[name] if name in special else of_schema(schema) for name, schema in properties.items()}


def covered(values: dict[str, Any]) -> dict[str, Any]:
    """Lift the in-flight threshold to the interval, as the one relation between fields asks for."""
    interval = values["inflight_check_interval_ms"] or 0
    return values | {"inflight_check_threshold_ms": max(values["inflight_check_threshold_ms"], interval)}


RECONCILIATION_VALUES = model_values(
    ReconciliationConfig,
    {
        "instrument_ids": st.none() | st.lists(instrument_ids, max_size=3, unique=True).map(tuple),
        "filtered_client_order_ids": st.lists(client_order_ids, max_size=3, unique=True).map(tuple),
    },
)
NODE_VALUES = model_values(
    NodeSettings,
    {
        "trader_id": ids,
        "instance_id": st.none() | st.uuids(version=4).map(str),
        "ready_file": st.none() | st.text(min_size=1, max_size=8),
        "guards": st.lists(st.sampled_from(GUARDS), unique=True).map(tuple),
        "accelerate": st.lists(st.sampled_from(ACCELERATIONS), unique=True).map(tuple),
        "accept": st.lists(st.from_regex(RULE_ID, fullmatch=True), max_size=3, unique=True).map(tuple),
    },
)
CACHE_VALUES = model_values(CacheSettings, {"url": st.none(), "data_dir": st.text(min_size=1, max_size=8)})

reconciliation_values = st.fixed_dictionaries(RECONCILIATION_VALUES).map(covered)
reconciliations = reconciliation_values.map(ReconciliationConfig.model_validate)
nodes = st.fixed_dictionaries(NODE_VALUES).map(NodeSettings.model_validate)
facts = st.fixed_dictionaries(model_values(FactsSettings, {})).map(FactsSettings.model_validate)
caches = st.fixed_dictionaries(CACHE_VALUES).map(CacheSettings.model_validate)
logs = st.fixed_dictionaries(model_values(LogSettings, {})).map(LogSettings.model_validate)
monitors = st.fixed_dictionaries(
    {
        "enabled": st.booleans(),
        "host": st.sampled_from(("127.0.0.1", "::1", "0.0.0.0", "recon.internal")),  # noqa: S104 - nobody listens
        "port": st.integers(0, 65_535),
    }
).map(MonitorSettings.model_validate)


@st.composite
def claims(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, ExternalOrderClaimConfig]:
    """Claims without two owners of one instrument, and with one claim-all at most."""
    owners = draw(st.lists(ids, max_size=3, unique=True))
    pool = draw(st.lists(instrument_ids, min_size=len(owners), max_size=6, unique=True))
    made = {
        owner: ExternalOrderClaimConfig(instrument_ids=tuple(pool[number :: len(owners)]))
        for number, owner in enumerate(owners)
    }
    if made and draw(st.booleans()):
        made[owners[0]] = ExternalOrderClaimConfig(claim_all=True)
    return made


whole_settings = st.builds(
    Settings, reconciliation=reconciliations, claims=claims(), node=nodes, cache=caches, monitor=monitors, log=logs
)
"""Settings without a venue, a cache url and a password, which are secrets."""
