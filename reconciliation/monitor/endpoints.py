"""What is answered: `/metrics`, `/healthz`, `/readyz` and `/status`, to whoever proves who they are."""

import hmac
import json
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector

from reconciliation.monitor import health
from reconciliation.monitor.certificate import Certificate
from reconciliation.monitor.data import data
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.metrics import Metrics
from reconciliation.monitor.status import Picture

PATIENCE_SECS: Final = 5.0
"""For so long a connection may say nothing before it is closed."""

Answer = tuple[HTTPStatus, str, bytes]
"""Status, content type, body."""
Look = Callable[[], Picture]


def handler(look: Look, identity: Identity, pid: int, authorization: str | None) -> type[BaseHTTPRequestHandler]:
    """Return what answers the requests of a server.

    Args:
        look: returns the node's picture.
        identity: of the node.
        pid: of its process.
        authorization: the header that a client must send; none lets everybody read.
    """
    registry = CollectorRegistry()
    registry.register(Metrics(look, identity))
    ProcessCollector(pid=lambda: pid, registry=registry)
    endpoints, expected = _Endpoints(look, identity, registry), authorization

    class Handler(_Handler):
        answers = endpoints
        authorization = expected

    return Handler


class Server(ThreadingHTTPServer):
    """Answers each connection from a thread of its own."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    certificate: Certificate | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection; the handshake is its own thread's: a client that never speaks holds up nobody else."""
        connection, client = super().get_request()
        if self.certificate is not None:
            context = self.certificate.context
            connection = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, client

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hung up is nobody's trouble."""


class _Endpoints:
    """The answers, by path."""

    def __init__(self, look: Look, identity: Identity, registry: CollectorRegistry) -> None:
        self._look = look
        self._identity = identity
        self._registry = registry
        self.by_path: Final[dict[str, Callable[[str], Answer]]] = {
            "/metrics": self._metrics,
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/status": self._status_data,
        }

    def _metrics(self, accept: str) -> Answer:
        encode, content_type = choose_encoder(accept)
        return HTTPStatus.OK, content_type, encode(self._registry)

    def _healthz(self, _: str) -> Answer:
        reason = health.unhealthy(self._look(), time.time())
        return _json({"healthy": not reason, "reason": reason}, fine=not reason)

    def _readyz(self, _: str) -> Answer:
        missing = health.missing(self._look(), time.time())
        return _json({"ready": not missing, "missing": missing}, fine=not missing)

    def _status_data(self, _: str) -> Answer:
        return _json(data(self._look(), self._identity, time.time()), fine=True)


def _json(content: Any, *, fine: bool) -> Answer:
    status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
    return status, "application/json", json.dumps(content).encode() + b"\n"


class _Handler(BaseHTTPRequestHandler):
    answers: _Endpoints
    authorization: str | None
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_SECS

    def do_GET(self) -> None:
        """Answer one request."""
        given = self.headers.get("Authorization", "")
        answer = self.answers.by_path.get(self.path.partition("?")[0])
        if self.authorization is not None and not hmac.compare_digest(given.encode(), self.authorization.encode()):
            self._say(HTTPStatus.UNAUTHORIZED, "text/plain", b"credentials are needed\n")
        elif answer is None:
            paths = ", ".join(self.answers.by_path)
            self._say(HTTPStatus.NOT_FOUND, "text/plain", f"there are {paths}\n".encode())
        else:
            self._say(*answer(self.headers.get("Accept", "")))

    def _say(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        if status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="recon"')
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the base class asks for it by this name

    def version_string(self) -> str:
        """Tell no versions to whoever asks."""
        return "recon"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing: scrapes come every few seconds."""
