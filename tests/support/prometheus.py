"""A real Prometheus, a real Alertmanager, and somebody who takes what it sends: each ends with what it is used in."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import isnan
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import parts
from promtool import Labels, Vector, labels

from monitoring.servers import FOLDER, get, running


class Prometheus:
    """One that runs.

    Args:
        address: host and port.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def vector(self, query: str) -> Vector:
        """Return what a query comes to now; values that are no number are left out."""
        told = self._asked("query", query=query)
        assert told["resultType"] == "vector", query
        read = {_unnamed(each["metric"]): float(each["value"][1]) for each in told["result"]}
        return {name: value for name, value in read.items() if not isnan(value)}

    def label_values(self, label: str, metric: str) -> list[str]:
        """Return the values that a label has in a metric."""
        values: list[str] = self._asked(f"label/{label}/values", **{"match[]": metric})
        return values

    def firing(self, alert: str) -> list[Labels]:
        """Return the labels of an alert that fires."""
        told = [each for each in self._asked("alerts")["alerts"] if each["labels"]["alertname"] == alert]
        return [labels(**each["labels"]) for each in told if each["state"] == "firing"]

    def raised(self) -> set[str]:
        """Return the names of the alerts that fire or are about to."""
        return {each["labels"]["alertname"] for each in self._asked("alerts")["alerts"]}

    def _asked(self, what: str, **given: str) -> Any:
        status, body = get(self.address, f"/api/v1/{what}?{urlencode(given)}")
        told = json.loads(body)
        assert (status, told["status"]) == (200, "success"), (given, told)
        return told["data"]


class Webhook:
    """Who is told of alerts.

    Attributes:
        url: where.
        told: each alert that was sent, in order, as Alertmanager has it: `status`, `labels`, `annotations`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.told: list[dict[str, Any]] = []

    def last(self, alert: str, status: str) -> dict[str, Any]:
        """Return what was sent last of an alert, if that is that it is `firing`, or `resolved`; else nothing."""
        told = [each for each in self.told if each["labels"]["alertname"] == alert]
        return told[-1] if told and told[-1]["status"] == status else {}


@contextmanager
def prometheus(folder: Path, config: Mapping[str, Any]) -> Iterator[Prometheus]:
    """Run one until the end of the block.

    Args:
        folder: where it runs and keeps everything; rule files stand in it, as its configuration names them.
        config: its configuration.
    """
    options = (f"--storage.tsdb.path={folder / 'prometheus'}",)
    with running(parts.prometheus(), folder, "prometheus", config, *options) as address:
        yield Prometheus(address)


@contextmanager
def alertmanager(folder: Path, config: Mapping[str, Any]) -> Iterator[str]:
    """Run one until the end of the block, and yield its host and port.

    Args:
        folder: where it runs and keeps everything.
        config: its configuration.
    """
    # Where that of `make parts` finds its templates.
    (folder / ".usr").symlink_to(FOLDER.parent)
    options = (f"--storage.path={folder / 'alertmanager'}", "--cluster.listen-address=")
    with running(parts.alertmanager(), folder, "alertmanager", config, *options) as address:
        yield address


@contextmanager
def webhook() -> Iterator[Webhook]:
    """Take what is sent until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.told.extend(sent["alerts"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        taken = Webhook(f"http://127.0.0.1:{server.server_address[1]}/")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield taken
        finally:
            server.shutdown()
            thread.join()


def _unnamed(metric: Mapping[str, str]) -> Labels:
    return labels(**{name: value for name, value in metric.items() if name != "__name__"})
