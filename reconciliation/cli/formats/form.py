"""Which form is asked for, and a verdict in it."""

import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import wraps
from typing import IO, Any, Protocol

import click

from reconciliation.cli.formats.remark import Remark
from reconciliation.cli.text import wrapped
from reconciliation.layers.problems import FilePlace


class Form(StrEnum):
    """How a verdict is written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class Verdict(Protocol):
    """What there is to tell, whatever the form."""

    def lines(self) -> Iterable[str]:
        """Return it as text."""

    def data(self) -> dict[str, Any]:
        """Return it as plain data, of the stable form of `--json`."""

    def remarks(self) -> Sequence[Remark]:
        """Return it one thing by one."""

    @property
    def notes(self) -> Sequence[str]:
        """What there is to say of how it came about."""

    @property
    def stand_in(self) -> FilePlace | None:
        """Where a remark is shown that no file holds, in a form that wants a file."""


def form_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose a form, and hand the command the form that is chosen."""

    @click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in Form]),
        help="text, json, github (annotations of a workflow) or sarif (2.1.0).  [default: text]",
        metavar="FORM",
    )
    @click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
    @wraps(command)
    def with_form(*, form: str | None, as_json: bool, **rest: object) -> Any:
        if as_json and form not in {None, Form.JSON}:
            raise click.UsageError(f"--json does not go with --format {form}")
        return command(form=Form.JSON if as_json else Form(form or Form.TEXT), **rest)

    return with_form


def tell(verdict: Verdict, form: Form, stdout: IO[str] | None = None) -> None:
    """Write a verdict.

    Args:
        verdict: what to tell.
        form: how.
        stdout: where to; the process's own by default.
    """
    for line in _written(verdict, form):
        click.echo(line, file=stdout)


def _written(verdict: Verdict, form: Form) -> Iterable[str]:
    match form:
        case Form.TEXT:
            return (part for line in verdict.lines() for part in wrapped(line))
        case Form.JSON:
            return [json.dumps(verdict.data(), indent=2)]
        case Form.GITHUB:
            from reconciliation.cli.formats.github import annotations

            return [*verdict.notes, *annotations(verdict.remarks())]
        case Form.SARIF:
            from reconciliation.cli.formats.sarif import log

            return [json.dumps(log(verdict.remarks(), verdict.notes, verdict.stand_in), indent=2)]
