"""The shape of a field table, and values through it and back."""

from typing import Any

from hypothesis import given
from setting_strategies import reconciliations

from reconciliation import ReconciliationConfig
from reconciliation.engine.fields import EngineField, FieldTable
from reconciliation.engine.generation import fields

PLAIN = EngineField("node.timeout_shutdown", "Node", "timeout_shutdown")
OFF = EngineField("reconciliation.interval", "Engine", "interval_ms", nothing=(None, 0))
IDS = EngineField("reconciliation.ids", "Engine", "ids", nothing=((), None), holds_ids=True)
READ = EngineField("node.snapshots", "Engine", "snapshots", is_setting=False)
TABLE = FieldTable((PLAIN, OFF, IDS, READ), {"Engine": {"qsize": "concerns nothing here"}}, {"Engine": ""})


class Identifier:
    """An identifier of an engine's own."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def test_rows_are_found_by_class_and_by_key() -> None:
    assert tuple(TABLE) == (PLAIN, OFF, IDS, READ)
    assert TABLE.of("Engine") == (OFF, IDS, READ)
    assert TABLE.settings("Engine") == (OFF, IDS)
    assert TABLE.by_key("reconciliation.ids") is IDS
    assert TABLE.by_key("node.snapshots") is None
    assert TABLE.of("Nothing") == TABLE.settings("Nothing") == ()
    assert TABLE.left_alone["Engine"]["qsize"]
    assert str(PLAIN) == "Node.timeout_shutdown"


def test_nothing_is_said_as_each_side_says_it() -> None:
    assert (OFF.emitted(None), OFF.read(0), OFF.read(None)) == (0, None, None)
    assert (IDS.emitted(()), IDS.read(None), IDS.read([])) == (None, (), ())
    assert (PLAIN.emitted(None), PLAIN.read(None)) == (None, None)
    assert (OFF.emitted(250), OFF.read(250)) == (250, 250)


def test_zero_is_not_nothing_where_both_say_it_alike() -> None:
    assert (PLAIN.emitted(0), PLAIN.read(0), PLAIN.read(False)) == (0, 0, False)  # noqa: FBT003 - a value


def test_identifiers_are_read_as_texts() -> None:
    assert IDS.emitted(("a", "b")) == ("a", "b")
    assert IDS.read([Identifier("a"), Identifier("b")]) == ("a", "b")


@given(reconciliations)
def test_a_configuration_is_read_back_as_it_was_emitted(config: ReconciliationConfig) -> None:
    """Through the installed generation's own class."""
    emitted: Any = config.to_live_exec_engine_config()
    read = {
        field.key.removeprefix("reconciliation."): field.read(getattr(emitted, field.name))
        for field in fields().settings(type(emitted).__name__)
        if field.key.startswith("reconciliation.")
    }
    assert read == config.effective.model_dump()
