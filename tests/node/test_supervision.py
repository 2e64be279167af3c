"""What a supervisor is told, over a real socket and by a real file."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation import load
from reconciliation.engine.lifecycle import Event, GateClosed, LeaseLost, NotStarted, Started, StartupProgress, Stopping
from reconciliation.errors import UnusableError
from reconciliation.node.supervision import Supervision
from reconciliation.settings import Settings


def settings_with(file: Path | None = None) -> Settings:
    return load(env={}, settings_dir="shipped", overrides={"node.ready_file": str(file) if file else "none"})


@pytest.fixture(params=["path", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """An address as NOTIFY_SOCKET names it, and who listens there."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@recon-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(name.replace("@", "\0", 1))
        line.settimeout(5)
        yield name, line


def test_systemd_is_told(heard: tuple[str, socket.socket]) -> None:
    name, line = heard
    told = Supervision(settings_with(), {"NOTIFY_SOCKET": name})
    told(Started(1.0))
    assert line.recv(4_096) == b"READY=1\nSTATUS=the trader runs"
    told(GateClosed("stale,\nand old", is_enforced=True))
    assert line.recv(4_096) == b"STATUS=the trader runs, and the gate is closed: stale, and old"
    told.beat()  # nobody asked for it
    told(Stopping())
    assert line.recv(4_096) == b"STOPPING=1\nSTATUS=the node stops"


@pytest.mark.parametrize(("secs", "extended"), [(5.0, 60), (90.0, 90)])
def test_a_start_that_goes_on_has_more_time(heard: tuple[str, socket.socket], secs: float, extended: int) -> None:
    """The next word comes after a tenth of the time that has passed."""
    name, line = heard
    told = Supervision(settings_with(), {"NOTIFY_SOCKET": name})
    told(StartupProgress("booking", 4_000, 10_000, 10_000, 9_876, secs, 600.0, None))
    first, second = line.recv(4_096).decode().splitlines()
    assert first == f"EXTEND_TIMEOUT_USEC={extended * 1_000_000}"
    assert second.startswith("STATUS=4,000 of 10,000 orders booked; ")


@pytest.mark.parametrize("pid", ["", str(os.getpid()), "1"], ids=["any", "this", "another"])
def test_the_loop_beats_where_this_process_is_watched(heard: tuple[str, socket.socket], pid: str) -> None:
    name, line = heard
    variables = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "3000000"} | ({"WATCHDOG_PID": pid} if pid else {})
    told = Supervision(settings_with(), variables)
    told.beat()
    told(Stopping())
    assert line.recv(4_096) == (b"WATCHDOG=1" if pid != "1" else b"STOPPING=1\nSTATUS=the node stops")


@pytest.mark.parametrize("variables", [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_nobody_need_listen(variables: dict[str, str]) -> None:
    told = Supervision(settings_with(), variables)
    told(Started(1.0))
    told.beat()


@pytest.mark.parametrize("end", [Stopping(), NotStarted("connection", "refused"), LeaseLost("taken"), None])
def test_the_file_is_there_while_the_trader_runs(tmp_path: Path, end: Event | None) -> None:
    file = tmp_path / "ready"
    file.write_text("of a life before")
    told = Supervision(settings_with(file), {})
    assert not file.exists()
    told(Started(1.0))
    assert file.read_text() == f"{os.getpid()}\n"
    if end is None:
        told.close()
    else:
        told(end)
    assert not file.exists()


def test_a_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"cannot be written \(no such file or directory\); name another"):
        Supervision(settings_with(tmp_path / "nowhere" / "ready"), {})
