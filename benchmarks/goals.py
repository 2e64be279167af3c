"""What is wanted of a figure, and what it came to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

TIMES: Final = "x"
"""The unit of a ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal.

    Attributes:
        name: what was measured.
        bound: the most that is wanted.
        measured: what it came to, a whole number where it was counted; None where it could not be measured.
        unit: of both.
        at_least: whether the bound is the least that is wanted.
        note: what else there is to say of what was measured.
    """

    name: str
    bound: float
    measured: float | None
    unit: str = TIMES
    at_least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it came to what was wanted."""
        if self.measured is None:
            return False
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def cells(self) -> Sequence[str]:
        """Return it as cells of a table, without whether it is met."""
        measured = "not measured" if self.measured is None else f"{_number(self.measured)} {self.unit}".rstrip()
        bound = f"at {'least' if self.at_least else 'most'} {self.bound:,g} {self.unit}".rstrip()
        return self.name, bound, f"{measured} ({self.note})" if self.note else measured


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def table(goals: Sequence[Goal], *, are_judged: bool = True) -> Iterator[str]:
    """Yield the lines of a table.

    Args:
        goals: a row each.
        are_judged: whether it is told which are met; small sizes say nothing about that.
    """
    yield "| | goal | measured |" + (" |" if are_judged else "")
    yield "|---|---|---|" + ("---|" if are_judged else "")
    for goal in goals:
        verdict = ("met" if goal.is_met else "**missed**",) if are_judged else ()
        yield f"| {' | '.join((*goal.cells(), *verdict))} |"


def data(goals: Sequence[Goal]) -> list[dict[str, Any]]:
    """Return them as plain data."""
    return [asdict(goal) for goal in goals]


def read(told: Sequence[Mapping[str, Any]]) -> tuple[Goal, ...]:
    """Return them from plain data."""
    return tuple(Goal(**each) for each in told)
