"""What was measured against what the specification allows, as lines and as data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

HEAD: Final = ("", "limit", "recon", "margin", "stock", "recon / stock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One limit and what was measured of it.

    Attributes:
        name: what was measured.
        unit: of all figures; empty for a count.
        limit: the most that is allowed.
        recon: what the node of recon needed; None where it did not come to it.
        stock: what the stock node needed; likewise.
        remark: why one did not come to it, or what else there is to say.
    """

    name: str
    unit: str
    limit: float
    recon: float | None
    stock: float | None
    remark: str = ""

    @property
    def holds(self) -> bool:
        """Whether recon's node kept the limit."""
        return self.recon is not None and self.recon <= self.limit

    def cells(self) -> Sequence[str]:
        """Return it as cells of a table."""
        figures = (self._text(self.limit), self._text(self.recon), self._margin(), self._text(self.stock))
        return (self.name, *figures, self._ratio())

    def _ratio(self) -> str:
        if self.recon is None or self.stock is None or min(self.recon, self.stock) <= 0:
            return ""
        return f"{self.recon / self.stock:.2f}"

    def _text(self, value: float | None) -> str:
        if value is None:
            return "not measured"
        number = f"{value:.0f}" if value >= 100 or not self.unit else f"{value:.1f}" if value >= 1 else f"{value:.2f}"  # noqa: PLR2004
        return f"{number} {self.unit}".rstrip()

    def _margin(self) -> str:
        if self.recon is None or not self.holds:
            return "MISSED"
        if not self.unit:
            return "kept"
        return f"{1 - max(self.recon, 0) / self.limit:.0%}"


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the lines of a table, and each remark below it."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---|" + "---|" * (len(HEAD) - 1)
    for figure in figures:
        yield f"| {' | '.join(figure.cells())} |"
    for figure in figures:
        if figure.remark:
            yield f"\n{figure.name}: {figure.remark}"


def data(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return them as plain data."""
    return [asdict(figure) for figure in figures]


def read(told: Sequence[Mapping[str, Any]]) -> tuple[Figure, ...]:
    """Return them from plain data."""
    return tuple(Figure(**each) for each in told)
