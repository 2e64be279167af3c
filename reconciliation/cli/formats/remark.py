"""What a verdict has to say, one thing by one, for the forms that show each at its place."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, Self

from msgspec import Struct

from reconciliation.layers.problems import FilePlace, Problem, file_place, printable

if TYPE_CHECKING:
    from reconciliation.rules.finding import Finding

Level = Literal["error", "warning"]


class Remark(Struct, frozen=True):
    """A finding, or a problem with settings.

    Attributes:
        id: of the rule, or the short word of the problem.
        level: what it is worth where nobody accepted it.
        title: what was found, in a line.
        text: why it matters and what to do, in lines; never empty.
        places: where it is to be shown; none where no file holds it.
        accepted: whether somebody lets it through.
    """

    id: str
    level: Level
    title: str
    text: str
    places: tuple[FilePlace, ...]
    accepted: bool = False

    @classmethod
    def of_finding(cls, finding: "Finding", origins: Iterable[str]) -> Self:
        """Return what is told of a finding.

        Args:
            finding: what was found.
            origins: where it is to be shown; those that tell no place in a file are left out.
        """
        text = "\n".join(map(printable, _lines(finding)))
        return cls(
            finding.id, finding.severity, printable(finding.figure), text, _places(origins), accepted=finding.accepted
        )

    @classmethod
    def of_problem(cls, problem: Problem, level: Level) -> Self:
        """Return what is told of a problem, or of what should be changed."""
        title = printable(f"{problem.origin}: {problem.message}")
        text = printable(f"-> {problem.hint}" if problem.hint else problem.message)
        return cls(problem.code, level, title, text, _places([problem.origin]))


def _lines(finding: "Finding") -> Iterator[str]:
    yield finding.message
    yield f"-> {finding.hint}"
    if finding.assumed:
        yield f"assumed, and only a warning until it is told: {', '.join(finding.assumed)}"
    yield from (f"{key}: {origin}" for key, origin in zip(finding.keys, finding.origins, strict=True))


def _places(origins: Iterable[str]) -> tuple[FilePlace, ...]:
    """Return the places in files, one a line."""
    places = (place for place in map(file_place, origins) if place is not None)
    by_line: dict[tuple[str, int], FilePlace] = {}
    for place in places:
        by_line.setdefault((place.file, place.line), place)
    return tuple(by_line.values())
