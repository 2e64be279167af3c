"""What the plots of measured figures have in common: a frame that is legible on a phone, light or dark.

It brings its own ground, so that it is legible too where a page is dark and the reader's system is not.
"""

from collections.abc import Iterable
from html import escape
from typing import Final

WIDTH: Final = 390.0
"""No wider than a phone, so that letters keep their size there."""
MARGIN: Final = 12.0
LETTER: Final = 6.2
"""The width of a letter of `small`, on the average and with room to spare."""

STYLE: Final = """\
text { font: 12.5px system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; fill: #1f2328; }
text.head { font-weight: 600; }
text.small { font-size: 11px; fill: #59636e; }
text.end { text-anchor: end; }
text.middle { text-anchor: middle; }
rect.ground { fill: #ffffff; stroke: #d1d9e0; }
path { fill: none; stroke: #d1d9e0; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  text.small { fill: #b1bac4; }
  rect.ground { fill: #0d1117; stroke: #3d444d; }
  path { stroke: #3d444d; }
}"""


def svg(title: str, said: str, height: float, style: str, body: Iterable[str]) -> str:
    """Return a plot.

    Args:
        title: what it shows.
        said: what it says, for whoever does not see it.
        height: in pixels.
        style: of what is its own.
        body: what is drawn.
    """
    size = f'width="{WIDTH:g}" height="{height:g}" viewBox="0 0 {WIDTH:g} {height:g}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title text">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="text">{escape(said)}</desc>',
            f"<style>\n{STYLE}\n{style}\n</style>",
            f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1:g}" height="{height - 1:g}" rx="8"/>',
            text("head", MARGIN, 22, title),
            *body,
            "</svg>",
            "",
        )
    )


def text(kind: str, x: float, y: float, line: str) -> str:
    """Return a line of text."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(line)}</text>'
