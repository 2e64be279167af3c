"""The endpoints of a node: `/metrics`, `/healthz`, `/readyz` and `/status`, from a thread of their own.

The event loop of a node is blocked for seconds while it reconciles, and that is when somebody looks; nothing here waits
for it.
"""

import base64
import hmac
import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector

from reconciliation.monitor import health
from reconciliation.monitor.data import data
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.metrics import Metrics
from reconciliation.monitor.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECS: Final = 5.0
"""For so long a connection may say nothing before it is closed."""

Answer = tuple[HTTPStatus, str, bytes]
"""Status, content type, body."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a node's endpoints are reached, and by whom.

    Attributes:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        credentials: `user:password` that a client must prove; none lets everybody read.
        tls: the server's certificate; none serves plain HTTP.
    """

    host: str = "127.0.0.1"
    port: int = 0
    credentials: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


class MonitorServer:
    """Serves what is known of one node until it is closed.

    Args:
        status: of the node.
        identity: of the node.
        access: where, and to whom.

    Attributes:
        url: where it is reached.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(self, status: Status, identity: Identity, access: Access) -> None:
        registry = CollectorRegistry()
        registry.register(Metrics(status, identity))
        ProcessCollector(registry=registry)
        endpoints = _Endpoints(status, identity, registry)
        expected = None
        if access.credentials is not None:
            expected = f"Basic {base64.b64encode(access.credentials.encode()).decode()}"

        class Handler(_Handler):
            answers = endpoints
            authorization = expected

        self._server = _Server((access.host, access.port), Handler)
        if access.tls is not None:
            # The handshake is the connection's own thread's: a client that never speaks holds up nobody else.
            listening = self._server.socket
            self._server.socket = access.tls.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
        scheme = "http" if access.tls is None else "https"
        self.url = f"{scheme}://{access.host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="monitor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Answer nobody any more, and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hung up is nobody's trouble."""


class _Endpoints:
    """What is answered, by path."""

    def __init__(self, status: Status, identity: Identity, registry: CollectorRegistry) -> None:
        self._status = status
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
        reason = health.unhealthy(self._status.picture, time.time())
        return _json({"healthy": not reason, "reason": reason}, fine=not reason)

    def _readyz(self, _: str) -> Answer:
        missing = health.missing(self._status.picture, time.time())
        return _json({"ready": not missing, "missing": missing}, fine=not missing)

    def _status_data(self, _: str) -> Answer:
        return _json(data(self._status.picture, self._identity, time.time()), fine=True)


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
        self.wfile.write(body)

    def version_string(self) -> str:
        """Tell no versions to whoever asks."""
        return "recon"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing: scrapes come every few seconds."""
