"""The verdict on settings of recon's own, for every form."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from reconciliation.cli.formats.remark import Remark
from reconciliation.cli.text import problem_lines
from reconciliation.cli.verdict import as_data, exit_code, lines
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import FilePlace, SettingsError
from reconciliation.layers.settings_folder import DEFAULT_FILE
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from reconciliation.rules.finding import Finding


class SettingsVerdict(Struct, frozen=True):
    """What there is to tell of settings.

    Attributes:
        settings: the settings, or why there are none.
        findings: what rules find in them.
        folder: where their files stand; None where none were looked for.
    """

    settings: Settings | SettingsError
    findings: "tuple[Finding, ...]" = ()
    folder: "Path | None" = None

    def code(self, *, strict: bool) -> ExitCode:
        """Return the exit code."""
        if isinstance(self.settings, SettingsError):
            return ExitCode.UNUSABLE
        return exit_code(self.findings, strict=strict, warned=bool(self.settings.warnings))

    def lines(self) -> Iterator[str]:
        """Yield it as text."""
        if isinstance(self.settings, SettingsError):
            yield from problem_lines(self.settings, sys.stdout)
            return
        yield from (f"warning: {warning}" for warning in self.settings.warnings)
        yield from lines(self.settings, self.findings)

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return as_data(self.settings, self.findings)

    def remarks(self) -> list[Remark]:
        """Return each problem, each thing to change and each finding, at the lines of the files that set it."""
        if isinstance(self.settings, SettingsError):
            return [Remark.of_problem(problem, "error") for problem in self.settings.problems]
        warnings = [Remark.of_problem(warning, "warning") for warning in self.settings.warnings]
        return warnings + [Remark.of_finding(finding, finding.origins) for finding in self.findings]

    @property
    def notes(self) -> tuple[str, ...]:
        """There is nothing to say of how it came about."""
        return ()

    @property
    def stand_in(self) -> FilePlace | None:
        """The file that the settings begin with, for what a variable sets."""
        return None if self.folder is None else FilePlace(str(self.folder / DEFAULT_FILE), 1)
