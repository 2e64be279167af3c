"""A node under a supervisor: a real socket, a real file, a real end."""

import socket

from slow_line import slow_line
from stage import SEED, Stage, clean_end, ended, environment

from reconciliation.embedded.venue import VenueProcess


def test_a_supervisor_is_told_of_a_whole_life(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Supervisor: sd_notify and the ready file, from the boot to the stop; a file of a life before says nothing."""
    file, address = stage.folder / "ready", stage.folder / "notify"
    file.write_text("of a life before")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(address))
        line.settimeout(40)
        supervised = {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "10000000"}
        node = stage.node(environment(venue, redis, RECON_NODE_READY_FILE=str(file), **supervised))
        node.wait_for("node_boot")
        assert not file.exists() or file.read_text() != "of a life before"
        told: list[str] = []
        while told.count("WATCHDOG=1") < 2 or not any(each.startswith("READY=1") for each in told):
            told.append(line.recv(4_096).decode())
        assert file.read_text() == f"{node.process.pid}\n"
        clean_end(node)
        assert ended(node) == 0
        while told[-1] != "STATUS=the node has stopped":
            told.append(line.recv(4_096).decode())
    assert [each for each in told if each != "WATCHDOG=1"] == [
        "STATUS=the clients connect",
        "STATUS=node and venue are reconciled",
        "READY=1\nSTATUS=the trader runs",
        "STOPPING=1\nSTATUS=the node stops",
        "STATUS=the node has stopped",
    ]
    assert not file.exists()


def test_a_load_that_lasts_is_told_and_has_more_time(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Twenty-two orders are read one by one over a line that takes 0.15 s there and back."""
    venue.control.seed(**SEED | {"open_orders": 20})
    assert stage.recon("reconcile", "--apply", **environment(venue, redis)).code == 0
    address = stage.folder / "notify"
    with slow_line(redis, 0.075) as far, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(address))
        line.settimeout(40)
        variables = {"RECON_NODE_ACCELERATE": "[]", "NOTIFY_SOCKET": str(address)}
        node = stage.node(environment(venue, far, **variables))
        node.wait_for("clients_connected")
        told = [line.recv(4_096).decode()]
        while told[-1] != "STATUS=node and venue are reconciled":
            told.append(line.recv(4_096).decode())
        node.kill()
    loading = [event for event in node.events if event["event"] == "startup_progress"]
    assert {(event["step"], event["total"], event["limit_secs"]) for event in loading} == {("loading", 22, None)}
    assert len(loading) >= 2
    assert 0 < loading[0]["done"] < loading[-1]["done"] == 22
    assert loading[0]["secs"] >= 2.0
    assert told[0] == "STATUS=the clients connect"
    assert [each.partition(";")[0] for each in told[1:-1]] == [
        f"EXTEND_TIMEOUT_USEC=60000000\nSTATUS={event['done']} of 22 orders loaded from the cache" for event in loading
    ]


def test_a_ready_file_that_cannot_be_written_is_exit_2(stage: Stage, venue: VenueProcess, redis: str) -> None:
    told = stage.recon("run", "--ready-file", "nowhere/ready", **environment(venue, redis))
    assert told.code == 2
    (event,) = told.events("settings_refused")
    assert event["reason"].startswith("--ready-file: the ready file nowhere/ready cannot be written")
