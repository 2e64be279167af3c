"""The endpoints of a node, served by a process of their own that the node tells how it is.

A node that reconciles may hold Python's interpreter lock for seconds, in code that is compiled: with 10,000 orders
eight seconds in one call, measured, in which no thread of the process answers anybody. That is when somebody looks.
"""

import base64
import logging
import os
import socket
import subprocess
import sys
import threading
from functools import partial
from multiprocessing.connection import Connection
from typing import Final, Self

from reconciliation.monitor.certificate import Certificate
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.masked import Masked
from reconciliation.monitor.serving import Told
from reconciliation.monitor.status import Picture, Status

PUSH_SECS: Final = 0.5
"""From one look at the status to the next; what has changed since is told."""
AGAIN_SECS: Final = 1.0
"""After which a process that has ended is started again."""
END_SECS: Final = 5.0
"""Within which the process has to end."""
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - what a user may ask for


class Access(Masked, frozen=True):
    """Where a node's endpoints are reached, and by whom.

    Attributes:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        credentials: `user:password` that a client must prove; none lets everybody read.
        certificate: PEM file of the server's certificate and its chain; none serves plain HTTP.
        key: PEM file of its key.
    """

    HIDDEN = "credentials"
    host: str = "127.0.0.1"
    port: int = 0
    credentials: str | None = None
    certificate: str | None = None
    key: str | None = None

    def url(self, port: int) -> str:
        """Return where whoever listens so on a port is reached: everywhere is the host by its name."""
        host = socket.gethostname() if self.host in EVERYWHERE else self.host
        return f"{'http' if self.certificate is None else 'https'}://{f'[{host}]' if ':' in host else host}:{port}"


class MonitorServer:
    """Serves what is known of one node until it is closed, or the node's process ends.

    Args:
        status: of the node.
        identity: of the node.
        access: where, and to whom.

    Attributes:
        url: where it is reached.

    Raises:
        CertificateError: the certificate or its key cannot be used.
        OSError: the address cannot be listened on.
    """

    def __init__(self, status: Status, identity: Identity, access: Access) -> None:
        if access.certificate is not None:
            Certificate(access.certificate, access.key)
        authorization = None
        if access.credentials is not None:
            authorization = f"Basic {base64.b64encode(access.credentials.encode()).decode()}"
        self._status = status
        self._first = partial(Told, identity, authorization, access.certificate, access.key)
        family = socket.AF_INET6 if ":" in access.host else socket.AF_INET
        self._listening = socket.create_server((access.host, access.port), family=family, backlog=128)
        self.url = access.url(self._listening.getsockname()[1])
        self._closed = threading.Event()
        try:
            self._spawn()
        except OSError:
            self._listening.close()
            raise
        self._thread = threading.Thread(target=self._tell, name="monitor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _spawn(self) -> None:
        """Start the process; the socket stays open here, so that another one can take it over."""
        reader, writer = os.pipe()
        handles = (self._listening.fileno(), reader)
        try:
            # In a session of its own: Ctrl-C is for the node, and ends this by ending that.
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
                [sys.executable, "-P", "-m", "reconciliation.monitor.serving", *map(str, (*handles, os.getpid()))],
                pass_fds=handles,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # It listens to whoever asks, and needs to know none of the node's secrets.
                env={name: value for name, value in os.environ.items() if not name.startswith("RECON_")},
                start_new_session=True,
            )
        except OSError:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        self._pipe = Connection(writer, readable=False)

    def _tell(self) -> None:
        told: Picture | None = None
        while not self._closed.is_set():
            picture = self._status.picture
            try:
                if told is None:
                    self._pipe.send(self._first(picture))
                elif picture is not told:
                    self._pipe.send(picture)
                told = picture
            except OSError:
                told = None
                self._spawn_again()
            self._closed.wait(PUSH_SECS)

    def _spawn_again(self) -> None:
        self._pipe.close()
        code = self._process.wait()
        if self._closed.is_set():
            return
        log = logging.getLogger(__name__)
        log.error("what serves the node's endpoints ended (%s); starting it again", code)
        if not self._closed.wait(AGAIN_SECS):
            try:
                self._spawn()
            except OSError:  # the next attempt finds a closed pipe
                log.exception("it could not be started")

    def close(self) -> None:
        """Answer nobody any more, and give the port back."""
        self._closed.set()
        self._thread.join(END_SECS)
        if self._thread.is_alive():  # it writes to a process that does not read
            self._process.kill()
            self._thread.join()
        self._pipe.close()
        self._listening.close()
        try:
            self._process.wait(END_SECS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
