"""One row of a timeline."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Its name and what is drawn in it.

    Attributes:
        name: the class that its colours come from.
        label: HTML.
        height: in CSS pixels.
        drawing: SVG, from its upper left corner.
    """

    name: str
    label: str
    height: int
    drawing: str
