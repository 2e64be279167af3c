"""The certificate by which a node's endpoints prove who they are."""

import ssl
from pathlib import Path


class CertificateError(Exception):
    """The server's certificate or its key cannot be used; the message says why."""


class Certificate:
    """A certificate in its files, which somebody renews while the node runs.

    Args:
        certificate: PEM file of the server's certificate and its chain.
        key: PEM file of its key; None where the certificate's file holds it too.

    Raises:
        CertificateError: a file cannot be read, or the key has a pass phrase.
    """

    def __init__(self, certificate: str, key: str | None) -> None:
        self._certificate = certificate
        self._key = key
        self._read = self._written()
        self._context = _context(certificate, key)

    @property
    def context(self) -> ssl.SSLContext:
        """What speaks TLS by the files as they are now; by what they last held, while they cannot be used."""
        if (written := self._written()) != self._read:
            try:
                self._context = _context(self._certificate, self._key)
            except CertificateError:  # one of the two is written already, or nobody may read them for a moment
                return self._context
            self._read = written
        return self._context

    def _written(self) -> tuple[int, ...]:
        try:
            return tuple(Path(file).stat().st_mtime_ns for file in (self._certificate, self._key) if file is not None)
        except OSError:
            return ()


def _context(certificate: str, key: str | None) -> ssl.SSLContext:
    def refuse() -> str:
        raise CertificateError("the key has a pass phrase, and nobody is asked for it")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=refuse)
    except OSError as error:
        raise CertificateError(error.strerror or str(error)) from None
    return context
