"""Fingerprints are equal if and only if what reaches the engine, a guard or the node's own conduct is."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jail import LOCAL_VENUE, shipped
from pydantic import SecretStr
from setting_strategies import (
    CACHE_VALUES,
    NODE_VALUES,
    RECONCILIATION_VALUES,
    claims,
    covered,
    facts,
    ids,
    logs,
    whole_settings,
)

from reconciliation import ExternalOrderClaimConfig, ReconciliationConfig, Settings
from reconciliation.engine.v1 import emit
from reconciliation.settings.cache import CacheSettings
from reconciliation.settings.node import NodeSettings

VALUES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "reconciliation": RECONCILIATION_VALUES,
    "node": NODE_VALUES,
    "cache": CACHE_VALUES,
}
KEYS = [(section, key) for section, values in VALUES.items() for key in values]
LISTS = ("instrument_ids", "filtered_client_order_ids", "guards", "accept")


def behaviour(settings: Settings) -> dict[str, Any]:
    """What a node does with settings: what the engine, the guards and the boot are given."""
    node, cache = settings.node, settings.cache.model_copy(update={"url": SecretStr("redis://127.0.0.1:1")})
    engine = emit.exec_engine_config(
        settings.reconciliation,
        load_cache=cache.load_cache,
        graceful_shutdown_on_exception=node.graceful_shutdown_on_exception,
        manage_own_order_books=node.manage_own_order_books,
    )
    trading = emit.trading_node_config(settings.model_copy(update={"cache": cache}), {}, {})
    given_to_the_engine = {
        name: frozenset(item.value for item in value) if isinstance(value, list) else value
        for name in engine.__struct_fields__
        if (value := getattr(engine, name)) is not None
    }
    of_the_node = {name: getattr(trading, name) for name in trading.__struct_fields__ if name.startswith("timeout_")}
    return {
        "engine": given_to_the_engine,
        "node": of_the_node | {"load_state": trading.load_state, "save_state": trading.save_state},
        "retries": trading.cache.database.number_of_retries,
        "guards": (frozenset(node.guards), node.tolerated_outage_secs, node.timeout_report, node.position_mode),
        "conduct": (node.gate, node.on_stuck, node.lease, node.lease_secs, node.on_unproven_lease),
        "accepted": frozenset(node.accept),
        "claims": {name: (frozenset(c.instrument_ids), c.claim_all) for name, c in settings.claims.items()},
    }


def with_values(settings: Settings, section: str, **values: Any) -> Settings:
    model = getattr(settings, section)
    every = model.model_dump() | values
    every = covered(every) if section == "reconciliation" else every
    return settings.model_copy(update={section: type(model).model_validate(every)})


def assert_told_apart(one: Settings, two: Settings) -> None:
    assert (one.fingerprint == two.fingerprint) is (behaviour(one) == behaviour(two))


few = hypothesis_settings(max_examples=5 if (depth := hypothesis_settings().max_examples) < 1_000 else depth // 50)
"""For each key of many."""


@pytest.mark.parametrize(("section", "key"), KEYS, ids=lambda part: part)
@few
@given(settings=whole_settings, data=st.data())
def test_no_key_changes_one_without_the_other(section: str, key: str, settings: Settings, data: st.DataObject) -> None:
    assert_told_apart(settings, with_values(settings, section, **{key: data.draw(VALUES[section][key])}))
    enabled = with_values(settings, "reconciliation", enabled=True)
    assert_told_apart(enabled, with_values(enabled, section, **{key: data.draw(VALUES[section][key])}))


@given(
    settings=whole_settings,
    values=st.fixed_dictionaries({}, optional={pair: VALUES[pair[0]][pair[1]] for pair in KEYS}),
    claimed=st.none() | claims(),
)
def test_no_set_of_keys_does(settings: Settings, values: dict[tuple[str, str], Any], claimed: Any) -> None:
    other = settings
    for (section, key), value in values.items():
        other = with_values(other, section, **{key: value})
    assert_told_apart(settings, other if claimed is None else other.model_copy(update={"claims": claimed}))


@given(settings=whole_settings)
def test_order_does_not_matter(settings: Settings) -> None:
    other = settings
    for section, key in KEYS:
        if key in LISTS and (value := getattr(getattr(settings, section), key)):
            other = with_values(other, section, **{key: value[::-1]})
    reversed_claims = {
        name: claim.model_copy(update={"instrument_ids": claim.instrument_ids[::-1]})
        for name, claim in sorted(settings.claims.items(), reverse=True)
    }
    other = other.model_copy(update={"claims": reversed_claims})
    assert other.fingerprint == settings.fingerprint
    assert behaviour(other) == behaviour(settings)


@given(settings=whole_settings, trader=ids, instance=st.uuids(version=4).map(str), more=facts, log=logs)
@example(
    settings=Settings(),
    trader="A-1",
    instance="6b8f6f3e-4e0c-4b8a-9f5e-0f4f3a7f1c2d",
    more=Settings().facts,
    log=Settings().log,
)
def test_identity_addresses_secrets_facts_and_the_log_do_not_matter(
    settings: Settings, trader: str, instance: str, more: Any, log: Any
) -> None:
    other = with_values(settings, "node", trader_id=trader, instance_id=instance, ready_file=trader)
    other = with_values(other, "cache", url="redis://:p@h:1", data_dir=trader)
    update = {"preset": "aggressive", "facts": more, "log": log, "venue": shipped(LOCAL_VENUE).venue}
    assert other.model_copy(update=update).fingerprint == settings.fingerprint


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Settings(), Settings(cache=CacheSettings(load_cache=False))),
        (Settings(), Settings(cache=CacheSettings(number_of_retries=1))),
        (Settings(), Settings(node=NodeSettings(accept=("E13",)))),
        (Settings(), Settings(claims={"A-1": ExternalOrderClaimConfig(claim_all=True)})),
        (Settings(), Settings(reconciliation=ReconciliationConfig(instrument_ids=("A.X",)))),
    ],
    ids=["load_cache", "retries", "accept", "claims", "instruments"],
)
def test_these_are_told_apart(one: Settings, two: Settings) -> None:
    assert one.fingerprint != two.fingerprint


def test_what_disabled_masks_does_not_matter() -> None:
    one, two = (
        Settings(reconciliation=ReconciliationConfig(enabled=False, open_check_interval_secs=secs))
        for secs in (2.0, 5.0)
    )
    assert one.fingerprint == two.fingerprint
    assert one.reconciliation.effective == two.reconciliation.effective


def test_an_empty_list_of_instruments_is_none() -> None:
    assert ReconciliationConfig(instrument_ids=()).effective == ReconciliationConfig()


def test_effective_settings_are_what_they_are_while_nothing_is_masked() -> None:
    config = ReconciliationConfig(instrument_ids=("A.X",), own_books_audit_interval_secs=60.0)
    assert config.effective == config
