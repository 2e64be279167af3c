"""`recon status` against the endpoints that a node serves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciliation.cli.main import main
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.server import Access, MonitorServer
from reconciliation.monitor.status import Check, Counted, Discrepancy, Held, StartupProgress, Status

WHERE = ("--settings-dir", str(shipped_settings()))
PATIENCE_SECS = 20.0


def recon(*args: str, **variables: str) -> Result:
    without: dict[str, str | None] = {name: None for name in os.environ if name.upper().startswith("RECON_")}
    return CliRunner(env=without | variables).invoke(main, (*args, *WHERE))


def watched() -> Status:
    status = Status(time.time, {Check.OPEN_ORDERS: 5.0, Check.POSITIONS: None}, has_database=True)
    status.connected()
    status.verified(succeeded=True, secs=1.25)
    status.started()
    return status


@contextmanager
def served(status: Status, **access: str) -> Iterator[str]:
    identity = Identity("TRADER-001", "BINANCE-A", "standard", "abcd", "0.1.0", "1.231.0", {"symbols": False})
    with MonitorServer(status, identity, Access(**access)) as server:  # type: ignore[arg-type]
        yield server.url


def test_a_node_that_is_ready_is_told_and_exits_0() -> None:
    with served(watched()) as url:
        told = recon("status", url)
    assert told.exit_code == 0, told.output
    first, second, *_ = told.stdout.splitlines()
    assert first == "TRADER-001 on BINANCE-A, preset standard"
    assert second.startswith("MONITORING since ")
    assert second.endswith("; ready, reconciled")
    rows = dict(line.split(maxsplit=1) for line in told.stdout.splitlines()[3:] if len(line.split(maxsplit=1)) == 2)
    assert rows["positions"] == "off"
    assert rows["startup"] == "reconciled in 1.250 s"
    assert rows["cache"] == "answers; 0 losses"
    assert rows["guards"] == "off   symbols"


def test_what_is_wrong_is_told_and_exits_1() -> None:
    status = watched()
    held = {Held("order", "O-7"): time.time() - 200}
    differing = {Discrepancy.POSITION: 1}
    status.beat(Counted(5, 2, 1, 300, differing, oldest_inflight=time.time() - 600, held_absent=held))
    status.checked(Check.OPEN_ORDERS, 0.5, "HTTP 503")
    status.cache_lost("refused")
    with served(status) as url:
        told = recon("status", url)
    assert told.exit_code == 1
    for words in (
        "ERROR since",
        "NOT ready, not reconciled",
        "checks: open_orders: HTTP 503",
        "cache: its database has not answered",
        "5 open, 1 of them external, 2 in flight, the oldest for 10 min",
        "1 position",
        "order O-7 for 3.3 min",
    ):
        assert words in told.stdout, words


def test_a_start_that_lasts_is_told_until_it_is_over() -> None:
    status = Status(time.time, {})
    status.connected()
    status.reconciles(StartupProgress("booking", 4_000, 10_000, 10_000, 9_876, 5.0, 30.0, 7.5))
    with served(status) as url:
        told = recon("status", url)
        assert "4,000 of 10,000 orders booked; 5 s of at most 30 s, about 7.5 s left of this" in told.stdout
        assert json.loads(recon("status", url, "--json").stdout)["startup"]["done"] == 4_000
    status.verified(succeeded=True, secs=12.5)
    with served(status) as url:
        assert "reconciled in 12.500 s" in recon("status", url).stdout
        assert json.loads(recon("status", url, "--json").stdout)["startup"] is None


def test_json_is_what_the_node_said() -> None:
    with served(watched()) as url:
        told = recon("status", url, "--json")
    data = json.loads(told.stdout)
    assert data["node"]["trader_id"] == "TRADER-001"
    assert data["is_ready"] is True


def test_the_settings_say_where_and_by_which_credentials() -> None:
    with served(watched(), credentials="me:word") as url:
        where = {"RECON_MONITOR_PORT": url.rpartition(":")[2]}
        refused = recon("status", **where)
        assert refused.exit_code == 1
        assert "wants other credentials" in refused.stderr
        assert recon("status", **where, RECON_MONITOR_USER="me", RECON_MONITOR_PASSWORD="word").exit_code == 0
        assert recon("status", url.replace("//", "//me:word@")).exit_code == 0


def test_a_bare_host_is_asked_where_the_settings_say() -> None:
    with served(watched()) as url:
        assert recon("status", "127.0.0.1", RECON_MONITOR_PORT=url.rpartition(":")[2]).exit_code == 0


def test_nobody_there_is_one_line_and_exits_1() -> None:
    with served(watched()) as url:
        pass
    told = recon("status", url)
    assert (told.exit_code, told.stdout) == (1, "")
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"no node answers at {url} (connection refused)")
    assert json.loads(recon("status", url, "--json").stdout)["is_ready"] is False


def test_somebody_else_is_told_from_a_node(tmp_path: Path) -> None:
    (tmp_path / "status").write_text('{"is_ready": true}')
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as other:
        assert other.stdout is not None
        port = other.stdout.readline().split(" port ")[1].split()[0]
        try:
            told = recon("status", f"127.0.0.1:{port}")
        finally:
            other.terminate()
    assert told.exit_code == 1
    assert "is no node of recon" in told.stderr


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_certificate_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "node.pem"
    if content is not None:
        file.write_bytes(content)
    told = recon("status", RECON_MONITOR_TLS_CERTIFICATE=str(file), RECON_MONITOR_TLS_KEY=str(file))
    assert (told.exit_code, told.stdout) == (1, "")
    reason = "no such file or directory" if content is None else "no certificate in it"
    assert told.stderr == (
        f"the certificate that https://127.0.0.1:9464 is checked with, {file}, cannot be used ({reason})"
        "; correct RECON_MONITOR_TLS_CERTIFICATE\n"
    )


@pytest.mark.parametrize("url", ["ftp://host", "http://", "http://host:99999", "http://a..b", "a..b"])
def test_a_url_that_is_none_is_wrong_usage(url: str) -> None:
    told = recon("status", url)
    assert told.exit_code == 2
    assert "it is not like http://127.0.0.1:9464" in told.stderr


def test_watching_goes_on_until_ctrl_c() -> None:
    status = watched()
    with served(status) as url:
        command = [sys.executable, "-m", "reconciliation", "status", url, "--watch", "--json", *WHERE]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["is_ready"] is True
            status.cache_lost("refused")
            while json.loads(process.stdout.readline())["is_ready"]:
                pass
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_SECS) == 0
