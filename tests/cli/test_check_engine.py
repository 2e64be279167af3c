"""`recon check --engine`: what MODULE:OBJECT or FILE:OBJECT may name, and what is said where it names nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

SEVERAL = """
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

def pair():
    return LiveExecEngineConfig(inflight_check_retries=0), 5

def table():
    return {"a": LiveExecEngineConfig(inflight_check_retries=0), "b": TradingNodeConfig(), "c": 3}

def two():
    return {"a": LiveExecEngineConfig(), "b": LiveExecEngineConfig(), "c": 3}

alone = [LiveExecEngineConfig()]

def runs():
    TradingNode(TradingNodeConfig()).run()

def nothing():
    print("did happen")

def wants(symbol):
    return LiveExecEngineConfig()

async def later():
    return LiveExecEngineConfig()

def function():
    return nothing
"""


def recon(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-m", "reconciliation", "check", *args]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("target", "heads"),
    [
        ("several:pair", ["several:pair was called: all that it does did happen", "several:pair[0], a Live"]),
        (
            "several:table",
            [
                "several:table was called",
                "several:table['b'], a TradingNodeConfig: it has",
            ],
        ),
        ("several:two", ["several:two was called", "several:two['a'], a Live", "several:two['b'], a Live"]),
        ("several:alone", ["several:alone, a LiveExecEngineConfig"]),
        ("several:runs", ["several:runs was called", "several.py:17, a TradingNodeConfig: it has no execution client"]),
        ("several.py:pair", ["several.py:pair was called", "several.py:pair[0], a Live"]),
        ("bots/json.py:config", ["bots/json.py:config, a LiveExecEngineConfig"]),
    ],
)
def test_each_configuration_is_judged_wherever_it_stands(tmp_path: Path, target: str, heads: list[str]) -> None:
    (tmp_path / "several.py").write_text(SEVERAL, "utf-8")
    (tmp_path / "bots").mkdir()
    # Called like a module of Python's own, and with another beside it.
    (tmp_path / "bots" / "json.py").write_text("from beside import config\n", "utf-8")
    (tmp_path / "bots" / "beside.py").write_text(
        "from nautilus_trader.config import LiveExecEngineConfig\nconfig = LiveExecEngineConfig()\n", "utf-8"
    )
    done = recon(tmp_path, "--engine", target)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("several", "bots"))]
    assert len(lines) == len(heads), done.stdout + done.stderr
    assert all(line.startswith(head) for line, head in zip(lines, heads, strict=True)), lines


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            "several:nothing",
            "what it returned is of type NoneType, not a LiveExecEngineConfig or a TradingNodeConfig; name one, or a",
        ),
        ("several:nothing", "returns one; recon check --script several.py runs a script until its node would begin"),
        ("several:function", "'several:function' was called, and returns a function, not a configuration; recon check"),
        (
            "several:wants",
            "'several:wants' takes arguments; recon check --script several.py --call 'wants(...)' gives them",
        ),
        (
            "several:later",
            "is a coroutine, not a configuration; recon check --script several.py --call 'later()' runs it until",
        ),
        ("nowhere.py:config", "'nowhere.py:config': there is no such file"),
    ],
)
def test_what_comes_to_no_configuration_says_how_to_go_on(tmp_path: Path, target: str, told: str) -> None:
    (tmp_path / "several.py").write_text(SEVERAL, "utf-8")
    done = recon(tmp_path, "--engine", target)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
