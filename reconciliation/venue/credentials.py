"""The account's key pair, and what a request must prove with it."""

import hashlib
import hmac
import secrets
from http import HTTPStatus
from typing import Final, Self

from msgspec import Struct

from reconciliation.venue.errors import ExchangeError, missing

DEFAULT_RECV_WINDOW_MS: Final = 5_000
MAX_RECV_WINDOW_MS: Final = 60_000
# How far ahead of the venue's clock a request may be stamped.
AHEAD_MS: Final = 1_000


class KeyPair(Struct, frozen=True):
    """An API key and its secret."""

    api_key: str
    api_secret: str

    @classmethod
    def generate(cls) -> Self:
        """A new random pair; hexadecimal, so that the adapter takes the secret for an HMAC one."""
        return cls(api_key=secrets.token_hex(32), api_secret=secrets.token_hex(32))

    @property
    def listen_key(self) -> str:
        """The account's one listen key, the same for as long as the key pair.

        A client whose socket broke because the venue restarted comes back with the key it has.
        """
        return self.sign("listenKey")

    def sign(self, query: str) -> str:
        """HMAC-SHA256 of a query string, in hexadecimal."""
        return hmac.new(self.api_secret.encode(), query.encode(), hashlib.sha256).hexdigest()

    def check_key(self, api_key: str | None) -> None:
        """Raise -2015 for a missing or foreign X-MBX-APIKEY."""
        if api_key is None or not hmac.compare_digest(api_key.encode(), self.api_key.encode()):
            raise ExchangeError(-2015, "Invalid API-key, IP, or permissions for action.", HTTPStatus.UNAUTHORIZED)

    def check_signature(self, query: str) -> None:
        """Raise -1102 for a query without a signature, -1022 for one that does not fit.

        Args:
            query: the raw query string; what stands before `&signature=` is what was signed.
        """
        signed, mark, signature = query.rpartition("signature=")
        if not mark or not signature:
            raise missing("signature")
        if not hmac.compare_digest(signature.encode(), self.sign(signed.removesuffix("&")).encode()):
            raise ExchangeError(-1022, "Signature for this request is not valid.")


def check_timestamp(timestamp_ms: int, recv_window_ms: int, now_ms: int) -> None:
    """Raise -1021 for a request stamped outside its receive window, -1131 for a window that is none."""
    if not 0 < recv_window_ms <= MAX_RECV_WINDOW_MS:
        raise ExchangeError(-1131, "recvWindow must be less than 60000")
    if timestamp_ms > now_ms + AHEAD_MS:
        raise ExchangeError(-1021, f"Timestamp for this request was {AHEAD_MS}ms ahead of the server's time.")
    if timestamp_ms < now_ms - recv_window_ms:
        raise ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow.")
