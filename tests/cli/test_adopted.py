"""A configuration written by hand becomes a preset that equals it, but for what is told."""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jail import SHIPPED
from nautilus_trader.config import LiveExecEngineConfig
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from setting_strategies import reconciliations

from reconciliation import ReconciliationConfig, ReconciliationPreset, Settings, load
from reconciliation.cli.adopted import Adopted, adopted
from reconciliation.engine.generation import fields, generation

OWNER: Final = "LiveExecEngineConfig"
OFF_AT_ZERO: Final = {"open_check_interval_secs", "position_check_interval_secs", "own_books_audit_interval_secs"}
NUMBERS: Final = st.sampled_from([0, 1, 5, 30, 999, 1000, 5999, 6000, 0.5, 1.5, 12.0, 0.0])
VALUES: Final = {
    bool: st.booleans(),
    int: NUMBERS | st.integers(-1, 10_000),
    float: NUMBERS | st.floats() | st.just("soon"),
}


def written_by(preset: Adopted, folder: Path) -> Settings:
    """Return what the file of a preset resolves to over the shipped settings."""
    (folder / "default.toml").write_bytes((SHIPPED / "default.toml").read_bytes())
    (folder / "mine.toml").write_text(preset.file(), "utf-8")
    return load("mine", env={}, settings_dir=folder)


def emitted(settings: Settings) -> LiveExecEngineConfig:
    """Return the engine's configuration of a node with these settings."""
    config: LiveExecEngineConfig = generation().exec_engine_config(
        settings.reconciliation,
        load_cache=settings.cache.load_cache,
        graceful_shutdown_on_exception=settings.node.graceful_shutdown_on_exception,
        manage_own_order_books=settings.node.manage_own_order_books,
    )
    return config


def round_trip(config: LiveExecEngineConfig) -> tuple[LiveExecEngineConfig, Adopted]:
    preset = adopted(generation().settings_of_engine(config, "my_node.py:1"))
    with tempfile.TemporaryDirectory() as folder:
        return emitted(written_by(preset, Path(folder))), preset


@given(reconciliations)
def test_what_settings_can_say_comes_back_equal_and_nothing_is_told(config: ReconciliationConfig) -> None:
    engine = config.to_live_exec_engine_config()
    back, preset = round_trip(engine)
    assert back == engine
    assert not preset.untaken
    assert not preset.written.remains


def of_field(field: msgspec.structs.FieldInfo) -> st.SearchStrategy[Any]:
    """Values that people write for a field, and others: constructors check none of them."""
    if field.name == "reconciliation_instrument_ids":
        return st.none() | st.lists(
            st.builds(InstrumentId.from_str, st.sampled_from(["A.X", "*.X", "B.Y"])), max_size=3
        )
    if field.name == "filtered_client_order_ids":
        return st.none() | st.lists(st.builds(ClientOrderId, st.sampled_from(["O-1", "O-2"])), max_size=3)
    if field.name == "external_clients":
        return st.none()
    kind = type(field.default) if field.default is not None else float
    return st.just(field.default) | VALUES[kind]


@given(
    st.fixed_dictionaries(
        {}, optional={each.name: of_field(each) for each in msgspec.structs.fields(LiveExecEngineConfig)}
    )
)
@example({"reconciliation": False, "inflight_check_interval_ms": 0.0})
def test_every_field_that_does_not_come_back_equal_is_told(values: dict[str, Any]) -> None:
    engine = LiveExecEngineConfig(**values)
    back, preset = round_trip(engine)
    ours = {field.name: field for field in fields().settings(OWNER)}
    for name in engine.__struct_fields__:
        was, is_now = getattr(engine, name), getattr(back, name)
        # Of a kind that is refused it is not the same, though what masks it may have it act so.
        equal = was == is_now and not (isinstance(was, float) and isinstance(is_now, int))
        same = equal or (was == 0 and is_now is None and name in OFF_AT_ZERO) or (was == [] and is_now is None)
        if name in ours:
            assert same == (ours[name].key not in preset.untaken), name
        else:
            assert same == (not any(line.startswith(f"{name} = ") for line in preset.written.remains)), name


