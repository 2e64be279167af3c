"""A node under a supervisor: a real socket, a real file, a real end."""

import socket

from stage import Stage, clean_end, ended, environment

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


def test_a_ready_file_that_cannot_be_written_is_exit_2(stage: Stage, venue: VenueProcess, redis: str) -> None:
    told = stage.recon("run", "--ready-file", "nowhere/ready", **environment(venue, redis))
    assert told.code == 2
    (event,) = told.events("settings_refused")
    assert event["reason"].startswith("--ready-file: the ready file nowhere/ready cannot be written")
