"""An exception as one line that may be shown; an adapter registers how its own errors read."""

import re
from functools import singledispatch
from typing import Final

_QUERY: Final = re.compile(r"\?[^\s)'\"]*")


@singledispatch
def text_of(error: BaseException) -> str:
    """Return what an error says."""
    return f"{type(error).__name__}: {error}"


def reason_of(error: BaseException) -> str:
    """Return what went wrong as one line, without the signed part of any address in it."""
    return _QUERY.sub("?...", " ".join(text_of(error).split()))
