"""The body of `recon drill`: what is asked for, played and told."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from math import isnan
from pathlib import Path
from typing import Final, TextIO

import click
from msgspec import Struct
from msgspec.structs import replace

from reconciliation.cli.options import overrides_of, usable
from reconciliation.cli.progress import Progress
from reconciliation.cli.targets import named_object
from reconciliation.cli.text import colored, table
from reconciliation.drill import choice, planning, saved
from reconciliation.drill.campaign import Campaign, Failure
from reconciliation.drill.outcome import Outcome, Run, Verdict
from reconciliation.drill.report import text
from reconciliation.drill.report.data import data
from reconciliation.drill.report.junit import junit
from reconciliation.drill.report.page.page import html
from reconciliation.drill.runs.job import CarrierName, Chosen, Job
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.scenario import Scenario, by_name, shipped_scenarios
from reconciliation.drill.venues import BINANCE, BYBIT, Venue
from reconciliation.errors import ExitCode, UnusableError
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.node.signals import StopRequest, StopRequestedError
from reconciliation.settings import Settings

MATRIX: Final = ("conservative", "standard", "aggressive")
MINUTES: Final = 10.0
FIRST_SEED: Final = 1
WIRE_JOBS: Final = 16
"""Over the wire a run mostly waits."""
STDOUT: Final = "-"
_COLORS: Final = {Verdict.PASS: "green", Verdict.KNOWN: "yellow", Verdict.FAIL: "red"}


class Asked(Struct, frozen=True, kw_only=True):
    """The command line."""

    names: tuple[str, ...]
    lists: bool
    matrix: bool
    seed: int | None
    runs: int
    minutes: float | None
    kills: bool
    replay: Path | None
    wire: bool
    venue: str
    jobs: int | None
    json_file: str | None
    junit_file: str | None
    html_file: str | None
    failures: Path
    modules: tuple[str, ...]
    configure: str | None
    preset: str | None
    settings_dir: Path | None
    env_file: Path | None
    assignments: tuple[str, ...]

    @property
    def derives(self) -> bool:
        """Whether runs are derived from seeds."""
        return self.seed is not None and not self.names

    @property
    def carrier(self) -> CarrierName:
        """What the runs are played on."""
        return "wire" if self.wire else "virtual"

    @property
    def at(self) -> Venue:
        """Where they are played."""
        return BYBIT if self.venue == "bybit" else BINANCE

    @property
    def seeds(self) -> range:
        """The seeds that are played."""
        first = FIRST_SEED if self.seed is None else self.seed
        return range(first, first + self.runs)

    def check(self) -> None:
        """See that the options go together.

        Raises:
            click.UsageError: some do not.
        """
        if (self.minutes is not None or self.kills) and not self.derives:
            raise click.UsageError("--minutes and --kills are for runs that --seed derives, and no scenario")
        if self.matrix and self.preset is not None:
            raise click.UsageError("--matrix and --preset exclude each other; --matrix brings three presets")
        if self.at is not BINANCE and self.derives:
            raise click.UsageError(f"what --seed derives is played at Binance; leave out --venue {self.venue}")
        if self.at is not BINANCE and not (self.wire or self.lists):
            raise click.UsageError(f"--venue {self.venue} is played over the wire alone; add --wire")
        if self.minutes is not None and isnan(self.minutes):
            raise click.UsageError("--minutes is no number")
        venue = self.at is not BINANCE
        named = (self.names, self.matrix, self.seed is not None, self.runs > 1, self.modules, self.configure, venue)
        chosen = (self.preset, self.settings_dir, self.env_file, self.assignments)
        if self.replay is not None and any((*named, *chosen)):
            raise click.UsageError("--replay brings schedule, seed and settings with it; leave the other choices out")
        for file in (self.json_file, self.junit_file, self.html_file):
            if file is not None and not Path(file).parent.is_dir():
                raise click.UsageError(f"there is no folder for {printable(file)}; make it, or name another file")


def run(asked: Asked, stop: StopRequest) -> int:
    """Drill, tell what came of it, and return the exit code."""
    asked.check()
    if asked.lists:
        return _list(asked)
    failure = None if asked.replay is None else saved.read(asked.replay)
    with stop.interrupting():
        jobs = tuple(_jobs(asked)) if failure is None else (failure.job(),)
    if asked.html_file is not None:
        jobs = tuple(planning.recorded(jobs))
    if asked.wire:
        jobs = tuple(replace(job, carrier="wire") for job in jobs)
    progress = Progress()
    at_once = asked.jobs or (WIRE_JOBS if asked.wire else os.cpu_count() or 1)
    with Pool(min(at_once, len(jobs)), stop.raise_if_made) as pool:
        campaign = Campaign(pool, progress.show)
        for chosen in _without_needs(jobs):
            campaign.rehearse(chosen, jobs[0].configure, jobs[0].carrier, jobs[0].schedule.venue)
        outcome = campaign.play(jobs, _counting(progress, len(jobs)))
        progress.clear()
        out = sys.stderr if asked.json_file == STDOUT else sys.stdout
        _say(_summary(outcome), out)
        _write(asked, outcome)
        if failure is not None:
            _say(_compared(failure, outcome), out)
        elif not outcome.stopped_by:
            _save(campaign, outcome, asked.failures, progress, out)
    return ExitCode.FINE if outcome.is_fine else ExitCode.NOT_FINE


# -- What is asked for -------------------------------------------------------------------------------


def _list(asked: Asked) -> int:
    venue = None if asked.at is BINANCE else asked.at.name
    scenarios = choice.chosen(asked.names, _scenarios(asked), venue=venue)
    for line in table((scenario.name, f"{scenario.text}{_raised(scenario)}") for scenario in scenarios):
        click.echo(line)
    return ExitCode.FINE


def _raised(scenario: Scenario) -> str:
    return f" Raises {', '.join(sorted(scenario.alerts))}." if scenario.alerts else ""


def _scenarios(asked: Asked) -> dict[str, Scenario]:
    """Return every scenario there is: those that come with recon and the user's own."""
    found = list(shipped_scenarios().values())
    for module in asked.modules:
        own = named_object(f"{module}:SCENARIOS")
        if not isinstance(own, list | tuple) or not all(isinstance(each, Scenario) for each in own):
            raise click.UsageError(
                f"{printable(module)}:SCENARIOS is no list of reconciliation.drill.scenario.Scenario"
            )
        found += own
    try:
        return by_name(found)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from None


