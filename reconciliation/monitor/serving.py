"""The process that serves a node's endpoints; it ends with the pipe over which the node tells how it is.

Arguments: the file descriptors of the listening socket and of the pipe.
"""

import socket
import ssl
import sys
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from reconciliation.monitor.endpoints import Server, handler
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import Picture


@dataclass(frozen=True, slots=True)
class Told:
    """What a node tells at first; after that only pictures.

    Attributes:
        identity: of the node.
        picture: of the node.
        pid: of its process.
        authorization: the header that a client must send; none lets everybody read.
        certificate: PEM file of the server's certificate; none serves plain HTTP.
        key: PEM file of its key.
    """

    identity: Identity
    picture: Picture
    pid: int
    authorization: str | None = field(default=None, repr=False)
    certificate: str | None = None
    key: str | None = None


def main(listening: int, pipe: int) -> None:
    """Serve until nobody tells any more."""
    telling = Connection(pipe, writable=False)
    try:
        told: Told = telling.recv()
    except EOFError:
        return
    picture = told.picture
    answers = handler(lambda: picture, told.identity, told.pid, told.authorization)
    with Server(("", 0), answers, bind_and_activate=False) as server:
        server.socket.close()
        server.socket = socket.socket(fileno=listening)
        if told.certificate is not None:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(told.certificate, told.key)
            # The handshake is the connection's own thread's: a client that never speaks holds up nobody else.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            while True:
                picture = telling.recv()
        except (EOFError, OSError):
            server.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
