"""An exception as one line that may be shown; an adapter registers how its own errors read."""

from functools import singledispatch

from reconciliation.settings.urls import said


@singledispatch
def text_of(error: BaseException) -> str:
    """Return what an error says."""
    return f"{type(error).__name__}: {error}"


def reason_of(error: BaseException) -> str:
    """Return what went wrong as one line, without the signed part or the user-info of any address in it."""
    return said(text_of(error))
