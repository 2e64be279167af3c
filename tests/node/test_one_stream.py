"""The engine's own log among recon's events: what becomes of each line."""

import json

import pytest

from reconciliation.node.one_stream import Relay

ENGINE = "2026-11-29T15:55:56.123456789Z [{level}] TRADER-001.ExecClient-BINANCE: {message}"
STARTED = '{"boot_secs": 1.5, "event": "node_started", "level": "info", "timestamp": "2026-11-29T15:55:56.1Z"}'
DIED = '{"reason": "boom", "event": "node_died", "level": "error", "timestamp": "2026-11-29T15:55:57.1Z"}'


def relay(*, as_json: bool, only_loud: bool = False, is_verbose: bool = False) -> Relay:
    return Relay(as_json=as_json, colored=False, shows=lambda quiet: is_verbose or not (quiet or only_loud))


def engine(message: str, level: str = "INFO") -> str:
    return ENGINE.format(level=level, message=message)


def test_an_event_stays_as_it_is() -> None:
    end = relay(as_json=True)
    assert end.line(f"{STARTED}\n") == STARTED
    assert end.line(DIED) == DIED
    assert "DISPOSED" in end.line(engine("DISPOSED"))


@pytest.mark.parametrize(
    ("level", "told"), [("INFO", "info"), ("WARN", "warning"), ("ERROR", "error"), ("DEBUG", "debug")]
)
def test_a_line_of_the_engine_is_an_event(level: str, told: str) -> None:
    assert json.loads(relay(as_json=True).line(engine("Connecting: at 3.5", level))) == {
        "component": "ExecClient-BINANCE",
        "message": "Connecting: at 3.5",
        "trader_id": "TRADER-001",
        "event": "engine",
        "level": told,
        "timestamp": "2026-11-29T15:55:56.123456789Z",
    }


def test_colors_of_the_engine_are_no_part_of_it() -> None:
    colored = f"\x1b[1m{engine('READY')}\x1b[0m".replace("[INFO]", "[INFO]\x1b[0m")
    assert json.loads(relay(as_json=True).line(colored))["message"] == "READY"


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_masked(*, as_json: bool) -> None:
    line = relay(as_json=as_json, is_verbose=True).line(engine("at redis://user:canary@h:1"))
    assert "redis://***@h:1" in line
    assert "canary" not in line


@pytest.mark.parametrize("text", ["Traceback (most recent call last):", '{"no": "event"}', '{"torn', "", "[1]"])
def test_what_is_neither_is_kept(text: str) -> None:
    assert relay(as_json=False).line(text) == text
    assert json.loads(relay(as_json=True).line(text)) == {"event": "output", "level": "info", "message": text}


def test_on_a_terminal_the_log_of_a_boot_is_kept_back() -> None:
    end = relay(as_json=False)
    assert end.line(engine("READY")) == ""
    assert "trouble" in end.line(engine("trouble", "WARN"))
    assert "node started" in end.line(STARTED)
    assert "hello" in end.line(engine("hello"))
    assert "boom" in end.line(DIED)
    assert end.line(engine("DISPOSED")) == ""


def test_a_command_may_want_what_is_loud_alone() -> None:
    end = relay(as_json=True, only_loud=True)
    assert end.line(engine("READY")) == ""
    assert "trouble" in end.line(engine("trouble", "ERROR"))
    assert "READY" in relay(as_json=True, only_loud=True, is_verbose=True).line(engine("READY"))
