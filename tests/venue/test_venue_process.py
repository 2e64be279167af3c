import asyncio
import json
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciliation.venue import DataDirUnusable, LocalVenue, NotLoopback, PortUnusable
from reconciliation.venue.journal import JOURNAL, KEYS

PATIENCE_SECS = 10.0
RUN = """
import sys
from pathlib import Path
from reconciliation.venue import run_venue
port, data_dir, host = sys.argv[1:]
sys.exit(run_venue(int(port), Path(data_dir) if data_dir else None, host))
"""


def command(port: int = 0, data_dir: Path | None = None, host: str = "127.0.0.1") -> list[str]:
    return [sys.executable, "-c", RUN, str(port), str(data_dir or ""), host]


@contextmanager
def started(port: int = 0, data_dir: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    with subprocess.Popen(command(port, data_dir), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def control(ready: dict[str, str], method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{ready['control_url']}/{path}", data, method=method)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
        return json.loads(answer.read())


def test_ledger_and_keys_survive_a_kill_and_a_torn_line(tmp_path: Path) -> None:
    data_dir = tmp_path / "venue"
    with started(data_dir=data_dir) as (process, ready):
        control(ready, "POST", "seed", {"symbol": "BTCUSDT", "fills": 20, "open_orders": 3, "net": "0.5"})
        order = {"symbol": "ETHUSDT", "side": "BUY", "quantity": "1", "price": "3000", "client_order_id": "a"}
        control(ready, "POST", "orders", order)
        control(ready, "POST", "fills", {"client_order_id": "a", "quantity": "0.4"})
        before = control(ready, "GET", "ledger")
        process.send_signal(signal.SIGKILL)
        process.wait(5)
    with (data_dir / JOURNAL).open("a") as journal:
        journal.write('{"entry": "filled", "trade_id": 10')
    with started(int(ready["http_url"].rpartition(":")[2]), data_dir) as (_, again):
        assert again == ready
        assert control(again, "GET", "ledger") == before
        control(again, "POST", "fills", {"client_order_id": "a"})
        after = control(again, "GET", "ledger")
    with started(data_dir=data_dir) as (_, third):
        assert control(third, "GET", "ledger") == after
        assert after["positions"] == {"BTCUSDT": "0.500", "ETHUSDT": "1.000"}
    assert stat.S_IMODE((data_dir / KEYS).stat().st_mode) == 0o600


def test_a_hanging_call_and_an_open_socket_do_not_hold_up_the_end() -> None:
    with started() as (process, ready):
        control(ready, "POST", "faults", {"call": "*", "delay_secs": 120})
        hanging = threading.Thread(target=_ignore_failure, args=(f"{ready['http_url']}/fapi/v1/ping",))
        hanging.start()
        deadline = time.monotonic() + PATIENCE_SECS
        while not control(ready, "GET", "requests"):
            assert time.monotonic() < deadline, "the call never came"
            time.sleep(0.01)
        host, port = ready["http_url"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))):
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
        hanging.join(5)


def _ignore_failure(url: str) -> None:
    try:
        urllib.request.urlopen(url, timeout=10)  # noqa: S310 - loopback
    except OSError:
        return


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.org", "::", ""])  # noqa: S104 - refused
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(NotLoopback, match="not a loopback address"):
        LocalVenue(host=host)


def test_the_process_says_why_it_cannot_start() -> None:
    done = subprocess.run(command(host="0.0.0.0"), capture_output=True, text=True, check=False)  # noqa: S104 - refused
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "not a loopback address" in done.stderr


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortUnusable, match=f"port {port}"):
            asyncio.run(LocalVenue(port=port).start())


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_is_none_is_named(port: int) -> None:
    with pytest.raises(PortUnusable, match=f"port {port}"):
        asyncio.run(LocalVenue(port=port).start())


def test_a_data_dir_has_one_venue(tmp_path: Path) -> None:
    async def check() -> None:
        first = LocalVenue(data_dir=tmp_path)
        await first.start()
        with pytest.raises(DataDirUnusable, match="held by another venue process"):
            await LocalVenue(data_dir=tmp_path).start()
        await first.stop()
        second = LocalVenue(data_dir=tmp_path)
        await second.start()
        await second.stop()

    asyncio.run(check())


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (JOURNAL, '{"entry": "nonsense"}\n', f"{JOURNAL}:1 is not a ledger entry"),
        (JOURNAL, "[]\n", f"{JOURNAL}:1 is not a ledger entry"),
        (KEYS, "{}", "is not a key pair"),
        (KEYS, "half", "is not a key pair"),
    ],
)
def test_a_damaged_data_dir_is_refused(tmp_path: Path, name: str, text: str, problem: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataDirUnusable, match=problem):
        asyncio.run(LocalVenue(data_dir=tmp_path).start())


def test_a_data_dir_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirUnusable, match="is not usable"):
        asyncio.run(LocalVenue(data_dir=tmp_path / "file").start())
