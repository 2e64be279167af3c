"""The process that serves a node's endpoints; it ends with the node, or with the pipe over which that tells how it is.

Arguments: the file descriptors of the listening socket and of the pipe, and the node's process id.
"""

import os
import signal
import socket
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Final

from reconciliation.monitor.certificate import Certificate
from reconciliation.monitor.endpoints import Server, handler
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.masked import Masked
from reconciliation.monitor.status import Picture

LOOK_SECS: Final = 0.5


class Told(Masked, frozen=True):
    """What a node tells at first; after that only pictures.

    Attributes:
        identity: of the node.
        authorization: the header that a client must send; none lets everybody read.
        certificate: PEM file of the server's certificate; none serves plain HTTP.
        key: PEM file of its key.
        picture: of the node.
    """

    HIDDEN = "authorization"
    identity: Identity
    authorization: str | None
    certificate: str | None
    key: str | None
    picture: Picture


def main(listening: int, pipe: int, node: int) -> None:
    """Serve until nobody tells any more."""
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # A supervisor signals all of a unit at once; the node stops for a while, and is asked meanwhile.
        signal.signal(signum, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(node,), daemon=True).start()
    telling = Connection(pipe, writable=False)
    try:
        told: Told = telling.recv()
    except (EOFError, OSError):
        return
    picture = told.picture
    answers = handler(lambda: picture, told.identity, node, told.authorization)
    server = Server(("", 0), answers, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=listening)
    if told.certificate is not None:
        server.certificate = Certificate(told.certificate, told.key)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        while True:
            picture = telling.recv()
    except (EOFError, OSError):
        os._exit(0)  # the port is free at once


def _end_with(node: int) -> None:
    """End once the node is gone: a process that it has forked may hold the pipe open."""
    while os.getppid() == node:
        time.sleep(LOOK_SECS)
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
