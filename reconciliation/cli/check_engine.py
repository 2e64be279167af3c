"""`recon check --engine`: what MODULE:OBJECT names, judged by the rules."""

from inspect import iscoroutinefunction

import click

from reconciliation.cli.hand_written import Facts, Judged, code_of, given_facts, judged, tell, tell_problems
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.targets import called, named_object
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import generation
from reconciliation.layers.problems import SettingsError


def run(target: str, *, as_json: bool, strict: bool) -> int:
    """Judge what MODULE:OBJECT names; return the exit code.

    Raises:
        click.UsageError: there is nothing to judge, or an option does not go with it.
    """
    by = given_facts("--engine")
    if isinstance(by, SettingsError):
        return tell_problems(by, as_json=as_json)
    with stdout_for_data() as stdout, generation().no_nodes():
        verdict = _judged(target, by)
        tell([verdict], stdout, as_json=as_json)
    return code_of([verdict], strict=strict)


def _judged(target: str, by: Facts) -> Judged:
    found = named_object(target)
    for _ in range(2):
        try:
            return judged(found, by, target)
        except NotAConfigError as error:
            if iscoroutinefunction(found):
                file = target.partition(":")[0].replace(".", "/")
                raise click.UsageError(
                    f"'{target}' is a coroutine, not a configuration; recon check --script {file}.py runs it until its"
                    " node would begin to live"
                ) from None
            if isinstance(found, type) or not callable(found):
                raise click.UsageError(f"'{target}' {error}") from None
            found = called(target, found)
    raise click.UsageError(f"'{target}' returns a function, not a configuration")
