"""Addresses a setting may hold, and how they are shown: the user-info of a url is a secret."""

import re
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pydantic import AfterValidator, PlainSerializer, SecretStr

LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
MASK: Final = "***"
LONGEST_PART: Final = 63
"""Of a host's name, between two dots; what `idna` makes of letters that are not ASCII may be longer still."""
_QUERY: Final = re.compile(r"\?[^\s)'\"]*=[^\s)'\"]*")
_USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def valid_host(text: str) -> str:
    """Check the name or the address of a host.

    Raises:
        ValueError: no resolver takes it: a part between two dots is empty or longer than 63 characters.
    """
    if not all(0 < len(part) <= LONGEST_PART for part in text.removesuffix(".").split(".")):
        raise ValueError("is no host's name or address")
    return text


def _parts(text: str) -> tuple[SplitResult, int | None]:
    # `urlsplit` drops tabs and newlines in silence, and its own messages repeat the user-info, which is a secret.
    if " " in text or not text.isprintable():
        raise ValueError("must be one printable line without blanks")
    try:
        url = urlsplit(text)
        port = url.port
        valid_host(url.hostname or "")
    except ValueError:
        raise ValueError("is no url: host or port cannot be read") from None
    return url, port


def valid_cache_url(secret: SecretStr) -> SecretStr:
    """Check the address of a cache database.

    Raises:
        ValueError: the engine cannot use it; the message never repeats the url.
    """
    url, port = _parts(secret.get_secret_value())
    if url.scheme not in {"redis", "rediss"} or not url.hostname or not port:
        raise ValueError("must be redis://HOST:PORT or rediss://HOST:PORT; the engine needs host and port")
    if url.path not in {"", "/", "/0"} or url.query or url.fragment:
        raise ValueError("must end after the port: the engine can use database 0 only, and no path or query")
    if url.username and not url.password:
        # Its client aborts the whole process, with nothing of recon's to catch it (measured).
        raise ValueError("names a user without a password, which the engine cannot use; give the user one")
    return secret


def _endpoint(schemes: frozenset[str], text: str) -> str:
    url, _ = _parts(text)
    if url.scheme not in schemes or not url.hostname or "@" in url.netloc or url.query or url.fragment:
        raise ValueError(f"must be {' or '.join(sorted(schemes))}://HOST[:PORT]")
    return text.rstrip("/")


def valid_http_url(text: str) -> str:
    """Return a REST address without its final slash.

    Raises:
        ValueError: it is none.
    """
    return _endpoint(frozenset({"http", "https"}), text)


def valid_stream_url(text: str) -> str:
    """Return a stream's address without its final slash.

    Raises:
        ValueError: it is none.
    """
    return _endpoint(frozenset({"ws", "wss"}), text)


def is_loopback(url: str) -> bool:
    """Whether a url's host is this machine."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def without_user_info(text: str) -> str:
    """Return any text with the user-info of the urls in it replaced."""
    return _USER_INFO.sub(MASK, text)


def said(text: object) -> str:
    """Return what an error says as one line that may be shown: no user-info and no query of any address is in it.

    A query may be signed, and name a key.
    """
    return without_user_info(_QUERY.sub("?...", " ".join(str(text).split())))


def masked_url(url: str) -> str:
    """Return the url with its user-info replaced; host and port are no secret."""
    parts = urlsplit(url)
    bare = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{MASK}@{bare}" if "@" in parts.netloc else bare))


def _masked(secret: SecretStr) -> str:
    return masked_url(secret.get_secret_value())


CacheUrl = Annotated[SecretStr, AfterValidator(valid_cache_url), PlainSerializer(_masked, when_used="json")]
"""The address of a cache database; as data without its user-info, for host and port are no secret."""

Secret = Annotated[SecretStr, PlainSerializer(lambda _: MASK, return_type=str, when_used="json")]
"""Text that nobody is shown."""
