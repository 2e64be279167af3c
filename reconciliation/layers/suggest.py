"""Which known name was probably meant."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

_ALIKE: Final = 0.8
"""How alike two names, or two words of names, must be to count as a slip."""
_TELLING: Final = 0.2
"""How telling the shared words must be: a word that only one name has weighs 1, one that ten have weighs 0.1."""
_WORDS: Final = re.compile(r"[._\-\s]+")


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the known name nearest to one that is unknown, or None when none is near.

    The same letters in another case, with other or more separators, come first; then a slip of a few letters; then
    names that share a telling word, such as RETRIES. Among equals, the first of `known`.
    """
    from difflib import SequenceMatcher  # noqa: PLC0415 - needed for mistakes only

    def alike(one: str, other: str) -> float:
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        return matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE else 0.0

    folded = _folded(name)
    for candidate in known:
        if _folded(candidate) == folded:
            return candidate
    for candidate in known:
        if sorted(_folded(candidate)) == sorted(folded):  # two letters changed places, which tells much of a short name
            return candidate
    best = max(known, key=lambda candidate: alike(_bare(name), _bare(candidate)), default=None)
    if best is not None and alike(_bare(name), _bare(best)) >= _ALIKE:
        return best

    words = {candidate: _words(candidate) for candidate in known}
    carriers = Counter(word for parts in words.values() for word in set(parts))
    typed = [word for word in _words(name) if carriers[word] < len(known)]

    def shared(candidate: str) -> tuple[float, float]:
        weight, matched = 0.0, 0
        for word in typed:
            twin = next((part for part in words[candidate] if alike(word, part) >= _ALIKE), None)
            if twin is not None:
                weight, matched = weight + 1 / carriers[twin], matched + 1
        enough = matched * 2 >= len(typed) and weight >= _TELLING
        return (matched / (len(typed) + len(words[candidate]) - matched), weight) if enough else (0.0, 0.0)

    best = max(known, key=shared, default=None)
    return best if best is not None and typed and shared(best)[0] > 0 else None


def _bare(name: str) -> str:
    """Return a name without the prefix, which would make any two short variables look alike."""
    return name.upper().removeprefix("RECON_")


def _folded(name: str) -> str:
    return "".join(_words(name))


def _words(name: str) -> list[str]:
    return [word for word in _WORDS.split(name.upper()) if word]
