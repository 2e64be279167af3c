"""The runbook: a section an alert, each with the same four parts, and nothing in it that there is not."""

import ast
import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from reconciliation.cli.main import COMMANDS
from reconciliation.engine.lifecycle import Stage
from reconciliation.layers import known
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.monitor.alerts import ALERTS
from reconciliation.monitor.families import FAMILIES, PREFIX
from reconciliation.monitor.health import STALLED_SECS
from reconciliation.monitor.status import Check
from reconciliation.settings.guards import GUARDS

if TYPE_CHECKING:
    import click

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "runbooks" / "reconciliation.md"
TEXT: Final = PAGE.read_text("utf-8")
HEAD, *_ALL = re.split(r"^## (.+)\n", TEXT, flags=re.MULTILINE)
SECTIONS: Final = dict(zip(_ALL[::2], _ALL[1::2], strict=True))
PARTS: Final = ("What it means.", "What to look at.", "What to do.", "What not to do.")
CODE: Final = re.findall(r"`([^`\n]+)`", TEXT)
ENDS: Final = ("", "_total", "_bucket", "_sum", "_count")
OTHERS: Final = {
    "instance",  # a label
    "instrument_ids",  # of a claim
    "inferred_fill_ids",  # of an event
    "duration_secs",
    "client_order_id",
    "adl_autoclose",  # what a venue's ids begin with
}


def test_each_alert_has_its_section_and_no_section_is_without_one() -> None:
    assert [*SECTIONS] == [alert.name for alert in ALERTS]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_its_four_parts_in_their_order_and_each_says_something(name: str) -> None:
    _, *told = re.split(r"^\*\*(.+?)\*\*", SECTIONS[name], flags=re.MULTILINE)
    assert tuple(told[::2]) == PARTS
    assert all(text.strip() for text in told[1::2])


@pytest.mark.parametrize("command", sorted({code for code in CODE if code.startswith("recon ")}))
def test_a_command_that_is_named_exists_with_its_options(command: str) -> None:
    _, name, *arguments = shlex.split(command)
    assert name in COMMANDS
    of_name: click.Command = import_module(f"reconciliation.cli.{name}").command
    given = [*arguments, "--settings-dir", str(shipped_settings())]
    context = of_name.make_context(name, given, resilient_parsing=True)
    assert not context.args
    options = {option for parameter in of_name.params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("-")} <= options


def test_every_variable_that_is_named_exists() -> None:
    named = {name for code in CODE for name in re.findall(r"RECON_\w+", code)}
    assert named <= {setting.variable for setting in known.settings_by_path().values()}


def test_every_metric_that_is_named_exists() -> None:
    named = set(re.findall(rf"{PREFIX}\w+", TEXT))
    assert named
    assert named <= {PREFIX + family.name + end for family in FAMILIES for end in ENDS}


def test_every_other_word_of_ours_that_is_named_exists() -> None:
    """Events, guards, checks, stages: what has an underscore and is no metric."""
    named = {code for code in CODE if re.fullmatch(r"[a-z]+(_[a-z]+)+", code)}
    stages = {"connection", "settings", "claims", "reconciliation", "portfolio", "strategies"}
    assert stages == set(Stage.__args__)  # type: ignore[attr-defined]
    checks = {check.value for check in Check}
    assert named <= events() | set(GUARDS) | checks | OTHERS
    assert {"check_failed", "fill_inferred", "cache_unreachable", "node_died"} <= named


def events() -> set[str]:
    """The names of the events that are logged, as the sources have them."""
    found: set[str] = set()
    for name in ("node/event_log.py", "cli/nodes.py"):
        tree = ast.parse((ROOT / "reconciliation" / name).read_text("utf-8"))
        found |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def test_the_limits_that_are_told_are_those_of_the_alerts() -> None:
    limits = {alert.name: (alert.above, alert.for_secs) for alert in ALERTS}
    assert limits["ReconNotReconciled"][1] == 5 * 60
    assert "For five minutes" in SECTIONS["ReconNotReconciled"]
    assert limits["ReconStartupSlow"][0] == 30
    assert "longer than 30 s" in SECTIONS["ReconStartupSlow"]
    assert limits["ReconPositionDiscrepancy"][1] == 2 * 60
    assert "for two minutes" in SECTIONS["ReconPositionDiscrepancy"]
    assert limits["ReconOrdersStuckInFlight"][0] == 3 * 60
    assert "three minutes ago" in SECTIONS["ReconOrdersStuckInFlight"]
    assert limits["ReconHeldAbsent"][0] == 10 * 60
    assert "For ten minutes" in SECTIONS["ReconHeldAbsent"]
    assert limits["ReconRequestWeightHigh"][0] == 0.8
    assert "80 %" in SECTIONS["ReconRequestWeightHigh"]
    assert limits["ReconLoopStalled"][0] == STALLED_SECS == 30
    assert "for 30 s" in SECTIONS["ReconLoopStalled"]
