"""What can go wrong: starting the venue, and a request it refuses."""

from http import HTTPStatus


class VenueError(Exception):
    """The venue cannot start; the message says why and what to do."""


class NotLoopback(VenueError):  # noqa: N818 - reads as the condition it names
    """A host was asked for that is not this machine alone."""


class PortUnusable(VenueError):  # noqa: N818 - reads as the condition it names
    """The port cannot be bound, most often because another process has it."""


class DataDirUnusable(VenueError):  # noqa: N818 - reads as the condition it names
    """The data folder cannot be written, is damaged, or belongs to a running venue."""


class RequestRefused(Exception):  # noqa: N818 - the base of refusals, not a fault of the program
    """A request the ledger will not carry out; nothing has changed."""


class NoSuchCall(RequestRefused):
    """The control API has no call of that name."""


class ExchangeError(RequestRefused):
    """A refusal in the exchange's own terms.

    Codes and texts are those of the error list in the exchange's USD-M documentation.

    Args:
        code: the exchange's error code, negative.
        message: the exchange's text for it.
        status: the HTTP status of the answer.
    """

    def __init__(self, code: int, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = int(status)


def missing(parameter: str) -> ExchangeError:
    """-1102, for a parameter the call cannot do without."""
    return ExchangeError(-1102, f"Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed.")


def no_such_order() -> ExchangeError:
    """-2013, the answer to a query or an amendment."""
    return ExchangeError(-2013, "Order does not exist.")


def unknown_order() -> ExchangeError:
    """-2011, the answer to a cancel, also of an order that is no longer open."""
    return ExchangeError(-2011, "Unknown order sent.")
