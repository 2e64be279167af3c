"""The endpoints of a node, served by a process of their own that the node tells how it is.

A node that reconciles may hold Python's interpreter lock for seconds, in code that is compiled: with 10,000 orders
eight seconds in one call, measured, in which no thread of the process answers anybody. That is when somebody looks.
"""

import base64
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final, Self

from reconciliation.monitor.identity import Identity
from reconciliation.monitor.serving import Told
from reconciliation.monitor.status import Status

PUSH_SECS: Final = 0.1
"""From one look at the status to the next; what has changed since is told."""
END_SECS: Final = 5.0
"""Within which the process has to end."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a node's endpoints are reached, and by whom.

    Attributes:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        credentials: `user:password` that a client must prove; none lets everybody read.
        certificate: PEM file of the server's certificate and its chain; none serves plain HTTP.
        key: PEM file of its key.
    """

    host: str = "127.0.0.1"
    port: int = 0
    credentials: str | None = field(default=None, repr=False)
    certificate: str | None = None
    key: str | None = None


class MonitorServer:
    """Serves what is known of one node until it is closed, or the node's process ends.

    Args:
        status: of the node.
        identity: of the node.
        access: where, and to whom.

    Attributes:
        url: where it is reached.

    Raises:
        OSError: the address cannot be listened on, or the certificate cannot be read.
    """

    def __init__(self, status: Status, identity: Identity, access: Access) -> None:
        scheme = "http"
        if access.certificate is not None:
            scheme = "https"
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(access.certificate, access.key)
        authorization = None
        if access.credentials is not None:
            authorization = f"Basic {base64.b64encode(access.credentials.encode()).decode()}"
        self._status = status
        self._closed = threading.Event()
        reader, writer = os.pipe()
        with socket.create_server((access.host, access.port), backlog=128) as listening, os.fdopen(reader):
            self.url = f"{scheme}://{access.host}:{listening.getsockname()[1]}"
            handles = (listening.fileno(), reader)
            # In a session of its own: Ctrl-C is for the node, and ends this by ending that.
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
                [sys.executable, "-m", "reconciliation.monitor.serving", *map(str, handles)],
                pass_fds=handles,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._pipe = Connection(writer, readable=False)
        self._pipe.send(Told(identity, status.picture, os.getpid(), authorization, access.certificate, access.key))
        self._thread = threading.Thread(target=self._tell, name="monitor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tell(self) -> None:
        told = None
        while not self._closed.wait(PUSH_SECS):
            if (picture := self._status.picture) is not told:
                try:
                    self._pipe.send(picture)
                except OSError:
                    if not self._closed.is_set():
                        logging.getLogger(__name__).error("the process that serves the node's endpoints has ended")  # noqa: TRY400
                    return
                told = picture

    def close(self) -> None:
        """Answer nobody any more, and give the port back."""
        self._closed.set()
        self._pipe.close()
        try:
            self._process.wait(END_SECS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(END_SECS)
