"""The endpoints over real sockets."""

import base64
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reconciliation.monitor.certificate import CertificateError
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.masked import Masked
from reconciliation.monitor.server import EVERYWHERE, Access, MonitorServer
from reconciliation.monitor.serving import Told
from reconciliation.monitor.status import Check, Status

PATIENCE_SECS = 20.0
ASKING = """
import sys, time
from http.client import HTTPConnection
while True:
    connection = HTTPConnection(sys.argv[1].removeprefix("http://"), timeout=10)
    connection.request("GET", "/metrics")
    connection.getresponse().read()
    print(time.time())
"""
NODE = """
import time
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.server import Access, MonitorServer
from reconciliation.monitor.status import Status
server = MonitorServer(Status(time.time, {}), Identity("T-1", "A", "p", "f", "0", "0"), Access())
print(server._process.pid)
time.sleep(60)
"""
IDENTITY = Identity("TRADER-001", "BINANCE-A", "standard", "abcd", "0.1.0", "1.231.0")


@pytest.fixture
def status() -> Status:
    return Status(time.time, {Check.OPEN_ORDERS: 5.0})


@pytest.fixture
def server(status: Status) -> Iterator[MonitorServer]:
    with MonitorServer(status, IDENTITY, Access()) as opened:
        yield opened


def asked(server: MonitorServer, path: str, **headers: str) -> tuple[int, str, str]:
    """Ask once; return status, content type and body."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.status, str(answer.getheader("Content-Type")), answer.read().decode()
    connection.close()
    return content


def until(condition: Callable[[], bool]) -> None:
    """What is told arrives a moment later."""
    deadline = time.monotonic() + PATIENCE_SECS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_health_is_the_loops_and_readiness_the_nodes(server: MonitorServer, status: Status) -> None:
    assert asked(server, "/healthz")[0] == 200
    code, kind, body = asked(server, "/readyz")
    assert (code, kind) == (503, "application/json")
    assert json.loads(body) == {"ready": False, "missing": {"started": "it is INITIALIZING"}}
    status.connected()
    status.verified(succeeded=True, secs=0.1)
    status.started()
    until(lambda: asked(server, "/readyz?verbose=1")[0] == 200)
    assert json.loads(asked(server, "/readyz")[2]) == {"ready": True, "missing": {}}


def test_the_status_is_everything_that_is_known(server: MonitorServer, status: Status) -> None:
    status.connected()
    status.verified(succeeded=True, secs=0.1)
    until(lambda: json.loads(asked(server, "/status")[2])["state"] == "RECONCILED")
    told = json.loads(asked(server, "/status")[2])
    assert told["is_reconciled"] is True
    assert told["node"]["trader_id"] == "TRADER-001"
    assert told["checks"]["open_orders"]["ended"] is None


def test_metrics_come_in_the_form_that_is_asked_for(server: MonitorServer) -> None:
    _, kind, body = asked(server, "/metrics")
    assert kind.startswith("text/plain")
    assert "nautilus_reconciliation_reconciled{" in body
    assert "process_resident_memory_bytes" in body
    _, kind, body = asked(server, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert body.endswith("# EOF\n")


def test_whoever_asks_for_the_head_gets_no_body(server: MonitorServer) -> None:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    for path, status in (("/healthz", 200), ("/readyz", 503), ("/nothing", 404)):
        connection.request("HEAD", path)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (status, b"")
        assert int(answer.headers["Content-Length"]) > 0
    connection.close()


@pytest.mark.parametrize("host", EVERYWHERE)
def test_one_that_listens_everywhere_is_reached_by_its_hosts_name(host: str) -> None:
    assert Access(host).url(9464) == f"http://{socket.gethostname()}:9464"


def test_another_path_is_told_what_there_is(server: MonitorServer) -> None:
    assert asked(server, "/") == (404, "text/plain", "there are /metrics, /healthz, /readyz, /status\n")


def test_one_connection_serves_many_scrapes(server: MonitorServer) -> None:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    for _ in range(3):
        connection.request("GET", "/metrics")
        assert connection.getresponse().read()
    connection.close()


def test_whoever_says_nothing_holds_up_nobody(server: MonitorServer) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))):
        assert asked(server, "/healthz")[0] == 200


def test_it_answers_while_the_node_holds_the_interpreter(server: MonitorServer) -> None:
    """As compiled code does that reconciles; no thread of this process gets on meanwhile."""
    command = [sys.executable, "-u", "-c", ASKING, server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        asking.stdout.readline()
        begun = time.time()
        sum(range(100_000_000))
        held = time.time() - begun
        asking.terminate()
        answered = [float(line) for line in asking.stdout.read().split()]
    assert held > 0.5
    assert sum(begun + 0.1 < at < begun + held - 0.1 for at in answered) > 3


def test_it_ends_with_the_node_however_that_ends() -> None:
    with subprocess.Popen([sys.executable, "-u", "-c", NODE], stdout=subprocess.PIPE, text=True) as node:
        assert node.stdout is not None
        serving = int(node.stdout.readline())
        assert Path(f"/proc/{serving}").exists()
        node.kill()
    until(lambda: not Path(f"/proc/{serving}").exists())


def test_it_ends_with_the_node_though_a_child_of_that_lives_on() -> None:
    """One that is forked has the node's end of the pipe too."""
    forking = NODE.replace("time.sleep(60)", "import os\nif os.fork():\n    print('forked')\ntime.sleep(60)")
    command = [sys.executable, "-u", "-W", "ignore", "-c", forking]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as node:
        assert node.stdout is not None
        serving = int(node.stdout.readline())
        assert node.stdout.readline() == "forked\n"
        node.kill()
        try:
            until(lambda: not Path(f"/proc/{serving}").exists())
        finally:
            os.killpg(node.pid, signal.SIGKILL)


