"""The line on which a script sets a field: it is marked in each, as is the line of the construction."""

import runpy
from pathlib import Path
from typing import Final

import pytest

from reconciliation.cli.places.constructions import Construction, constructions
from reconciliation.cli.places.fields import FieldPlaces, Places
from reconciliation.engine.generation import fields

HEAD: Final = """\
from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, TradingNodeConfig
"""
ENGINE, NODE = "LiveExecEngineConfig", "TradingNodeConfig"
RETRIES, CHECK = "inflight_check_retries", "open_check_interval_secs"


def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[Places, Path]:
    """Run a script from its folder, and return what was seen of it."""
    file = tmp_path / "it.py"
    file.write_text(HEAD + text, "utf-8")
    monkeypatch.chdir(tmp_path)
    with constructions(fields().parts) as seen:
        runpy.run_path("it.py")
        found: tuple[Construction, ...] = tuple(seen)
    return Places(fields().parts, found), file


def marked(file: Path, mark: str) -> str:
    """Return the place of a marked line, without its column."""
    lines = file.read_text("utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.endswith(f"# <- {mark}"))
    return f"it.py:{number}"


def lines_of(places: FieldPlaces, *keys: str) -> list[str]:
    return [place.rpartition(":")[0] for place in places.of(keys)]


PLAIN = {
    "by keyword": "it = LiveExecEngineConfig(\n    qsize=3,\n    inflight_check_retries=5,  # <- set\n)",
    "over several lines": "it = LiveExecEngineConfig(\n  inflight_check_retries=(  # <- set\n    2 + 3\n  ),\n)",
    "by a name": "N = 5\nit = LiveExecEngineConfig(\n    inflight_check_retries=N,  # <- set\n)",
    "by a table": "given = {\n  'inflight_check_retries': 5,  # <- set\n}\nit = LiveExecEngineConfig(**given)",
    "by a table at once": "it = LiveExecEngineConfig(\n    **{'inflight_check_retries': 5},  # <- set\n)",
    "by dict": "given = dict(\n    inflight_check_retries=5,  # <- set\n)\nit = LiveExecEngineConfig(**given)",
    "by a table in a table": (
        "inner = {\n  'inflight_check_retries': 5,  # <- set\n}\nouter = {'qsize': 3, **inner}\n"
        "it = LiveExecEngineConfig(**outer)"
    ),
    "the last word of a table": (
        "given = {\n  'inflight_check_retries': 4,\n  'inflight_check_retries': 5,  # <- set\n}\n"
        "it = LiveExecEngineConfig(**given)"
    ),
    "with an annotation": "it: object = LiveExecEngineConfig(\n    inflight_check_retries=5,  # <- set\n)",
    "in a function": (
        "def build():\n    given = {\n        'inflight_check_retries': 5,  # <- set\n    }\n"
        "    return LiveExecEngineConfig(**given)\nit = build()"
    ),
    "in a method": (
        "given = {\n    'inflight_check_retries': 5,  # <- set\n}\nclass App:\n    given = {}\n"
        "    def build(self):\n        return LiveExecEngineConfig(**given)\nit = App().build()"
    ),
    "under another name": (
        "from nautilus_trader import config\nConfig = config.LiveExecEngineConfig\nit = Config(\n"
        "    inflight_check_retries=5,  # <- set\n)"
    ),
    "of a subclass": (
        "class Mine(LiveExecEngineConfig, frozen=True):\n    pass\nit = Mine(\n"
        "    inflight_check_retries=5,  # <- set\n)"
    ),
    "one of two": (
        "other = LiveExecEngineConfig(inflight_check_retries=9)\nit = LiveExecEngineConfig(\n"
        "    inflight_check_retries=5,  # <- set\n)"
    ),
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_a_field_has_the_line_that_sets_it(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places, file = ran(tmp_path, monkeypatch, text)
    assert lines_of(places.of_name(ENGINE, str(file), "it"), RETRIES) == [marked(file, "set")]


MADE = {
    "left alone": "it = LiveExecEngineConfig(qsize=3)  # <- made",
    "in a table that comes from elsewhere": (
        "import json\ngiven = json.loads('{\"inflight_check_retries\": 5}')\n"
        "it = LiveExecEngineConfig(**given)  # <- made"
    ),
    "in a table that is made in two steps": (
        "given = {'qsize': 3}\ngiven = {'inflight_check_retries': 5}\nit = LiveExecEngineConfig(**given)  # <- made"
    ),
    "in a table that is an argument": (
        "given = {'inflight_check_retries': 9}\n"
        "def build(given):\n    return LiveExecEngineConfig(**given)  # <- made\n"
        "it = build({'inflight_check_retries': 5})"
    ),
}


@pytest.mark.parametrize("text", MADE.values(), ids=MADE)
def test_a_field_that_is_not_seen_to_be_set_has_the_line_of_the_construction(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, file = ran(tmp_path, monkeypatch, text)
    assert lines_of(places.of_name(ENGINE, str(file), "it"), RETRIES) == [marked(file, "made")]


def test_which_of_several_constructions_it_was_is_not_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "several = [\n  LiveExecEngineConfig(inflight_check_retries=4),\n  LiveExecEngineConfig(),\n]\nit = several[0]"
    )
    places, file = ran(tmp_path, monkeypatch, text)
    assert places.of_name(ENGINE, str(file), "it").of([RETRIES]) == ("it.py:1",)


def test_what_did_not_run_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "def unused():\n    return LiveExecEngineConfig(inflight_check_retries=4)\n"
        "it = [LiveExecEngineConfig(\n    inflight_check_retries=5,  # <- set\n)][0]"
    )
    places, file = ran(tmp_path, monkeypatch, text)
    assert lines_of(places.of_name(ENGINE, str(file), "it"), RETRIES) == [marked(file, "set")]


def test_classes_of_the_users_own_that_are_called_alike_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "it = [LiveExecEngineConfig(\n    inflight_check_retries=5,  # <- set\n)][0]\n"
        "class LiveExecEngineConfig(dict):\n    pass\nLiveExecEngineConfig(inflight_check_retries=9)"
    )
    places, file = ran(tmp_path, monkeypatch, text)
    assert lines_of(places.of_name(ENGINE, str(file), "it"), RETRIES) == [marked(file, "set")]


def test_a_file_may_nest_deeply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"sum_ = {' + '.join(['1'] * 1_500)}\ngiven = {{'qsize': 3}}\nit = LiveExecEngineConfig(**given)  # <- made"
    places, file = ran(tmp_path, monkeypatch, text)
    assert lines_of(places.of_name(ENGINE, str(file), "it"), RETRIES) == [marked(file, "made")]


WHOLE = """\
engine = LiveExecEngineConfig(  # <- engine
    inflight_check_retries=5,  # <- retries
)
other = LiveExecEngineConfig(inflight_check_retries=9)
it = TradingNodeConfig(  # <- node
    exec_engine=engine,
    timeout_connection=5.0,  # <- timeout
    cache=CacheConfig(  # <- cache
        flush_on_start=True,  # <- flush
        database=DatabaseConfig(  # <- database
            number_of_retries=3,  # <- attempts
        ),
    ),
)
"""


@pytest.mark.parametrize(
    ("key", "mark"),
    [
        ("exec_engine.inflight_check_retries", "retries"),
        ("exec_engine.open_check_interval_secs", "engine"),
        ("timeout_connection", "timeout"),
        ("timeout_shutdown", "node"),
        ("strategies[0].external_order_claims", "node"),
        ("cache.flush_on_start", "flush"),
        ("cache.use_instance_id", "cache"),
        ("cache.database.number_of_retries", "attempts"),
        ("cache.database.factor", "database"),
    ],
)
def test_each_part_of_a_node_has_its_own_lines(
    key: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, file = ran(tmp_path, monkeypatch, WHOLE)
    assert lines_of(places.of_name(NODE, str(file), "it"), key) == [marked(file, mark)]


def test_a_part_that_is_left_out_has_the_line_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "other = LiveExecEngineConfig(inflight_check_retries=9)\nit = TradingNodeConfig()  # <- node"
    places, file = ran(tmp_path, monkeypatch, text)
    whole = places.of_name(NODE, str(file), "it")
    assert lines_of(whole, f"exec_engine.{RETRIES}") == [marked(file, "node")]


def test_several_fields_have_each_line_that_sets_one_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, file = ran(tmp_path, monkeypatch, "it = LiveExecEngineConfig(\n  qsize=3,\n  inflight_check_retries=5,\n)")
    found = places.of_name(ENGINE, str(file), "it")
    assert found.of([CHECK, "qsize", RETRIES]) == ("it.py:3:3", "it.py:4:3")


def test_columns_count_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "it = LiveExecEngineConfig(**{'filtered_client_order_ids': ['żółć'], 'inflight_check_retries': 5})"
    places, file = ran(tmp_path, monkeypatch, text)
    assert places.of_name(ENGINE, str(file), "it").of([RETRIES]) == (f"it.py:2:{text.index("'inflight") + 1}",)


def test_a_file_elsewhere_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places, file = ran(tmp_path, monkeypatch, "it = LiveExecEngineConfig(inflight_check_retries=5)")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (place,) = places.of_name(ENGINE, str(file), "it").of([RETRIES])
    assert place.startswith(f"{file}:2:")