@pytest.mark.parametrize("name", ReconciliationPreset)
def test_what_a_preset_says_is_nearest_to_it(name: str) -> None:
    settings = load(name, env={}, settings_dir=SHIPPED)
    back, preset = round_trip(emitted(settings))
    assert (preset.nearest, dict(preset.others), dict(preset.untaken)) == (name, {}, {})
    assert back == emitted(settings)


def of_engine(**values: Any) -> Adopted:
    return adopted(generation().settings_of_engine(LiveExecEngineConfig(**values), "my_node.py:1"))


BY_PRESET: Final = {
    "open_check_interval_secs": 10.0,
    "open_check_open_only": False,
    "position_check_interval_secs": 60.0,
    "inflight_check_retries": 10,
    "open_check_threshold_ms": 10_000,
}


def test_what_differs_from_the_nearest_preset_is_marked_and_nothing_else() -> None:
    preset = of_engine(**BY_PRESET, reconciliation_startup_delay_secs=12.0, reconciliation_lookback_mins=60)
    assert preset.nearest == "conservative"
    lines = preset.file().splitlines()
    assert "startup_delay_secs = 12.0  # conservative: 15.0" in lines
    assert 'lookback_mins = 60  # conservative: "none"' in lines
    assert "open_check_interval_secs = 10.0" in lines
    assert {line.partition(" = ")[0] for line in lines if "  # conservative: " in line} == {
        key.rpartition(".")[2] for key in preset.others
    }


THRESHOLD: Final = "reconciliation.open_check_threshold_ms"
REFUSED: Final = {
    "reconciliation_startup_delay_secs": (
        2.0,
        "# Not as it was: reconciliation.startup_delay_secs = 2.0 must be at least 10 seconds; here it is 10.0",
        "startup_delay_secs = 10.0",
    ),
    "open_check_lookback_mins": (
        30,
        "# Not as it was: reconciliation.open_check_lookback_mins = 30 must be at least 60 minutes; here it is 60",
        "open_check_lookback_mins = 60",
    ),
    "open_check_threshold_ms": (
        "soon",
        f"# Not as it was: {THRESHOLD}: 'soon' is refused: Expected `int`, got `str`; here it is 5000",
        "open_check_threshold_ms = 5000",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_is_refused_stands_as_a_comment_with_the_reason(name: str) -> None:
    value, told, instead = REFUSED[name]
    lines = of_engine(**{name: value}).file().splitlines()
    at = lines.index(told)
    assert lines[at + 1] == instead


def test_two_values_that_do_not_go_together_are_both_told() -> None:
    preset = of_engine(inflight_check_interval_ms=6_000, inflight_check_threshold_ms=5_500)
    told = "inflight_check_threshold_ms (5500) must be at least inflight_check_interval_ms (6000)"
    assert preset.untaken == {
        "reconciliation.inflight_check_threshold_ms": f"{told}; here it is 5000",
        "reconciliation.inflight_check_interval_ms": f"{told}; here it is 2000",
    }
    assert of_engine(inflight_check_interval_ms=6_000).untaken.keys() == {"reconciliation.inflight_check_interval_ms"}


def test_a_check_that_the_engine_runs_without_reconciliation_is_told_to_be_off_here() -> None:
    preset = of_engine(reconciliation=False, open_check_interval_secs=5.0, inflight_check_interval_ms=0)
    assert preset.nearest == "disabled"
    assert preset.untaken == {
        "reconciliation.open_check_interval_secs": 'reconciliation.open_check_interval_secs = 5.0 acts as "none",'
        " because enabled = false masks it"
    }


def test_what_concerns_no_reconciliation_is_told_with_the_reason() -> None:
    preset = of_engine(qsize=5)
    told = "qsize = 5: concerns no reconciliation; the engine's default stays"
    assert preset.written.remains == (told,)
    assert f"#   {told}" in preset.file()


def test_a_configuration_goes_from_one_process_to_another_as_json() -> None:
    written = generation().settings_of_engine(LiveExecEngineConfig(open_check_interval_secs=float("nan")), "x.py:1")
    assert json.loads(json.dumps(written.data())) == json.loads(json.dumps(written.data(), allow_nan=False))
