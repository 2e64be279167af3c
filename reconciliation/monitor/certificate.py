"""The certificate by which a node's endpoints prove who they are."""

import ssl


class CertificateError(Exception):
    """The server's certificate or its key cannot be used; the message says why."""


def tls_context(certificate: str, key: str | None) -> ssl.SSLContext:
    """Return what speaks TLS.

    Raises:
        CertificateError: a file cannot be read, or the key has a pass phrase.
    """

    def refuse() -> str:
        raise CertificateError("the key has a pass phrase, and nobody is asked for it")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=refuse)
    except OSError as error:
        raise CertificateError(error.strerror or str(error)) from None
    return context
