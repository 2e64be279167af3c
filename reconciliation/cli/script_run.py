"""A script of the user's, run in a process of its own until its node would begin to live, and judged there.

The script has no stdin, reaches this machine only, and ends where a node would begin to live: not a line of it runs
after that.
"""

import asyncio
import contextlib
import json
import os
import runpy
import sys
import threading
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec import Struct, field
from msgspec.structs import asdict

from reconciliation.cli.hand_written import Judged, each_configuration, facts_of, judged, whole_or_all
from reconciliation.cli.held_back import AN_ANSWER, UnansweredError, hold_back
from reconciliation.cli.places.constructions import Construction, constructions
from reconciliation.cli.places.fields import FieldPlaces, Places
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import fields, generation
from reconciliation.engine.user_code import place_in, place_now, place_of, places_in
from reconciliation.layers.problems import SettingsError
from reconciliation.settings.urls import said

if TYPE_CHECKING:
    from reconciliation.engine.hand_written import HandWritten
    from reconciliation.engine.scripted import ScriptNode


class Job(Struct, frozen=True):
    """What to look at.

    Attributes:
        script: a file, or a module that is found as `python -m` finds it.
        args: its arguments.
        call: what to evaluate in it in place of running it as the main program; empty where it is run.
        assignments: of the facts that rules judge by, as they were typed; others are in the environment.
        within_secs: how long it may take.
        as_settings: what is found is read as settings, in place of being judged.
    """

    script: str
    args: tuple[str, ...] = ()
    call: str = ""
    assignments: tuple[str, ...] = ()
    within_secs: float = 60.0
    as_settings: bool = False


class Outcome(Struct):
    """What came of it.

    Attributes:
        verdicts: on each node, or configuration, in the order in which they came.
        written: each of them as settings, where that is asked for.
        refused: what the script wanted and did not get, each with its place.
        until: where it stood when a node would have begun to live, `FILE:LINE`; empty where none would have.
        failure: why it ended before a node was there, or before it would have run; empty where it did not.
    """

    verdicts: list[dict[str, Any]] = field(default_factory=list)
    written: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    until: str = ""
    failure: str = ""


