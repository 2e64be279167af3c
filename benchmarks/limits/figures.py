"""What was measured of both nodes, and of what the specification allows, as lines and as data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

HEAD: Final = ("", "recon", "stock", "recon / stock")
LIMITS_HEAD: Final = ("", "limit", "recon", "margin", "stock", "recon / stock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured of both nodes.

    Attributes:
        name: what was measured.
        unit: of all figures; empty for a count.
        limit: the most that the specification allows; None where it says nothing.
        recon: what the node of recon needed; None where it did not come to it.
        stock: what the stock node needed; likewise.
        ratio: of the two, where it was taken pair by pair; else it is that of the figures.
        are_alike: whether both were measured doing the same; else there is no ratio.
        remark: why one did not come to it, or what else there is to say.
    """

    name: str
    unit: str
    recon: float | None
    stock: float | None
    limit: float | None = None
    ratio: float | None = None
    are_alike: bool = True
    remark: str = ""

    @property
    def holds(self) -> bool:
        """Whether recon's node kept the limit."""
        return self.recon is not None and self.limit is not None and self.recon <= self.limit

    def cells(self) -> Sequence[str]:
        """Return it as cells of a table of figures."""
        return self.name, self._text(self.recon), self._text(self.stock), self._ratio()

    def limit_cells(self) -> Sequence[str]:
        """Return it as cells of a table of limits."""
        name, recon, stock, ratio = self.cells()
        return name, self._text(self.limit), recon, self._margin(), stock, ratio

    def _ratio(self) -> str:
        if self.ratio is not None:
            return f"{self.ratio:.2f}"
        if not self.are_alike or self.recon is None or self.stock is None or min(self.recon, self.stock) <= 0:
            return ""
        return f"{self.recon / self.stock:.2f}"

    def _text(self, value: float | None) -> str:
        if value is None:
            return "not measured"
        number = f"{value:.0f}" if value >= 100 or not self.unit else f"{value:.1f}" if value >= 1 else f"{value:.2f}"  # noqa: PLR2004
        return f"{number} {self.unit}".rstrip()

    def _margin(self) -> str:
        if self.recon is None or self.limit is None or not self.holds:
            return "**missed**"
        return f"{1 - max(self.recon, 0) / self.limit:.0%}" if self.unit else "kept"


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the lines of a table, and each remark below it; stock has a column where it was measured at all."""
    columns = len(HEAD) if any(figure.stock is not None for figure in figures) else HEAD.index("stock")
    yield from _lines(HEAD[:columns], [figure.cells()[:columns] for figure in figures])
    yield from _remarks(figures)


def limits_table(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the lines of a table that has each limit and its margin, and each remark below it."""
    yield from _lines(LIMITS_HEAD, [figure.limit_cells() for figure in figures])
    yield from _remarks(figures)


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---|" + "---|" * (len(head) - 1)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _remarks(figures: Sequence[Figure]) -> Iterator[str]:
    for figure in figures:
        if figure.remark:
            yield f"\n{figure.name}: {figure.remark}"


def data(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return them as plain data."""
    return [asdict(figure) for figure in figures]


def read(told: Sequence[Mapping[str, Any]]) -> tuple[Figure, ...]:
    """Return them from plain data."""
    return tuple(Figure(**each) for each in told)