def test_one_that_ended_by_itself_is_told_and_started_again(
    server: MonitorServer, status: Status, caplog: pytest.LogCaptureFixture
) -> None:
    status.connected()
    server._process.kill()
    until(lambda: "starting it again" in caplog.text)
    until(lambda: json.loads(asked(server, "/status")[2])["state"] == "RECONCILING")
    assert caplog.text.count("starting it again") == 1


def test_a_signal_to_all_of_a_unit_leaves_it_to_the_node_when_it_ends(server: MonitorServer) -> None:
    asked(server, "/healthz")
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        server._process.send_signal(signum)
    assert asked(server, "/healthz")[0] == 200


def test_it_knows_none_of_the_settings_and_imports_nothing_from_where_the_node_runs(
    status: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "socketserver.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECON_VENUE_API_SECRET", "canary")
    with MonitorServer(status, IDENTITY, Access()) as server:
        assert asked(server, "/healthz")[0] == 200
        assert b"canary" not in Path(f"/proc/{server._process.pid}/environ").read_bytes()


def test_a_key_with_a_pass_phrase_is_refused(status: Status, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -days 2 -subj /CN=localhost -passout pass:word"
    subprocess.run([*made.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    with pytest.raises(CertificateError, match="pass phrase"):
        MonitorServer(status, IDENTITY, Access(certificate=str(certificate), key=str(key)))


def test_it_listens_on_an_address_of_either_kind(status: Status) -> None:
    with MonitorServer(status, IDENTITY, Access(host="::1")) as server:
        assert server.url.startswith("http://[::1]:")
        assert asked(server, "/healthz")[0] == 200


def test_what_is_refused_leaves_no_handle_behind(server: MonitorServer, status: Status) -> None:
    port = int(urlsplit(server.url).port or 0)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(OSError, match="in use"):
            MonitorServer(status, IDENTITY, Access(port=port))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_credentials_are_needed_where_some_are_set(status: Status) -> None:
    with MonitorServer(status, IDENTITY, Access(credentials="me:s3cret")) as server:
        given = {"right": "me:s3cret", "wrong": "me:other"}
        headers = {name: f"Basic {base64.b64encode(text.encode()).decode()}" for name, text in given.items()}
        assert asked(server, "/metrics")[0] == 401
        assert asked(server, "/metrics", Authorization=headers["wrong"])[0] == 401
        assert asked(server, "/metrics", Authorization=headers["right"])[0] == 200


@pytest.mark.parametrize(
    "record",
    [Access(credentials="me:s3cret"), Told(IDENTITY, "Basic s3cret", None, None, Status(time.time, {}).picture)],
    ids=["access", "told"],
)
def test_no_secret_is_printed(record: Masked) -> None:
    """Not in a log, nor by what prints a traceback with its local variables."""
    printed = [repr(record), str(record), repr(record.__rich_repr__())]
    assert not [text for text in printed if "s3cret" in text]
    assert all("certificate" in text for text in printed), "the rest is"


def certified(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for loopback, and its key."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*made.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


def asked_by_tls(server: MonitorServer, certificate: Path) -> int:
    context = ssl.create_default_context(cafile=str(certificate))
    connection = HTTPSConnection(urlsplit(server.url).netloc, timeout=10, context=context)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_speaks_tls_and_a_client_that_does_not_holds_up_nobody(status: Status, tmp_path: Path) -> None:
    certificate, key = certified(tmp_path)
    with MonitorServer(status, IDENTITY, Access(certificate=str(certificate), key=str(key))) as server:
        address = urlsplit(server.url)
        assert address.scheme == "https"
        with socket.create_connection((str(address.hostname), int(address.port or 0))):
            assert asked_by_tls(server, certificate) == 200


def test_a_certificate_that_is_renewed_is_the_next_connections(status: Status, tmp_path: Path) -> None:
    certificate, key = certified(tmp_path)
    (tmp_path / "new").mkdir()
    new_certificate, new_key = certified(tmp_path / "new")
    with MonitorServer(status, IDENTITY, Access(certificate=str(certificate), key=str(key))) as server:
        assert asked_by_tls(server, certificate) == 200
        before = certificate.read_bytes()
        (tmp_path / "before.pem").write_bytes(before)
        certificate.write_bytes(new_certificate.read_bytes())
        assert asked_by_tls(server, tmp_path / "before.pem") == 200  # its key is not there yet
        key.write_bytes(new_key.read_bytes())
        assert asked_by_tls(server, new_certificate) == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            asked_by_tls(server, tmp_path / "before.pem")


def test_a_port_that_is_taken_is_refused_and_given_back_at_the_end(server: MonitorServer, status: Status) -> None:
    port = int(urlsplit(server.url).port or 0)
    with pytest.raises(OSError, match="in use"):
        MonitorServer(status, IDENTITY, Access(port=port))
    server.close()
    with MonitorServer(status, IDENTITY, Access(port=port)) as again:
        assert asked(again, "/healthz")[0] == 200
