import contextlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from jail import SHIPPED, Jail, jailed
from nautilus_trader.config import LiveExecEngineConfig
from pydantic import ValidationError
from setting_strategies import (
    claims,
    ids,
    reconciliations,
    whole_settings,
)

from reconciliation import ReconciliationConfig, Settings, SettingsError, load
from reconciliation.engine.generation import fields
from reconciliation.layers import known

SECTIONS = ("reconciliation", "claims", "node", "cache", "venue", "monitor", "log")

# Keys of every kind, with the variable that the specification's naming rule gives them and valid values.
LAYERED: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "reconciliation.startup_delay_secs": ("RECON_STARTUP_DELAY_SECS", st.sampled_from([10.0, 11.5, 12.0, 13.0])),
    "reconciliation.lookback_mins": ("RECON_LOOKBACK_MINS", st.none() | st.integers(0, 3)),
    "reconciliation.open_check_open_only": ("RECON_OPEN_CHECK_OPEN_ONLY", st.booleans()),
    "reconciliation.instrument_ids": (
        "RECON_INSTRUMENT_IDS",
        st.lists(st.sampled_from(["A.X", "B/C.X", "D.Y"]), max_size=2, unique=True),
    ),
    "node.trader_id": ("RECON_NODE_TRADER_ID", st.sampled_from(["A-1", "B-1", "C-1"])),
    "node.timeout_shutdown": ("RECON_NODE_TIMEOUT_SHUTDOWN", st.sampled_from([1.0, 2.0])),
    "cache.number_of_retries": ("RECON_CACHE_NUMBER_OF_RETRIES", st.integers(1, 3)),
    "log.level": ("RECON_LOG_LEVEL", st.sampled_from(["DEBUG", "WARNING"])),
}
layer = st.fixed_dictionaries({}, optional={key: values for key, (_, values) in LAYERED.items()})
stacks = st.tuples(layer, layer, layer, layer)
"""default.toml, the preset file, the environment, the overrides."""

Layers = tuple[dict[str, Any], ...]


def in_toml(values: dict[str, Any]) -> str:
    tables: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, name = key.split(".")
        tables.setdefault(section, {})[name] = "none" if value is None else value
    return tomli_w.dumps(tables)


def in_environment(values: dict[str, Any]) -> dict[str, str]:
    words = {None: "none", True: "true", False: "false"}
    return {
        LAYERED[key][0]: json.dumps(value)
        if isinstance(value, list)
        else words[value]
        if value is None or isinstance(value, bool)
        else str(value)
        for key, value in values.items()
    }


def resolve(stack: Layers, jail: Jail) -> Settings:
    default, preset, environment, overrides = stack
    jail.settings(in_toml(default), standard=in_toml(preset))
    return jail.load(in_environment(environment), overrides=overrides)


def value_of(settings: Settings, key: str) -> Any:
    section, name = key.split(".")
    value = getattr(getattr(settings, section), name)
    return list(value) if isinstance(value, tuple) else value


def line_of(key: str, file: Path) -> int:
    section, name = key.split(".")
    lines = file.read_text().splitlines()
    start = lines.index(f"[{section}]")
    return next(number for number in range(start, len(lines)) if lines[number].startswith(f"{name} = ")) + 1


def expected_origin(key: str, height: int) -> str:
    if height < 0:
        return "default"
    if height >= 2:
        return (LAYERED[key][0], "--set")[height - 2]
    file = Path("settings", ("default.toml", "standard.toml")[height])
    return f"{file}:{line_of(key, file)}"


@given(stack=stacks)
def test_the_highest_layer_that_sets_a_key_gives_its_value_and_its_origin(stack: Layers) -> None:
    with jailed() as jail:
        settings = resolve(stack, jail)
        for key in LAYERED:
            setting = [height for height, values in enumerate(stack) if key in values]
            value = stack[setting[-1]][key] if setting else value_of(Settings(), key)
            assert value_of(settings, key) == value
            assert settings.origins[key] == expected_origin(key, setting[-1] if setting else -1)


