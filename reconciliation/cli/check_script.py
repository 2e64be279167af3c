"""`recon check --script`: a script as a person really has it, run until its node would begin to live, and judged."""

import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Final, NoReturn

import click

from reconciliation.cli.formats.form import Form, tell
from reconciliation.cli.hand_written import Judged, given_facts
from reconciliation.cli.hand_written_verdict import HandWrittenVerdict
from reconciliation.cli.script_run import Job, Outcome, Script
from reconciliation.cli.settings_verdict import SettingsVerdict
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError, printable

ENDS_WITHIN_SECS: Final = 30.0
"""For the engine to load before, and for a script that holds the interpreter and cannot be told where it is."""


def run(script: str, args: tuple[str, ...], call: str, *, form: Form, strict: bool) -> int:
    """Judge what a script gives its nodes; return the exit code.

    Raises:
        click.UsageError: there is no such script, it comes to no node, or an option does not go with it.
    """
    by = given_facts("--script")
    if isinstance(by, SettingsError):
        tell(SettingsVerdict(by), form)
        return SettingsVerdict(by).code(strict=strict)
    job = Job(script, args, call, click.get_current_context().params["assignments"])
    with stdout_for_data() as stdout:
        outcome = at_nodes(job, "--script")
        verdicts = tuple(Judged.read(verdict) for verdict in outcome.verdicts)
        verdict = HandWrittenVerdict(verdicts, tuple(notes_on(script, outcome)))
        tell(verdict, form, stdout)
    return verdict.code(strict=strict)


def at_nodes(job: Job, option: str) -> Outcome:
    """Run a script as `looked_at` does, and return what came of it where it came to anything.

    Args:
        job: the script.
        option: that names it.

    Raises:
        click.UsageError: there is no such script, or it comes to no node and no configuration.
    """
    script = job.script
    if not Path(script).is_file() and (script.endswith(".py") or os.sep in script):
        raise click.UsageError(f"{option} {printable(script)}: there is no such file")
    outcome = looked_at(job)
    if not outcome.verdicts and not outcome.written:
        raise click.UsageError(printable(f"{option} {script}: {outcome.failure or _nothing(job.call)}"))
    return outcome


def _nothing(call: str) -> str:
    if call:
        return f"{call} returns no LiveExecEngineConfig and no TradingNodeConfig"
    return (
        "it constructs no TradingNode, and makes no configuration; --call 'make()' judges what a function of it returns"
    )


def notes_on(script: str, outcome: Outcome) -> list[str]:
    """Tell what was run, and what was not let."""
    where = f"until {outcome.until}, where a node would begin to live" if outcome.until else "to its end"
    notes = [f"{script} was run {where}: all that stands before did happen"]
    if outcome.failure:
        notes = [f"{script} was run until it failed: {outcome.failure}"]
    return notes + [f"refused: {each}" for each in outcome.refused]


def looked_at(job: Job) -> Outcome:
    """Run a script in a process of its own, and return what came of it; nothing of it is left then."""
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _be(job, writing)
    os.close(writing)
    try:
        text = _read(reading, time.monotonic() + job.within_secs + ENDS_WITHIN_SECS)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if text:
        return Outcome(**json.loads(text))
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL:
        return Outcome(failure=f"it has constructed no node that runs within {job.within_secs:g} s")
    return Outcome(failure=f"its process ended by {f'signal {-code}' if code < 0 else f'itself (exit code {code})'}")


def _be(job: Job, writing: int) -> NoReturn:
    """Be the process of the script."""
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # what it prints is no answer of ours
        Script(job, writing).run()
    except BaseException as error:  # noqa: BLE001 - a fault of ours; who waits is told
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(ExitCode.NOT_FINE)


def _read(reading: int, deadline: float) -> str:
    """Return what is written until the other end is closed; nothing where that takes too long."""
    parts: list[bytes] = []
    while select.select([reading], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if not (part := os.read(reading, 1 << 16)):
            return b"".join(parts).decode()
        parts.append(part)
    return ""