def _jobs(asked: Asked) -> Iterator[Job]:
    configure = asked.configure or ""
    if configure:
        named_object(configure)  # what is wrong with it is told here, and once
    scenarios = (
        ()
        if asked.derives
        else choice.chosen(asked.names, _scenarios(asked), carrier=asked.carrier, venue=asked.at.name)
    )
    for preset in MATRIX if asked.matrix else (asked.preset,):
        chosen = Chosen(
            preset=preset,
            settings_dir=asked.settings_dir,
            env_file=asked.env_file,
            overrides=overrides_of(asked.assignments),
        )
        settings = _loaded(chosen)
        planning.check_instruments(settings)
        chosen = replace(chosen, preset=settings.preset, settings_dir=settings.settings_dir)
        try:
            if asked.derives:
                minutes = MINUTES if asked.minutes is None else asked.minutes
                yield from planning.of_seeds(
                    chosen, asked.seeds, minutes=minutes, kills=asked.kills, configure=configure
                )
            else:
                yield from planning.of_scenarios(chosen, scenarios, asked.seeds, configure, asked.at)
        except SettingsError as error:
            usable(error)


def _loaded(chosen: Chosen) -> Settings:
    try:
        return chosen.load()
    except SettingsError as error:
        return usable(error)


def _without_needs(jobs: Iterable[Job]) -> Iterator[Chosen]:
    """Yield each choice of settings once, as the user made it."""
    by_preset = {job.chosen.preset: replace(job.chosen, needs={}) for job in jobs}
    yield from by_preset.values()


