"""Mistakes in the user's own function are the user's: told with file and line, exit 2, before anything is started."""

from pathlib import Path

import pytest
from stage import Stage

CODE = """
from reconciliation import NodeBuilder

def no_argument():
    pass

class Configure:
    def __init__(self, builder):
        pass

def raises(builder):
    ages = {}
    ages["missing"]

async def later(builder):
    pass

def twice(builder):
    builder.add_exec_client("OKX", None, object)
    builder.add_exec_client("OKX", None, object)

def returns(builder):
    return ["a strategy"]

def ends(builder):
    raise SystemExit(0)

def no_client(builder):
    builder.add_exec_client("OKX", None, object)

configured = {"clients": []}
"""


@pytest.fixture(autouse=True)
def own_module(tmp_path: Path, nothing_left_behind: None) -> None:
    (tmp_path / "own.py").write_text(CODE)


@pytest.mark.parametrize(
    ("target", "reason", "place"),
    [
        ("no_argument", "no_argument cannot be called with the builder: too many positional arguments", "own.py:4"),
        ("Configure", "Configure is a class, not a function", "own.py:7"),
        ("raises", "raises failed: KeyError: 'missing'", "own.py:13"),
        ("later", "later is a coroutine function, which nobody awaits", "own.py:15"),
        ("twice", "a client named 'OKX' was added already", "own.py:20"),
        ("returns", "returns returns what nobody reads, of type list; have it add to the builder", "own.py:22"),
        ("ends", "ends ends the process; have it add to the builder and return", "own.py:25"),
        ("no_client", "the execution client OKX was given NoneType, not LiveExecClientConfig", ""),
        ("configured", "what was named is of type dict, not a function", ""),
    ],
)
def test_a_mistake_is_told_in_one_line(stage: Stage, target: str, reason: str, place: str) -> None:
    told = stage.recon("run", f"own:{target}")
    assert (told.code, told.stdout) == (2, "")
    (event,) = told.events("settings_refused")
    assert reason in event["reason"]
    assert place in event["reason"]
    assert len(told.stderr.splitlines()) == 1


def test_a_person_reads_it_as_a_line(stage: Stage) -> None:
    told = stage.recon("run", "own:raises", RECON_LOG_FORMAT="console")
    assert told.code == 2
    assert told.stderr == "raises failed: KeyError: 'missing' (own.py:13)\n"


MISTAKES = ["nowhere:f", "own:nothing", "own:no_argument", "own:raises", "own:returns", "own:ends", "own:no_client"]


@pytest.mark.parametrize("command", ["claims", "reconcile", "doctor", "drill"])
def test_every_command_that_takes_a_function_ends_with_2(stage: Stage, command: str) -> None:
    words = ["drill", "opening fill outside the lookback [60 min]", "--configure"] if command == "drill" else [command]
    for target in MISTAKES:
        told = stage.recon(*words, target)
        assert told.code == 2, (target, told.stdout, told.stderr)
        assert "Traceback" not in told.stderr, target
        assert told.stderr or "fail" in told.stdout, target


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere:f", "'nowhere:f': No module named 'nowhere'; run from the folder that holds the module"),
        ("own:nothing", "'own:nothing': own has no nothing"),
        ("own", "'own' is not MODULE:OBJECT, as in my_node:configure for my_node.py"),
    ],
)
def test_a_function_that_is_not_there_is_wrong_usage(stage: Stage, target: str, reason: str) -> None:
    told = stage.recon("claims", target)
    assert told.code == 2
    assert told.stderr.endswith(f"Error: {reason}\n")
