"""Pieces of HTML; whatever comes from a run is escaped."""

from html import escape
from typing import Final

from reconciliation.drill.outcome import Verdict
from reconciliation.layers.problems import printable

SIGNS: Final = {
    Verdict.PASS: "\N{CHECK MARK}",
    Verdict.KNOWN: "\N{CIRCLE WITH LEFT HALF BLACK}",
    Verdict.FAIL: "\N{MULTIPLICATION X}",
}
"""A verdict is never told by its colour alone."""
_CLASSES: Final = {Verdict.PASS: "pass", Verdict.KNOWN: "known", Verdict.FAIL: "fail"}


def text(value: object) -> str:
    """Return anything as text that is safe in an element and in an attribute."""
    return escape(printable(str(value)))


def verdict_class(verdict: Verdict) -> str:
    """Return the class of what has a verdict."""
    return _CLASSES[verdict]


def sign(verdict: Verdict) -> str:
    """Return a verdict's sign, which a screen reader leaves out because the word stands beside it."""
    return f'<span class="sign {verdict_class(verdict)}" aria-hidden="true">{SIGNS[verdict]}</span>'


def badge(verdict: Verdict, words: str = "") -> str:
    """Return a verdict as sign and word."""
    return f'<span class="badge {verdict_class(verdict)}">{sign(verdict)} {text(words or verdict)}</span>'


def plural(count: int, what: str) -> str:
    """Return so many of something."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def secs(value: float | None) -> str:
    """Return seconds with a tenth; a dash where there are none."""
    return "\N{EN DASH}" if value is None else f"{value:.1f} s"
