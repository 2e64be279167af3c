"""One row of a timeline."""

from msgspec import Struct


class Row(Struct, frozen=True):
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
