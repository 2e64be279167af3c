"""Draws a tree of boxes as an SVG that is legible on a phone, in a light page and in a dark one.

It brings its own ground, so that it is legible too where a page is dark and the reader's system is not. Text is not
wrapped: a line that would not fit is an error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

WIDTH: Final = 390.0
"""No wider than a phone, so that letters keep their size there."""
MARGIN: Final = 12.0
PAD: Final = 9.0
INDENT: Final = 20.0
GAP: Final = 12.0
LINE: Final = 17.0
TEXT_WIDTH: Final = 6.7
"""Of a letter of `text`, on the average and with room to spare."""
CODE_WIDTH: Final = 6.7
"""Of a letter of `code`."""

Tone = Literal["state", "step", "good", "bad", "wait"]

STYLE: Final = """\
text { font: 12.5px system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; fill: #1f2328; }
text.head { font-weight: 600; }
text.code { font: 11px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; fill: #59636e; }
text.tag { text-anchor: end; }
text.word { font-style: italic; fill: #59636e; }
rect { fill: #f6f8fa; stroke: #818b98; }
rect.ground { fill: #ffffff; stroke: #d1d9e0; }
rect.state { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5; }
rect.good { fill: #dafbe1; stroke: #1a7f37; }
rect.bad { fill: #ffebe9; stroke: #cf222e; }
rect.wait { fill: #fff8c5; stroke: #9a6700; }
path { fill: none; stroke: #818b98; stroke-width: 1.5; }
path.tip { fill: #818b98; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  text.code, text.word { fill: #b1bac4; }
  rect { fill: #151b23; stroke: #656c76; }
  rect.ground { fill: #0d1117; stroke: #3d444d; }
  rect.state { fill: #0c2d4d; stroke: #4493f8; }
  rect.good { fill: #12301c; stroke: #3fb950; }
  rect.bad { fill: #3c1618; stroke: #f85149; }
  rect.wait { fill: #32270b; stroke: #d29922; }
  path { stroke: #9198a1; }
  path.tip { fill: #9198a1; }
}"""


@dataclass(frozen=True, slots=True)
class Box:
    """One box, with the way to it.

    Attributes:
        head: its first line.
        text: the lines below.
        code: the names in it, a line each.
        when: what leads to it, on the line above it.
        level: how deep it stands; it hangs on the last one before it that stands less deep.
        tone: its colour.
        follows: whether it comes after the last one of its own level, in place of beside it.
        tag: a word at the end of its first line.
    """

    head: str
    text: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    when: str = ""
    level: int = 0
    tone: Tone = "step"
    follows: bool = False
    tag: str = ""

    @property
    def left(self) -> float:
        """Where it begins."""
        return MARGIN + self.level * INDENT

    @property
    def height(self) -> float:
        """How high it is."""
        return LINE * (1 + len(self.text) + len(self.code)) + PAD

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the class and the text of each line."""
        yield "head", self.head
        yield from (("text", line) for line in self.text)
        yield from (("code", line) for line in self.code)


def svg(title: str, text: str, boxes: Sequence[Box]) -> str:
    """Return a drawing.

    Args:
        title: what it shows.
        text: what it says, for whoever does not see it.
        boxes: from top to bottom.

    Raises:
        ValueError: a line does not fit.
    """
    height = _tops(boxes)[-1] + boxes[-1].height + MARGIN
    size = f'width="{WIDTH:g}" height="{height:g}" viewBox="0 0 {WIDTH:g} {height:g}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title text">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="text">{escape(text)}</desc>',
            f"<style>\n{STYLE}\n</style>",
            f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1:g}" height="{height - 1:g}" rx="8"/>',
            *_drawn(boxes),
            "</svg>",
            "",
        ]
    )


def _tops(boxes: Sequence[Box]) -> list[float]:
    tops, top = [], MARGIN
    for number, box in enumerate(boxes):
        top += (GAP if number else 0.0) + (LINE if box.when else 0.0)
        tops.append(top)
        top += box.height
    return tops


def _drawn(boxes: Sequence[Box]) -> Iterator[str]:
    tops = _tops(boxes)
    for number, (box, top) in enumerate(zip(boxes, tops, strict=True)):
        width = WIDTH - MARGIN - box.left
        before = number - 1
        while before >= 0 and boxes[before].level > box.level - (0 if box.follows else 1):
            before -= 1
        if before >= 0:
            yield from _way(boxes[before], tops[before], box, top)
        if box.when:
            yield _text("word", box.left + (18 if box.follows else 4), top - 6, box.when, width)
        place = f'x="{box.left:g}" y="{top:g}" width="{width:g}" height="{box.height:g}"'
        yield f'<rect class="{box.tone}" {place} rx="6"/>'
        for row, (kind, line) in enumerate(box.lines(), 1):
            yield _text(kind, box.left + PAD, top + row * LINE, line, width - 2 * PAD)
        if box.tag:
            yield _text("code tag", WIDTH - MARGIN - PAD, top + LINE, box.tag, width - 2 * PAD)


def _way(first: Box, first_top: float, then: Box, top: float) -> Iterator[str]:
    """Yield an arrow down to the next, or down and aside to what hangs on it."""
    x, begin = first.left + INDENT / 2, first_top + first.height
    if then.follows:
        yield f'<path d="M{x:g} {begin:g}V{top - 5:g}"/>'
        yield f'<path class="tip" d="M{x - 4:g} {top - 7:g}h8l-4 7z"/>'
        return
    y, end = top + LINE * 0.8, then.left
    yield f'<path d="M{x:g} {begin:g}V{y - 5:g}q0 5 5 5H{end - 5:g}"/>'
    yield f'<path class="tip" d="M{end - 7:g} {y - 4:g}v8l7 -4z"/>'


def _text(kind: str, x: float, y: float, line: str, room: float) -> str:
    if len(line) * (CODE_WIDTH if kind.startswith("code") else TEXT_WIDTH) > room:
        raise ValueError(f"does not fit: {line}")
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(line)}</text>'
