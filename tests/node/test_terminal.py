"""How events read on a terminal."""

from typing import Any

import pytest

from reconciliation import load
from reconciliation.node.draft import draft
from reconciliation.node.parameters import effective_parameters
from reconciliation.node.terminal import WIDEST, rendered

HEAD = {"level": "info", "timestamp": "2026-11-29T15:55:56.123456Z"}

PROGRESS = {
    "step": "booking",
    "done": 4_000,
    "total": 10_000,
    "orders": 10_000,
    "fills": 9_876,
    "secs": 5.0,
    "limit_secs": 30.0,
    "left_secs": 7.5,
}


def shown(name: str, *, colored: bool = False, **told: Any) -> list[str]:
    return rendered({"event": name, **HEAD, **told}, colored=colored).splitlines()


def test_a_boot_is_a_few_short_lines() -> None:
    settings = load(env={}, settings_dir="shipped")
    drafted = draft(settings, embedding=True)
    first, *more = shown("node_boot", **effective_parameters(settings, drafted.subject, drafted.findings))
    assert first.startswith("15:55:56      node boot            TRADER-001, netting, preset standard, ")
    assert first.endswith(settings.fingerprint)
    labels = ["settings", "guards", "checks", "repairs", "cost a minute"]
    assert [line[14:28].strip() for line in more] == labels
    assert "in-flight every 2 s, open orders every 6 s, positions every 30 s" in more[2]
    assert not any(sign in line for line in more for sign in "{}[]")


def test_a_report_is_a_table() -> None:
    node = {"open_orders": 1, "positions": {"BTC": "0.5"}, "fills_recovered": 2, "inferred_fills": 0}
    difference = {"kind": "position", "key": "BTC", "venue": "0.500", "node": "0.5"}
    told: dict[str, Any] = {
        "venue": {"open_orders": 3, "positions": {"BTC": "0.500"}},
        "node": node,
        "differences": [difference],
    }
    lines = shown("node_not_reconciled", duration_secs=1.2, reason="they differ", **told)
    assert [line[14:] if number else line for number, line in enumerate(lines)] == [
        "15:55:56      node not reconciled  1.2 s; they differ",
        "                   venue         node",
        "open orders            3            1",
        "BTC                0.500          0.5",
        "fills recovered 2, inferred fills 0, external orders 0",
        "differs: position BTC: venue 0.500, node 0.5",
    ]


@pytest.mark.parametrize(
    ("name", "told", "line"),
    [
        ("node_started", {"boot_secs": 1.5}, "node started         boot secs 1.5"),
        ("node_died", {"reason": "boom"}, "node died            boom"),
        ("gate_closed", {"reason": "stale", "enforced": True}, "gate closed          enforced true; stale"),
        (
            "startup_progress",
            PROGRESS,
            "startup progress     4,000 of 10,000 orders booked; 5 s of at most 30 s, about 7.5 s left of this",
        ),
        (
            "startup_progress",
            PROGRESS | {"step": "asking", "done": 3, "total": 20, "left_secs": None},
            "startup progress     3 of 20 instruments, 10,000 orders and 9,876 fills told; 5 s of at most 30 s",
        ),
        (
            "startup_progress",
            PROGRESS | {"step": "asking", "done": 0, "total": 0, "left_secs": None},
            "startup progress     10,000 orders and 9,876 fills told; 5 s of at most 30 s",
        ),
        (
            "startup_progress",
            PROGRESS | {"step": "verifying", "orders": 3, "fills": 2, "left_secs": None},
            "startup progress     3 orders and 2 fills told, the venue is asked once more; 5 s of at most 30 s",
        ),
        (
            "startup_progress",
            PROGRESS | {"step": "loading", "orders": 0, "fills": 0, "limit_secs": None},
            "startup progress     4,000 of 10,000 orders loaded from the cache; 5 s, about 7.5 s left of this",
        ),
        ("stop_waits", {"what": "the queues", "up_to_secs": 5.0}, "stop waits           up to 5 s for the queues"),
        ("lease_taken", {"leases": {"trader:T": 1}}, "lease taken          leases trader:T 1"),
        ("engine", {"component": "MAKER-001", "message": "hello"}, "MAKER-001: hello"),
    ],
)
def test_all_else_is_a_line(name: str, told: dict[str, Any], line: str) -> None:
    (found,) = shown(name, **told)
    assert found[14:] == line


def test_what_is_doubtful_stands_out() -> None:
    (line,) = shown("node_died", reason="boom", colored=True, level="error")
    assert line == "\x1b[31m15:55:56 FAIL node died            boom\x1b[0m"
    assert shown("node_died", reason="boom", level="warning")[0].startswith("15:55:56 warn node died")


def test_a_long_line_is_cut() -> None:
    (line,) = shown("node_died", reason="x" * 500)
    assert len(line) == WIDEST
    assert line.endswith("…")
