"""Hints about configurations written by hand, followed in the engine's own objects, compose."""

from typing import Any

import msgspec
from composing import asked, assert_cured
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.adapters.binance.config import BinanceExecClientConfig
from nautilus_trader.config import (
    CacheConfig,
    DatabaseConfig,
    LiveExecClientConfig,
    LiveExecEngineConfig,
    TradingNodeConfig,
)
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from setting_strategies import facts

from reconciliation import ReconciliationConfig, Settings
from reconciliation.engine.v1.fields import EXEC_ENGINE, FIELDS
from reconciliation.engine.v1.handwritten import subject_of_engine
from reconciliation.rules.check import check
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import FACTS, Subject
from reconciliation.settings.facts import FactsSettings
from reconciliation.settings.node import NodeSettings

LISTS: dict[str, st.SearchStrategy[Any]] = {
    "reconciliation_instrument_ids": st.none() | st.just([InstrumentId.from_str("BTCUSDT-PERP.BINANCE")]),
    "filtered_client_order_ids": st.none() | st.just([ClientOrderId("O-1")]),
}


def of_field(field: msgspec.structs.FieldInfo, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the engine's field takes, up to the most that ours does."""
    if field.name in LISTS:
        return LISTS[field.name]
    kinds = schema.get("anyOf", [schema])
    most = next((kind["maximum"] for kind in kinds if "maximum" in kind), None)
    if most is None:
        return st.booleans()
    wanted = msgspec.json.schema(field.type)
    optional = "anyOf" in wanted
    least, above = (_bound(wanted, name) for name in ("minimum", "exclusiveMinimum"))
    if isinstance(field.default, float) or any(kind["type"] == "number" for kind in kinds):
        values: st.SearchStrategy[Any] = st.floats(0.001, most) | st.floats(0.5, 60.0)
    else:
        low = least if least is not None else above + 1
        values = st.integers(low, most) | st.integers(low, 100)
    return st.none() | values if optional else values


def _bound(schema: dict[str, Any], name: str) -> Any:
    return next((kind[name] for kind in schema.get("anyOf", [schema]) if name in kind), None)


def of_fields() -> dict[str, st.SearchStrategy[Any]]:
    """Values for each field of the execution engine's that is a setting of ours, by its name."""
    schemas = ReconciliationConfig.model_json_schema()["properties"]
    known = {field.name: field for field in msgspec.structs.fields(LiveExecEngineConfig)}
    ours = (field for field in FIELDS.settings(EXEC_ENGINE) if field.key.startswith("reconciliation."))
    return {field.name: of_field(known[field.name], schemas[field.key.partition(".")[2]]) for field in ours}


flags = ("load_cache", "manage_own_order_books", "graceful_shutdown_on_exception", "snapshot_orders")
engines = st.fixed_dictionaries(of_fields() | {name: st.booleans() for name in flags}).map(
    lambda fields: LiveExecEngineConfig(**fields)
)
databases = st.none() | st.builds(
    DatabaseConfig, number_of_retries=st.integers(0, 100), factor=st.integers(0, 10), max_delay=st.integers(0, 60)
)
caches = st.builds(CacheConfig, database=databases, flush_on_start=st.booleans(), use_instance_id=st.booleans())
clients = st.sampled_from(
    [{"BINANCE": BinanceExecClientConfig()}, {"OKX": LiveExecClientConfig()}, {"DERIBIT": LiveExecClientConfig()}]
)
nodes = st.builds(
    TradingNodeConfig,
    exec_engine=engines,
    cache=caches,
    exec_clients=clients,
    load_state=st.booleans(),
    save_state=st.booleans(),
    timeout_post_stop=st.floats(0.0, 100.0),
)
around = st.fixed_dictionaries(
    {
        "position_mode": st.sampled_from(("netting", "hedging")),
        "tolerated_outage_secs": st.integers(0, 3_600).map(float) | st.integers(0, 86_400).map(float),
    }
).map(NodeSettings.model_validate)


def findings(config: LiveExecEngineConfig | TradingNodeConfig, known: Settings) -> tuple[Finding, ...]:
    subject = subject_of_engine(config, known, dict.fromkeys(FACTS, "--set"), "live:config")
    assert isinstance(subject, Subject)
    return check(subject)


def with_fields(config: Any, change: dict[str, Any]) -> Any:
    """Return a configuration of the engine's in which fields were set, by their dotted names."""
    own = {name: value for name, value in change.items() if "." not in name}
    for part in dict.fromkeys(name.partition(".")[0] for name in change if "." in name):
        within = {name.removeprefix(f"{part}."): value for name, value in change.items() if name.startswith(f"{part}.")}
        own[part] = with_fields(getattr(config, part), within)
    return msgspec.structs.replace(config, **own)


@given(engines | nodes, around, facts)
def test_the_hints_about_a_configuration_written_by_hand_compose(
    config: LiveExecEngineConfig | TradingNodeConfig, node: NodeSettings, told: FactsSettings
) -> None:
    known = Settings(node=node, facts=told)
    found = findings(config, known)
    assert_cured(found, findings(with_fields(config, asked(found)), known))


def test_what_no_setting_cures_is_told_by_the_hint_that_brings_it_alone() -> None:
    config = TradingNodeConfig(
        exec_engine=LiveExecEngineConfig(reconciliation=False), exec_clients={"BINANCE": BinanceExecClientConfig()}
    )
    said = {finding.id: finding.hint for finding in findings(config, Settings())}
    assert set(said) > {"E16", "W37"}
    assert [id_ for id_, hint in said.items() if "for W35, " in hint] == ["E16"]
