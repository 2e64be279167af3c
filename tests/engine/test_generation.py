"""The generation that is installed is what the contract of generations says."""

import inspect
import subprocess
import sys
from typing import Any

import pytest

from reconciliation.engine.fields import FieldTable
from reconciliation.engine.generation import EngineNode, Generation, fields, generation
from reconciliation.engine.v1.assemble import AssembledNode

NEUTRAL = ("builder", "client", "errors", "fields", "fills", "generation", "guarded", "holdings", "lifecycle", "report")


def members(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


def assert_takes(offered: Any, promised: Any) -> None:
    """Hold that one may be called in every way in which the other may."""
    ours = dict(inspect.signature(offered).parameters)
    for name, parameter in inspect.signature(promised).parameters.items():
        if name != "self":
            assert ours[name].kind == parameter.kind, name
            assert ours[name].default == parameter.default, name
            del ours[name]
    assert [name for name, extra in ours.items() if extra.default is inspect.Parameter.empty] in ([], ["self"])
    assert inspect.iscoroutinefunction(offered) == inspect.iscoroutinefunction(promised)


@pytest.mark.parametrize("name", [name for name in members(Generation) if name != "FIELDS"])
def test_the_installed_generation_takes_what_the_contract_promises(name: str) -> None:
    assert_takes(getattr(generation(), name), getattr(Generation, name))


@pytest.mark.parametrize("name", members(EngineNode))
def test_a_node_of_it_has_every_member(name: str) -> None:
    promised = getattr(EngineNode, name)
    if callable(promised):
        assert_takes(getattr(AssembledNode, name), promised)
    else:
        assert hasattr(AssembledNode, name) or name in inspect.signature(AssembledNode).parameters


def test_its_fields_are_the_ones_that_are_told_without_it() -> None:
    assert isinstance(fields(), FieldTable)
    assert generation().FIELDS is fields()


def test_the_contract_and_its_field_table_load_without_the_engine() -> None:
    modules = ", ".join(f"reconciliation.engine.{name}" for name in NEUTRAL)
    code = f"import sys, {modules}; reconciliation.engine.generation.fields(); print('nautilus_trader' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