class Script:
    """A script that is being run.

    Args:
        job: what to look at.
        to: the descriptor that the outcome is written to, as JSON.
    """

    def __init__(self, job: Job, to: int) -> None:
        self._job = job
        self._to = to
        by = facts_of(job.assignments)
        if isinstance(by, SettingsError):  # who gave the job has looked
            raise by
        self._facts = by
        self._outcome = Outcome()
        self._folder = Path.cwd()
        self._nodes: list[ScriptNode] = []
        self._constructions: Collection[Construction] = ()
        self._main = threading.get_ident()

    def run(self) -> NoReturn:
        """Run it until a node would begin to live, or its end."""
        found: object = None
        try:
            with (
                generation().no_nodes(self._stop) as self._nodes,  # the engine loads here: no time of the script's
                constructions(fields().parts) as self._constructions,
            ):
                late = threading.Timer(self._job.within_secs, self._late)
                late.daemon = True
                late.start()
                os.register_at_fork(after_in_child=self._let_go)
                hold_back(self._outcome.refused)
                found = self._looked_at()
        except SystemExit as error:
            if error.code not in {None, 0}:
                self._outcome.failure = self._unanswered() or _ended(error)
        except UnansweredError:
            self._outcome.failure = self._unanswered()
        except BaseException as error:  # noqa: BLE001 - it is the user's code
            self._outcome.failure = _told(error)
        self._finish(found)

    def _looked_at(self) -> object:
        """Run the script; return what it made that may be judged where it constructs no node."""
        script = self._job.script
        is_file = Path(script).is_file()
        sys.argv = [script, *self._job.args]
        sys.path[0] = str(Path(script).resolve().parent if is_file else Path.cwd())
        name = "recon_script" if self._job.call else "__main__"
        if is_file:
            made = runpy.run_path(script, run_name=name)
        else:
            made = runpy.run_module(script, run_name=name, alter_sys=True)
        if not self._job.call:
            return made
        found = eval(self._job.call, made)  # noqa: S307 - what the user asks for, in the user's own module
        return asyncio.run(found) if asyncio.iscoroutine(found) else found

    def _unanswered(self) -> str:
        """Return what the script asked a person for; empty where it asked for nothing."""
        asked = next((each for each in self._outcome.refused if each.startswith(AN_ANSWER)), "")
        return f"it asks for {asked}, and nobody is there; give it as an argument or a variable" if asked else ""

    def _late(self) -> None:
        place = place_of(sys._current_frames().get(self._main))  # noqa: SLF001 - there is no other way
        at = f", and is at {place}" if place else ""
        self._outcome.failure = f"it has constructed no node that runs within {self._job.within_secs:g} s{at}"
        self._end()

    # -- The end -------------------------------------------------------------------------------------

    def _stop(self) -> NoReturn:
        self._outcome.until = place_now()
        self._finish()

    def _finish(self, found: object = None) -> NoReturn:
        """Judge what there is, and end the process: nothing of the script runs any more."""
        os.chdir(self._folder)  # places are told from there
        places = Places(fields().parts, self._constructions)
        script = self._job.script
        if self._nodes:
            self._look_at(
                (node, node.place or script, partial(places.of_node, file=self._file(node), line=node.line))
                for node in self._nodes
            )
        elif self._job.call:
            asked = partial(places.of_name, file=str(self._folder / script), name=self._job.call)
            source = f"{script}:{self._job.call}"
            self._look_at((value, place, asked) for value, place in each_configuration(found, source))
        elif isinstance(found, dict):
            file = str(self._folder / (found.get("__file__") or ""))
            self._look_at(
                (value, f"{script}:{name}", partial(places.of_name, file=file, name=name))
                for name, value in found.items()
            )
        self._end()

    def _file(self, node: "ScriptNode") -> str:
        return str(self._folder / node.file)

    def _look_at(self, found: Iterable[tuple[object, str, Callable[[str], FieldPlaces]]]) -> None:
        """Judge what was found, or read it as settings."""
        as_settings = self._job.as_settings
        seen: list[Judged | HandWritten] = []
        for value, source, places_of in found:
            with contextlib.suppress(NotAConfigError):  # a script makes much else
                if as_settings:
                    seen.append(generation().settings_of_engine(value, source))
                else:
                    seen.append(judged(value, self._facts, source, places_of))
        told = [each.data() for each in whole_or_all(seen)]
        if as_settings:
            self._outcome.written = told
        else:
            self._outcome.verdicts = told

    def _let_go(self) -> None:
        """Have a process that the script starts give no answer, and keep nobody waiting for one."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._to)
        os.close(nowhere)

    def _end(self) -> NoReturn:
        try:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            with os.fdopen(self._to, "w", encoding="utf-8") as to:
                json.dump(asdict(self._outcome), to)
        finally:
            os._exit(0)  # also where nobody waits any more


def _ended(error: SystemExit) -> str:
    """Return how a script ended by itself: many say in words what they lack."""
    if isinstance(error.code, int):
        return f"the script ended by itself (exit code {error.code})"
    place = place_in(error)
    return f"the script ended by itself: {said(error.code)} {place}".rstrip()


def _told(error: BaseException) -> str:
    """Return why a script failed, with the remedy where there is one."""
    places = places_in(error)
    place = f" ({places[-1]})" if places else ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        return (
            f"{package} is not installed beside recon{place}; run recon in the environment of the script: "
            f"there, pip install nautilus-recon"
        )
    if isinstance(error, KeyError) and _is_of_environ(error):
        return f"the variable {error.args[0]} is not set{place}; set it, to anything, for this check"
    reason = said(error)
    return f"{type(error).__name__}: {reason}{place}".replace(": (", " (")


def _is_of_environ(error: BaseException) -> bool:
    """Whether it was os.environ that had no such key."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_qualname == "_Environ.__getitem__"
