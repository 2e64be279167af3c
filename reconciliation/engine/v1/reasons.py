"""An exception as one line that may be shown; an adapter registers how its own errors read."""

import re
from functools import singledispatch
from typing import Final

from reconciliation.settings.urls import without_user_info

_QUERY: Final = re.compile(r"\?[^\s)'\"]*")


@singledispatch
def text_of(error: BaseException) -> str:
    """Return what an error says."""
    return f"{type(error).__name__}: {error}"


def reason_of(error: BaseException) -> str:
    """Return what went wrong as one line, without the signed part or the user-info of any address in it."""
    return without_user_info(_QUERY.sub("?...", " ".join(text_of(error).split())))
