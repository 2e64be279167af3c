"""`recon check --engine`: what MODULE:OBJECT names, judged by the rules."""

import inspect
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from reconciliation.cli.formats.form import Form, tell
from reconciliation.cli.hand_written import Facts, Judged, each_configuration, given_facts, judged, whole_or_all
from reconciliation.cli.hand_written_verdict import HandWrittenVerdict
from reconciliation.cli.places.constructions import Construction, constructions
from reconciliation.cli.places.fields import Places
from reconciliation.cli.settings_verdict import SettingsVerdict
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.targets import called, named_object
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import fields, generation
from reconciliation.engine.scripted import ScriptNode
from reconciliation.layers.problems import SettingsError


def run(target: str, *, form: Form, strict: bool) -> int:
    """Judge what MODULE:OBJECT names; return the exit code.

    Raises:
        click.UsageError: there is nothing to judge, or an option does not go with it.
    """
    by = given_facts("--engine")
    if isinstance(by, SettingsError):
        tell(SettingsVerdict(by), form)
        return SettingsVerdict(by).code(strict=strict)
    with stdout_for_data() as stdout, generation().no_nodes() as nodes, constructions(fields().parts) as seen:
        verdict = _judged(target, by, nodes, seen)
        tell(verdict, form, stdout)
    return verdict.code(strict=strict)


def _judged(target: str, by: Facts, nodes: list[ScriptNode], seen: Collection[Construction]) -> HandWrittenVerdict:
    found = named_object(target)
    module, _, name = target.rpartition(":")

    def verdicts(found: object) -> Iterator[Judged]:
        of_name = partial(Places(fields().parts, seen).of_name, file=_file_of(module), name=name)
        for value, source in each_configuration(found, target):
            with suppress(NotAConfigError):  # beside it stands much else
                yield judged(value, by, source, of_name)

    if stands := tuple(whole_or_all([*verdicts(found)])):
        return HandWrittenVerdict(stands)
    if inspect.iscoroutinefunction(found):
        raise click.UsageError(
            f"'{target}' is a coroutine, not a configuration; recon check --script {_script_of(module)} --call"
            f" '{name}()' runs it until its node would begin to live"
        )
    if isinstance(found, type) or not callable(found):
        raise click.UsageError(f"'{target}' {NotAConfigError(found)}")
    if _wants_arguments(found):
        raise click.UsageError(
            f"'{target}' takes arguments; recon check --script {_script_of(module)} --call '{name}(...)' gives them"
        )
    before = len(nodes)
    returned = called(target, found)
    told = (f"{target} was called: all that it does did happen",)
    if stands := tuple(whole_or_all([*verdicts(returned)])):
        return HandWrittenVerdict(stands, told)
    if built := nodes[before:]:
        places = Places(fields().parts, seen)
        of_nodes = ((node, partial(places.of_node, file=node.file, line=node.line)) for node in built)
        return HandWrittenVerdict(tuple(judged(node, by, node.place or target, of) for node, of in of_nodes), told)
    what = (
        "returns a function, not a configuration"
        if callable(returned)
        else f"what it returned {NotAConfigError(returned)}"
    )
    raise click.UsageError(
        f"'{target}' was called, and {what}; recon check --script {_script_of(module)} runs a script until its node"
        " would begin to live"
    )


def _file_of(module: str) -> str:
    """Return the whole path of a module's file; empty where it has none."""
    if module.endswith(".py"):
        return str(Path(module).resolve())
    return getattr(sys.modules[module], "__file__", None) or ""


def _script_of(module: str) -> str:
    """Return the file of a module as `--script` takes it."""
    return module if module.endswith(".py") else f"{module.replace('.', '/')}.py"


def _wants_arguments(function: Callable[..., object]) -> bool:
    try:
        inspect.signature(function).bind()
    except TypeError:
        return True
    except ValueError:  # of what is compiled nothing is known
        return False
    return False