@given(stack=stacks, key=st.sampled_from(sorted(LAYERED)))
def test_without_the_layer_of_its_origin_a_key_falls_to_the_next(stack: Layers, key: str) -> None:
    expected = [values[key] for values in reversed(stack) if key in values] + [value_of(Settings(), key)]
    rest = [dict(values) for values in stack]
    with jailed() as jail:
        told = [value_of(resolve(tuple(rest), jail), key)]
        for values in reversed(rest):
            if key not in values:
                continue
            del values[key]
            told += [value_of(resolve(tuple(rest), jail), key)]
    assert told == expected


@given(stack=stacks)
def test_taking_a_layer_away_changes_only_what_it_gave(stack: Layers) -> None:
    with jailed() as jail:
        whole = resolve(stack, jail)
        origins = {key: whole.origins[key] for key in LAYERED}
        for height in range(4):
            rest = resolve((*stack[:height], {}, *stack[height + 1 :]), jail)
            for key in LAYERED:
                below = next((values[key] for values in reversed(stack[:height]) if key in values), None)
                is_origin = key in stack[height] and not any(key in values for values in stack[height + 1 :])
                if not is_origin:
                    assert value_of(rest, key) == value_of(whole, key)
                elif any(key in values for values in stack[:height]):
                    assert value_of(rest, key) == below
                    assert rest.origins[key] != origins[key]
                else:
                    assert rest.origins[key] == "default"


@given(stack=stacks)
def test_resolving_is_idempotent(stack: Layers) -> None:
    with jailed() as jail:
        once = resolve(stack, jail)
        again = resolve(stack, jail)
        assert once.masked() == again.masked()
        assert dict(once.origins) == dict(again.origins)
        effective = {key: getattr(getattr(once, key.split(".")[0]), key.split(".")[1]) for key in LAYERED}
        assert jail.load(overrides=effective).masked() == once.masked()


@given(st.floats(max_value=86_400.0) | st.sampled_from([10.0, math.nextafter(10.0, 0.0)]))
def test_startup_delay_is_ten_seconds_or_more(value: float) -> None:
    assert accepted(startup_delay_secs=value) is (value >= 10.0)


@given(st.floats(max_value=86_400.0) | st.sampled_from([1.0, math.nextafter(1.0, 0.0)]))
def test_open_check_interval_is_a_second_or_more(value: float) -> None:
    assert accepted(open_check_interval_secs=value) is (value >= 1.0)


@pytest.mark.parametrize(
    ("key", "least"),
    [
        ("open_check_lookback_mins", 60),
        ("inflight_check_interval_ms", 1000),
        ("lookback_mins", 0),
        ("purge_closed_orders_interval_mins", 1),
        ("purge_closed_orders_buffer_mins", 1),
        ("purge_closed_positions_interval_mins", 1),
        ("purge_closed_positions_buffer_mins", 1),
        ("purge_account_events_interval_mins", 1),
        ("purge_account_events_lookback_mins", 1),
    ],
)
@given(data=st.data())
def test_whole_numbers_have_the_seeded_least_value(key: str, least: int, data: st.DataObject) -> None:
    value = data.draw(st.integers(max_value=1_000_000) | st.integers(least - 2, least + 2))
    threshold = {"inflight_check_threshold_ms": 3_600_000} if key == "inflight_check_interval_ms" else {}
    assert accepted(**{key: value}, **threshold) is (value >= least)


@given(st.integers(max_value=1000))
def test_inflight_retries_are_one_or_more(value: int) -> None:
    assert accepted(inflight_check_retries=value) is (value >= 1)


near_a_second = st.integers(0, 5000) | st.integers(998, 1002)


@given(interval=st.none() | near_a_second, threshold=near_a_second)
def test_inflight_threshold_covers_the_interval_and_both_are_a_second(interval: int | None, threshold: int) -> None:
    right = threshold >= 1000 and (interval is None or 1000 <= interval <= threshold)
    assert accepted(inflight_check_interval_ms=interval, inflight_check_threshold_ms=threshold) is right


def accepted(**values: Any) -> bool:
    try:
        ReconciliationConfig.model_validate(values)
    except ValidationError:
        return False
    return True


