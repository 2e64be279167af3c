"""What a request must prove, and what a socket must."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciliation.venue.bybit.refusals import Refusal
from reconciliation.venue.credentials import KeyPair

DEFAULT_RECV_WINDOW_MS: Final = 5_000
AHEAD_MS: Final = 1_000
"""A request is stamped less than so far ahead of the venue's clock."""


def check_request(keys: KeyPair, headers: Mapping[str, str], payload: str, now_ms: int) -> None:
    """Raise 10003 for a foreign key, 10002 for a stamp outside its window, 10004 for a signature that does not fit.

    Args:
        keys: the account's.
        headers: the request's.
        payload: what is signed beside stamp, key and window: the raw query of a GET, the body of a POST.
        now_ms: the venue's time, milliseconds since the epoch.
    """
    key, stamp = headers.get("X-BAPI-API-KEY", ""), headers.get("X-BAPI-TIMESTAMP", "")
    window = headers.get("X-BAPI-RECV-WINDOW", str(DEFAULT_RECV_WINDOW_MS))
    check_key(keys, key)
    check_stamp(stamp, window, now_ms)
    signed = f"{stamp}{key}{window}{payload}"
    if not _fits(headers.get("X-BAPI-SIGN", ""), keys.sign(signed)):
        raise Refusal(10004, f"error sign! origin_string[{signed}]")


def check_key(keys: KeyPair, key: str) -> None:
    """Raise 10003 for a key that is not the account's."""
    if not _fits(key, keys.api_key):
        raise Refusal(10003, "API key is invalid.")


def check_stamp(stamp: str, window: str, now_ms: int) -> None:
    """Raise 10002 for a request stamped outside its receive window."""
    is_fresh = stamp.isdecimal() and window.isdecimal() and now_ms - int(window) <= int(stamp) < now_ms + AHEAD_MS
    if not is_fresh:
        raise Refusal(
            10002,
            "invalid request, please check your server timestamp or recv_window param."
            f" req_timestamp[{stamp}],server_timestamp[{now_ms}],recv_window[{window}]",
        )


def check_login(keys: KeyPair, proof: Sequence[Any], now_ms: int) -> None:
    """Raise 10003 or 10004 for a login whose key, time or signature is not right, 10001 for one that is none.

    Args:
        keys: the account's.
        proof: key, until when it is good in milliseconds since the epoch, and signature.
        now_ms: the venue's time.
    """
    try:
        key, expires_ms, signature = proof
        is_past = int(expires_ms) <= now_ms
    except (TypeError, ValueError):
        raise Refusal(10001, "Param error") from None
    check_key(keys, str(key))
    if is_past or not _fits(str(signature), keys.sign(f"GET/realtime{expires_ms}")):
        raise Refusal(10004, "Invalid sign")


def _fits(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
