"""The ways in which a schedule may be cut down; every one leaves a schedule that is fair to the node."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import ceil
from typing import Final, Self

from msgspec import Struct
from msgspec.structs import replace

from reconciliation.drill.operation import Operation
from reconciliation.drill.schedule import (
    Amend,
    AnyOperation,
    Boot,
    Cancel,
    Fail,
    Fill,
    Heal,
    InterruptCache,
    Kill,
    Lag,
    LoseCache,
    Mend,
    Neighbour,
    Place,
    Reach,
    Repeat,
    Retell,
    Schedule,
    Seed,
    Settle,
    Silence,
    Skew,
    SlowCache,
    Stop,
    Stream,
    Submit,
    TakeOver,
    Wait,
    Withdraw,
)


class Step(Struct, frozen=True):
    """One operation, and the seconds that are waited before it.

    Attributes:
        number: its place before anything was cut, by which it is known.
        wait_secs: what is waited before it.
    """

    number: int
    wait_secs: float
    operation: AnyOperation


class Parts(Struct, frozen=True):
    """A schedule taken apart.

    Attributes:
        whole: what it was taken from.
        steps: what may be left out.
        rest_secs: what is waited after them.
        end: from the healing on; only whole looks at what came of it may be left out, the last ones first.
    """

    whole: Schedule
    steps: tuple[Step, ...]
    rest_secs: float
    end: tuple[AnyOperation, ...]

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """Take a schedule apart."""
        operations = schedule.operations
        at = max((place for place, each in enumerate(operations) if isinstance(each, Heal)), default=None)
        if at is None:
            at = next((place for place, each in enumerate(operations) if isinstance(each, _LOOKS)), len(operations))
        steps: list[Step] = []
        secs = 0.0
        for operation in operations[:at]:
            if isinstance(operation, Wait):
                secs += operation.secs
            else:
                steps.append(Step(len(steps), secs, operation))
                secs = 0.0
        return cls(schedule, tuple(steps), secs, operations[at:])

    def schedule(self) -> Schedule:
        """Put it together."""
        return self.whole.model_copy(update={"operations": (*self._body(), *self.end)})

    def _body(self) -> Iterator[AnyOperation]:
        for step in self.steps:
            if step.wait_secs > 0:
                yield Wait(secs=round(step.wait_secs, 3))
            yield step.operation
        if self.rest_secs > 0:
            yield Wait(secs=round(self.rest_secs, 3))

    def without(self, numbers: frozenset[int], *, in_time: bool = True) -> Self:
        """Leave steps out.

        Args:
            numbers: which.
            in_time: whether the others come when they came before; otherwise earlier by what was waited for these.
        """
        kept: list[Step] = []
        secs = 0.0
        for step in self.steps:
            if step.number not in numbers:
                kept.append(replace(step, wait_secs=secs + step.wait_secs))
                secs = 0.0
            elif in_time:
                secs += step.wait_secs
        return replace(self, steps=tuple(kept), rest_secs=self.rest_secs + secs)

    def ending_at(self, place: int) -> Self:
        """Look at no more than what stands before a place in the end."""
        return replace(self, end=self.end[:place])

    def waiting(self, change: Callable[[float], float], number: int | None = None) -> Self:
        """Change the wait before a step, or every wait."""
        steps = tuple(
            replace(step, wait_secs=change(step.wait_secs)) if number in {None, step.number} else step
            for step in self.steps
        )
        return replace(self, steps=steps, rest_secs=self.rest_secs if number is not None else change(self.rest_secs))


Change = Callable[[Parts], Parts]

_LOOKS: Final = (Settle, Silence)
_ENDED_BY: Final[dict[type[Operation], type[Operation]]] = {
    Fail: Mend,
    Stream: Stream,
    Lag: Lag,
    Repeat: Repeat,
    Reach: Reach,
    Skew: Skew,
    Kill: Boot,
    Stop: Boot,
    LoseCache: LoseCache,
    InterruptCache: InterruptCache,
    SlowCache: SlowCache,
    TakeOver: TakeOver,
    Retell: Retell,
    Neighbour: Neighbour,
}
"""What begins a fault, and what ends it."""


def ends(parts: Parts) -> Iterator[Change]:
    """Look once less, the shortest first."""
    for place, operation in enumerate(parts.end[:-1], 1):
        if isinstance(operation, _LOOKS):
            yield partial(Parts.ending_at, place=place)


def symbols(parts: Parts) -> Iterator[Change]:
    """Leave out a symbol with all its orders."""
    names = {
        step.operation.name: step.operation.symbol for step in parts.steps if isinstance(step.operation, Submit | Place)
    }
    of_steps = {step.number: _symbol_of(step.operation, names) for step in parts.steps}
    for symbol in dict.fromkeys(filter(None, of_steps.values())):
        yield _leaving_out(number for number, of_step in of_steps.items() if of_step == symbol)


def _symbol_of(operation: Operation, names: dict[str, str]) -> str | None:
    match operation:
        case Submit() | Place() | Seed():
            return operation.symbol
        case Cancel() | Amend() | Fill() | Withdraw():
            return names.get(operation.name)
    return None


def kinds_of_fault(parts: Parts) -> Iterator[Change]:
    """Leave out all faults of a kind."""
    kinds: dict[str, set[int]] = {}
    for kind, numbers in _faults(parts):
        kinds.setdefault(kind, set()).update(numbers)
    for of_kind in kinds.values():
        yield _leaving_out(of_kind)


def faults(parts: Parts) -> Iterator[Change]:
    """Leave out one fault, its beginning and its end."""
    for _, numbers in _faults(parts):
        yield _leaving_out(numbers)


def chunks(parts: Parts, size: int, *, in_time: bool) -> Iterator[Change]:
    """Leave out so many steps in a row, the last first.

    Args:
        parts: what is cut.
        size: how many steps.
        in_time: whether the others come when they came before; a run that is shorter is played sooner.
    """
    numbers = [step.number for step in parts.steps]
    for end in range(len(numbers), 0, -size):
        yield partial(Parts.without, numbers=frozenset(numbers[max(end - size, 0) : end]), in_time=in_time)


def waits(parts: Parts) -> Iterator[Change]:
    """Wait less: nowhere, half as long everywhere; then before one step after the other."""
    yield lambda now: now.waiting(_not_at_all)
    yield lambda now: now.waiting(_half)
    yield lambda now: replace(now, rest_secs=0.0)
    for shorter in (_not_at_all, _half, _in_whole_secs):
        for step in parts.steps:
            if step.wait_secs > 0:
                yield partial(Parts.waiting, change=shorter, number=step.number)


def _not_at_all(_secs: float) -> float:
    return 0.0


def _half(secs: float) -> float:
    return float(ceil(secs / 2))


def _in_whole_secs(secs: float) -> float:
    return float(ceil(secs))


def _faults(parts: Parts) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the kind of each fault and the numbers of its beginning and, where there is one, its end."""
    for place, begin in enumerate(parts.steps):
        for kind, ended_by in _ENDED_BY.items():
            if isinstance(begin.operation, kind):
                after = parts.steps[place + 1 :]
                end = next((step.number for step in after if isinstance(step.operation, ended_by)), begin.number)
                yield begin.operation.do, (begin.number, end)


def _leaving_out(numbers: Iterable[int]) -> Change:
    return partial(Parts.without, numbers=frozenset(numbers))
