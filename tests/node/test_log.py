import json

import pytest
import structlog

from reconciliation.node.log import as_json, event_logger
from reconciliation.settings.log import LogSettings
from reconciliation.settings.masking import mask

JSON = LogSettings(format="json")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"api_key": "k", "api_secret": "s", "name": "B"}, {"api_key": "***", "api_secret": "***", "name": "B"}),
        ({"venue": {"PASSWORD": "p", "tokens": ["a"]}}, {"venue": {"PASSWORD": "***", "tokens": ["***"]}}),
        ({"api_key": None}, {"api_key": None}),
        ({"url": "redis://user:pass@h:1"}, {"url": "redis://***@h:1"}),
        ({"reason": "not redis://u:p@h:1, nor rediss://q@i:2"}, {"reason": "not redis://***@h:1, nor rediss://***@i:2"}),
        ({"urls": ("http://a:b@c", 3, True)}, {"urls": ["http://***@c", 3, True]}),
        ({"mail": "a@b"}, {"mail": "a@b"}),
    ],
)  # fmt: skip
def test_secrets_are_masked_by_name_and_in_urls(given: dict[str, object], shown: dict[str, object]) -> None:
    assert mask(given) == shown


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    log = event_logger(JSON)
    log.info("node_boot", plan={"api_key": "canary"}, url="redis://u:canary@h:1")
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["plan"], event["url"]) == (
        "node_boot",
        "info",
        {"api_key": "***"},
        "redis://***@h:1",
    )
    assert event["timestamp"].endswith("Z")


def test_the_level_holds(capsys: pytest.CaptureFixture[str]) -> None:
    log = event_logger(LogSettings(format="json", level="WARNING"))
    log.info("quiet")
    log.warning("loud")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["loud"]


def test_the_users_own_structlog_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    event_logger(JSON).info("node_boot")
    assert structlog.get_config() == before


@pytest.mark.parametrize(("form", "expected"), [("json", True), ("console", False), ("auto", True)])
def test_the_form_of_events_where_stderr_is_no_terminal(
    capsys: pytest.CaptureFixture[str], form: str, *, expected: bool
) -> None:
    assert as_json(LogSettings.model_validate({"format": form})) is expected