# -- What is told ------------------------------------------------------------------------------------


def _counting(progress: Progress, wanted: int) -> Callable[[Run, int], None]:
    failed = 0

    def tell(run: Run, done: int) -> None:
        nonlocal failed
        failed += run.verdict is Verdict.FAIL
        progress.counted(done, wanted, failed)

    return tell


def _say(lines: Iterable[str], out: TextIO) -> None:
    for line in lines:
        click.echo(line, file=out)


def _summary(outcome: Outcome) -> Iterator[str]:
    rows = outcome.rows
    several = len({row.preset for row in rows}) > 1
    head, *lines = table([text.HEAD, *(text.cells(row, with_preset=several) for row in rows)])
    yield colored(head, bold=True)
    for row, line in zip(rows, lines, strict=True):
        yield colored(line, fg=_COLORS[row.verdict])
    for remark in text.remarks(outcome):
        yield printable(remark)
    yield ""
    yield text.closing(outcome)


def _write(asked: Asked, outcome: Outcome) -> None:
    """Write the reports that are asked for."""
    reports: tuple[tuple[str | None, Callable[[Outcome], str]], ...] = (
        (asked.json_file, _json),
        (asked.junit_file, junit),
        (asked.html_file, html),
    )
    for file, report in reports:
        if file == STDOUT:
            click.echo(report(outcome), nl=False)
        elif file is not None:
            try:
                Path(file).write_text(report(outcome), "utf-8")
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise UnusableError(f"cannot be written: {reason}", "name another file", file) from None


def _json(outcome: Outcome) -> str:
    return f"{json.dumps(data(outcome), indent=2)}\n"


def _save(campaign: Campaign, outcome: Outcome, folder: Path, progress: Progress, out: TextIO) -> None:
    try:
        for failure in campaign.save(outcome, folder):
            progress.clear()
            _say(_failure(failure), out)
    except StopRequestedError as stopped:
        progress.clear()
        click.echo(f"stopped by {stopped} while cutting down; not every failure is saved", err=True)


def _failure(failure: Failure) -> Iterator[str]:
    schedule, title = failure.saved.schedule, failure.run.job.title
    yield ""
    if failure.shrunk is not None:
        before, after = len(failure.run.job.schedule.operations), len(schedule.operations)
        until = "" if failure.shrunk.is_minimal else ", when the time was up"
        yield f"{title} was cut down from {before} operations to {after} in {failure.shrunk.plays} plays{until}:"
        yield from (f"  {line}" for line in schedule.lines())
    elif failure.run.job.is_of_a_seed:
        yield f"{title} did not go wrong again when it was played again: what it does is not the same each time"
    yield f"{title} is saved; play it again with: recon drill --replay {shlex.quote(str(failure.file))}"


def _compared(failure: saved.Saved, outcome: Outcome) -> Iterator[str]:
    """Say whether what was played again went as it was saved."""
    yield from (f"  {line}" for line in failure.schedule.lines())
    for run in outcome.runs:
        before = list(dict.fromkeys(anomaly.kind for anomaly in failure.anomalies))
        now = list(dict.fromkeys(anomaly.kind for anomaly in run.played.anomalies))
        if run.played.digest == failure.digest != "":
            yield "everything happened as it was saved: the same digest"
        elif not now:
            yield f"nothing goes wrong any more; recon {failure.version} had: {', '.join(before)}"
        elif now == before:
            yield f"the same goes wrong as with recon {failure.version}, though not everything happened as then"
        else:
            yield f"something else goes wrong: {', '.join(now)}; recon {failure.version} had: {', '.join(before)}"
