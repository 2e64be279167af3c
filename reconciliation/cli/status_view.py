"""Where a node is asked how it is, and how its answer reads."""

import base64
import json
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

import click
from msgspec import Struct

from reconciliation.cli.text import colored, table
from reconciliation.errors import ReconError
from reconciliation.layers.problems import printable
from reconciliation.node.startup_words import startup_words
from reconciliation.rules.figures import counted, duration
from reconciliation.settings.monitor import MonitorSettings
from reconciliation.settings.urls import valid_host

PATIENCE_SECS: Final = 5.0
_SCHEMES: Final = {"http": 80, "https": 443}


class NoStatusError(ReconError):
    """A node does not say how it is."""


class Place(Struct, frozen=True):
    """Where a node is asked.

    Attributes:
        scheme: `http` or `https`.
        host: its host.
        port: its port.
        credentials: `user:password`; empty where it wants none.
        certificate: PEM file that its certificate is checked with; the system's where absent.
    """

    scheme: str
    host: str
    port: int
    credentials: str = ""
    certificate: str | None = None

    @classmethod
    def of(cls, monitor: MonitorSettings, url: str | None) -> Self:
        """Return the place that a url names, or else the settings; a bare host is asked at the settings' port.

        Raises:
            click.BadParameter: the url is none of a node.
        """
        scheme = "http" if monitor.tls_certificate is None else "https"
        credentials = ""
        if monitor.user is not None and monitor.password is not None:
            credentials = f"{monitor.user}:{monitor.password.get_secret_value()}"
        if url is None:
            return cls(scheme, monitor.host, monitor.port, credentials, monitor.tls_certificate)
        is_bare = "://" not in url
        try:
            parts = urlsplit(f"{scheme}://{url}" if is_bare else url)
            port = parts.port
            valid_host(parts.hostname or "")
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise click.BadParameter("it is not like http://127.0.0.1:9464", param_hint="URL")
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        port = port or (monitor.port if is_bare else _SCHEMES[parts.scheme])
        return cls(parts.scheme, parts.hostname, port, credentials, monitor.tls_certificate)

    @property
    def _text(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def ask(self) -> dict[str, Any]:
        """Ask for `/status`.

        Raises:
            NoStatusError: nobody answers, or somebody who is no node; or the certificate's file cannot be read.
        """
        connection = self._connection()
        proof = base64.b64encode(self.credentials.encode()).decode()
        try:
            connection.request("GET", "/status", headers={"Authorization": f"Basic {proof}"} if proof else {})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
            raise NoStatusError(
                f"no node answers at {self._text} ({reason})",
                "start one with RECON_MONITOR_ENABLED=true, or name its URL",
            ) from None
        finally:
            connection.close()
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise NoStatusError(
                f"the node at {self._text} wants other credentials", "set RECON_MONITOR_USER and RECON_MONITOR_PASSWORD"
            )
        try:
            told = json.loads(body)
            list(lines(told))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NoStatusError(f"what answers at {self._text} is no node of recon", "name its URL") from None
        return dict(told)

    def _connection(self) -> HTTPConnection:
        if self.scheme == "http":
            return HTTPConnection(self.host, self.port, timeout=PATIENCE_SECS)
        try:
            context = ssl.create_default_context(cafile=self.certificate)
        except OSError as error:
            reason = "no certificate in it" if isinstance(error, ssl.SSLError) else str(error.strerror or error).lower()
            raise NoStatusError(
                f"the certificate that {self._text} is checked with, {self.certificate}, cannot be used ({reason})",
                "correct RECON_MONITOR_TLS_CERTIFICATE",
            ) from None
        return HTTPSConnection(self.host, self.port, timeout=PATIENCE_SECS, context=context)


def lines(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a node said as a reader wants it; ages count from the node's own clock."""
    if "error" in status:
        yield printable(str(status["error"]))
        return
    now, node = float(status["now"]), status["node"]
    yield f"{printable(node['trader_id'])} on {printable(node['account'])}, preset {printable(node['preset'])}"
    color = "green" if status["is_ready"] else "red"
    since = f"since {_moment(status['since'])}, {duration(now - status['since'])}"
    words = [
        "ready" if status["is_ready"] else "NOT ready",
        "reconciled" if status["is_reconciled"] else "not reconciled",
    ]
    yield f"{colored(printable(status['state']), fg=color, bold=True)} {since}; {', '.join(words)}"
    for name, reason in status["missing"].items():
        yield colored(f"  {printable(name)}: {printable(reason)}", fg="red")
    yield ""
    yield from table([("check", "every", "went well", "took", "runs", "failed", ""), *_checks(status["checks"], now)])
    yield ""
    yield from table(_rows(status, now))


def _checks(checks: Mapping[str, Any], now: float) -> Iterator[tuple[str, ...]]:
    for name, check in checks.items():
        if check["period_secs"] is None:
            yield name, "off", "", "", "", "", ""
            continue
        well = "not yet" if check["succeeded"] is None else f"{duration(now - check['succeeded'])} ago"
        took = "" if check["secs"] is None else f"{check['secs']:.3f} s"
        counts = str(check["runs"]), str(check["failures"])
        yield name, duration(check["period_secs"]), well, took, *counts, check["reason"]


def _rows(status: Mapping[str, Any], now: float) -> Iterator[tuple[str, str]]:
    orders, fills = status["orders"], status["fills"]
    stuck = f", the oldest for {duration(now - orders['oldest_inflight'])}" if orders["oldest_inflight"] else ""
    yield (
        "orders",
        f"{orders['open']} open, {orders['external']} of them external, {orders['inflight']} in flight{stuck}",
    )
    yield "external", f"{orders['external_seen']} have appeared"
    yield "holds", ", ".join(f"{p['quantity']} {p['instrument']}" for p in status["positions"]) or "none"
    recovered = ", ".join(f"{count} at {origin}" for origin, count in fills["recovered"].items())
    yield "fills", f"recovered {recovered}; {fills['inferred']} inferred, {fills['duplicate']} told twice"
    differing = [f"{count} {kind}" for kind, count in status["discrepancies"].items() if count]
    yield "differences", ", ".join(differing) or "none"
    held = [f"{held['kind']} {held['key']} for {duration(now - held['since'])}" for held in status["held_absent"]]
    yield "held absent", ", ".join(held) or "none"
    secs = status["reconciliation_secs"]
    if (startup := status.get("startup")) is not None:
        yield "startup", startup_words(startup)
    else:
        yield "startup", "not reconciled yet" if secs is None else f"reconciled in {secs:.3f} s"
    yield "heartbeat", f"{duration(now - status['heartbeat'])} ago"
    if (cache := status["cache"]) is not None:
        state = "answers" if cache["is_reachable"] else f"has not answered for {duration(now - cache['since'])}"
        behind = ", and is not compared with the node yet" if cache["is_behind"] else ""
        missing = f", {cache['missing']} keys lack something" if cache["missing"] else ""
        yield "cache", f"{state}{behind}; {cache['losses']} losses{missing}"
    gate = status["gate"]
    shut = f"CLOSED for {duration(now - gate['since'])}: {gate['reason']}" if gate["is_closed"] else "open"
    yield "gate", f"{shut}; closed {counted(gate['closings'], 'time')}, {counted(gate['denied'], 'order')} denied"
    yield "leases", ", ".join(status["leases"]) or "none: a second node can start beside it"
    weight = status["request_weight"]
    if weight["limit"] is not None:
        yield "weight", f"{weight['used']} of {weight['limit']} a minute"
    node = status["node"]
    yield "guards off", ", ".join(node["guards_off"]) or "none"
    yield "fingerprint", node["fingerprint"]
    yield "versions", f"recon {node['version']}, NautilusTrader {node['engine_version']}"


def _moment(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
