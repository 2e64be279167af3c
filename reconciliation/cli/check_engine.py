"""`recon check --engine`: what MODULE:OBJECT names, judged by the rules."""

import sys
from collections.abc import Collection
from functools import partial
from inspect import iscoroutinefunction

import click

from reconciliation.cli.formats.form import Form, tell
from reconciliation.cli.hand_written import Facts, Judged, given_facts, judged
from reconciliation.cli.hand_written_verdict import HandWrittenVerdict
from reconciliation.cli.places.constructions import Construction, constructions
from reconciliation.cli.places.fields import Places
from reconciliation.cli.settings_verdict import SettingsVerdict
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.targets import called, named_object
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import fields, generation
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
    with stdout_for_data() as stdout, generation().no_nodes(), constructions(fields().parts) as seen:
        verdict = HandWrittenVerdict((_judged(target, by, seen),))
        tell(verdict, form, stdout)
    return verdict.code(strict=strict)


def _judged(target: str, by: Facts, seen: Collection[Construction]) -> Judged:
    found = named_object(target)
    module, _, name = target.partition(":")
    file = getattr(sys.modules[module], "__file__", None) or ""
    for _ in range(2):
        try:
            return judged(found, by, target, partial(Places(fields().parts, seen).of_name, file=file, name=name))
        except NotAConfigError as error:
            if iscoroutinefunction(found):
                path = module.replace(".", "/")
                raise click.UsageError(
                    f"'{target}' is a coroutine, not a configuration; recon check --script {path}.py runs it until its"
                    " node would begin to live"
                ) from None
            if isinstance(found, type) or not callable(found):
                raise click.UsageError(f"'{target}' {error}") from None
            found = called(target, found)
    raise click.UsageError(f"'{target}' returns a function, not a configuration")