@given(reconciliations)
def test_every_accepted_config_is_one_the_engine_parses_field_by_field(config: ReconciliationConfig) -> None:
    engine = config.to_live_exec_engine_config()
    assert LiveExecEngineConfig.parse(engine.json()) == engine
    names = {field.key.partition(".")[2]: field.name for field in fields() if field.key.startswith("reconciliation.")}
    ours: dict[str, Any] = {names[key]: value for key, value in config.model_dump().items()}
    ours["inflight_check_interval_ms"] = ours["inflight_check_interval_ms"] or 0
    if not config.enabled:
        ours["inflight_check_interval_ms"] = 0
        for check in ("open_check", "position_check", "own_books_audit"):
            ours[f"{check}_interval_secs"] = None
    for name in ("reconciliation_instrument_ids", "filtered_client_order_ids"):
        theirs = getattr(engine, name)
        assert (None if theirs is None else tuple(item.value for item in theirs)) == (ours.pop(name) or None)
    assert {name: getattr(engine, name) for name in ours} == ours


@given(whole_settings)
def test_settings_written_to_toml_load_back_equal(settings: Settings) -> None:
    tables = json.loads(settings.model_dump_json(exclude={"preset"}))
    for secret in ("api_key", "api_secret"):
        del tables["venue"][secret]
    del tables["cache"]["url"]
    del tables["monitor"]["password"]

    def nothing_told(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: nothing_told(value) for key, value in node.items()}
        return "none" if node is None else node

    with jailed() as jail:
        jail.settings(tomli_w.dumps(nothing_told(tables)))
        loaded = jail.load()
    for section in SECTIONS:
        assert getattr(loaded, section) == getattr(settings, section)
    assert loaded.fingerprint == settings.fingerprint


@given(claims())
def test_claims_in_the_environment_load_back_equal(made: dict[str, Any]) -> None:
    text = json.dumps({name: claim.model_dump(mode="json") for name, claim in made.items()})
    assert load(env={"RECON_CLAIMS": text}, settings_dir=SHIPPED).claims == made


# Text of every kind a variable can hold: lone surrogates stand for bytes that are not UTF-8.
json_like = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ids | st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
texts = st.one_of(
    st.text(st.characters(), max_size=20),
    json_like.map(json.dumps),
    st.sampled_from(["none", "true", "0", "1e999", "-0", "9" * 5000, "..", "/", "\0", "redis://[", "http://[::1", "%"]),
    st.builds("redis://{}@{}:{}".format, st.text(max_size=5), st.text(max_size=5), st.integers(0, 70_000)),
    st.builds("http://{}:{}".format, st.text(max_size=5), st.integers(0, 70_000)),
)


def outcome_of(env: dict[str, str], directory: Path) -> Settings | SettingsError:
    try:
        return load(env=env, settings_dir=directory)
    except SettingsError as error:
        return error


variables = st.sampled_from(sorted(known.variables())) | st.text(max_size=8).map("RECON_{}".format)


@given(st.dictionaries(variables, texts, max_size=4))
def test_no_text_in_any_variable_raises_anything_but_a_settings_error(env: dict[str, str]) -> None:
    outcome = outcome_of(env, SHIPPED)
    if isinstance(outcome, Settings):
        assert len(outcome.fingerprint) == 16
        assert json.dumps(outcome.masked())
    else:
        assert outcome.problems
        assert all(problem.origin and problem.message and problem.hint for problem in outcome.problems)


@given(texts)
def test_no_text_as_settings_directory_or_preset_raises_anything_but_a_settings_error(text: str) -> None:
    for env in ({"RECON_SETTINGS_DIR": text}, {"RECON_SETTINGS_DIR": str(SHIPPED), "RECON_PRESET": text}):
        with contextlib.suppress(SettingsError):
            assert load(env=env).preset


table_values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.just("none"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(ids | st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
keys = st.sampled_from([key.rpartition(".")[2] for key in (*LAYERED, "cache.url", "venue.api_key", "x.claim_all")])
files = st.dictionaries(
    st.sampled_from([*SECTIONS, "preset", "other"]),
    table_values | st.dictionaries(keys | ids, table_values, max_size=3),
    max_size=3,
)


@given(default=files, preset=files)
def test_no_toml_raises_anything_but_a_settings_error(default: dict[str, Any], preset: dict[str, Any]) -> None:
    with jailed() as jail:
        jail.settings(tomli_w.dumps(default), standard=tomli_w.dumps(preset))
        outcome = outcome_of({}, Path("settings"))
        if isinstance(outcome, Settings):
            assert all(outcome.origins.values())
        else:
            assert all(problem.origin and problem.message and problem.hint for problem in outcome.problems)
