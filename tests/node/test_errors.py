"""What a user reads of a node that cannot be made."""

import errno
import os

import pytest

from reconciliation.node.errors import MonitorError


@pytest.mark.parametrize(
    ("number", "text", "reason"),
    [
        (errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL), "cannot assign requested address"),
        (-2, "Name or service not known", "name or service not known"),
    ],
)
def test_an_address_that_cannot_be_listened_on_is_told_with_its_reason(number: int, text: str, reason: str) -> None:
    """The library puts the address behind the reason, whichever of the two it was that failed."""
    told = OSError(number, f"{text} (while attempting to bind on address ('host', 80))")
    assert str(MonitorError("host", 80, told)) == (
        f"the monitor cannot listen on host:80 ({reason}); correct RECON_MONITOR_HOST and _PORT"
    )
