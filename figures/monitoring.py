"""A picture of what each row of the dashboard shows of one drill, as the guide on monitoring has it.

`make pictures` plays the drill, writes what was scraped of it into the database of a real Prometheus, asks
that the dashboard's own queries, and draws what it answers.
"""

import re
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from figures.monitoring_drawing import COLORS, PALETTE, QUIET, Run
from figures.monitoring_drill import MOMENTS, scrapes
from figures.monitoring_picture import picture
from figures.monitoring_results import results
from figures.page import ROOT
from monitoring.dashboard import ROWS
from monitoring.panels import Row

FOLDER: Final = ROOT / "docs" / "guides" / "images"
SHADES: Final = 16
"""From each color to white, in a file."""


def file_of(row: Row) -> Path:
    """Return where the picture of a row is."""
    return FOLDER / f"monitoring-{'-'.join(re.findall(r'[a-z]+', row.title.lower()))}.png"


def few_colors(image: Image.Image) -> Image.Image:
    """Return a picture that needs a third of the room: with the shades of its own colors, and no others."""
    shades = [
        round(255 - (255 - int(color[at : at + 2], 16)) * shade / SHADES)
        for color in dict.fromkeys((*COLORS.values(), *PALETTE, QUIET, "#000000"))
        for shade in range(1, SHADES + 1)
        for at in (1, 3, 5)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette([255, 255, 255, *shades])
    return image.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)


def main() -> None:
    """Play, ask and draw."""
    FOLDER.mkdir(exist_ok=True)
    with results(scrapes()) as found:
        for row in ROWS:
            drawn = BytesIO()
            picture(row, found, Run(found.begin, found.end, MOMENTS)).savefig(drawn)
            few_colors(Image.open(drawn)).save(file_of(row), optimize=True)


if __name__ == "__main__":
    main()
