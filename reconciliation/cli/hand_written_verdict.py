"""The verdicts on hand-written configurations, for every form."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from reconciliation.cli.formats.remark import Remark
from reconciliation.cli.hand_written import Judged
from reconciliation.cli.verdict import counted, exit_code, findings_lines
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import FilePlace, printable
from reconciliation.rules.check import refusals
from reconciliation.rules.finding import Finding


class HandWrittenVerdict(Struct, frozen=True):
    """What there is to tell of configurations.

    Attributes:
        verdicts: on each of them; at least one.
        told: what there is to say of how they came about.
    """

    verdicts: tuple[Judged, ...]
    told: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found."""
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)

    def code(self, *, strict: bool) -> ExitCode:
        """Return the exit code of all of them."""
        return exit_code(self.findings, strict=strict)

    def lines(self) -> Iterator[str]:
        """Yield them as text."""
        yield from map(printable, self.told)
        for verdict in self.verdicts:
            if verdict.spared:
                yield printable(f"{verdict.source}, a {verdict.what}: {verdict.spared}; nothing to judge")
                continue
            yield printable(f"{verdict.source}, a {verdict.what} at {verdict.at} with stock clients:") + (
                f" {counted(verdict.findings)}" if verdict.findings else " nothing found"
            )
            yield from findings_lines(verdict.findings)
        if all(verdict.spared for verdict in self.verdicts):
            return
        yield ""
        first = next((finding.id for finding in self.findings), "")
        rule = f"`recon rules {first}` tells a rule whole; " if first else ""
        yield f"next: {rule}tell facts about node and venue with --set, such as --set facts.symbols=20"

    def data(self) -> dict[str, Any]:
        """Return them in the form of `recon check --json`; there is no preset and no fingerprint."""
        return {
            "ok": not refusals(self.findings),
            "preset": None,
            "fingerprint": None,
            "problems": [],
            "warnings": [*self.told, *self._spared()],
            "findings": [finding.data() for finding in self.findings],
            "accepted": [finding.id for finding in self.findings if finding.accepted],
        }

    def remarks(self) -> list[Remark]:
        """Return each finding at the fields concerned; what several nodes have in common is told once."""
        found = (
            Remark.of_finding(finding, places)
            for verdict in self.verdicts
            for finding, places in zip(verdict.findings, verdict.places, strict=True)
        )
        return list(dict.fromkeys(found))

    @property
    def notes(self) -> tuple[str, ...]:
        """What ran, what was not let, and what there was nothing to judge in."""
        return tuple(map(printable, [*self.told, *self._spared()]))

    @property
    def stand_in(self) -> FilePlace | None:
        """The first place of any finding."""
        return next((place for remark in self.remarks() for place in remark.places), None)

    def _spared(self) -> list[str]:
        return [f"{verdict.source}: {verdict.spared}" for verdict in self.verdicts if verdict.spared]
