"""`recon check --format`: the same verdict as annotations of a workflow and as SARIF, each at its lines."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from reconciliation.cli.formats.github import annotations
from reconciliation.cli.formats.remark import Remark
from reconciliation.cli.formats.sarif import log
from reconciliation.layers.problems import FilePlace
from reconciliation.rules.catalogue import RULES

NODE: Final = """\
from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

engine = LiveExecEngineConfig(
    open_check_interval_secs=5.0,
    position_check_interval_secs=30.0,
    purge_closed_orders_interval_mins=15,
)
clients = {"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}
TradingNode(TradingNodeConfig(exec_engine=engine, exec_clients=clients)).run()
"""
POSITION_LINE, PURGE_LINE, ENGINE_LINE, NODE_LINE = 7, 8, 5, 11


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with a script in a folder of it."""
    (tmp_path / "bots").mkdir()
    (tmp_path / "bots" / "my_node.py").write_text(NODE, "utf-8")
    return tmp_path


def recon(folder: Path, *args: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    ours = ("RECON_", "GITHUB_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | variables
    command = [sys.executable, "-m", "reconciliation", "check", *args]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def told(done: "subprocess.CompletedProcess[str]") -> dict[str, list[str]]:
    """Return where each finding is annotated, by its id: what stands before the title."""
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        if line.startswith("::"):
            before, _, title = line.partition("title=")
            found.setdefault(title[:3], []).append(before.rstrip(","))
    return found


def results(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    return {result["ruleId"]: result for result in json.loads(done.stdout)["runs"][0]["results"]}


def lines(result: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the file and line of a result's places."""
    places = [each["physicalLocation"] for each in (*result["locations"], *result["relatedLocations"])]
    return [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places]


SCRIPT: Final = ("--script", "bots/my_node.py")


def test_a_script_is_annotated_where_it_sets_each_field(repository: Path) -> None:
    done = recon(repository, *SCRIPT, "--format", "github")
    assert done.returncode == 2
    assert told(done) == {
        "E03": [f"::warning file=bots/my_node.py,line={ENGINE_LINE},col=10"],
        "E05": [f"::error file=bots/my_node.py,line={POSITION_LINE},col=5"],
        "E11": [f"::error file=bots/my_node.py,line={PURGE_LINE},col=5"],
        "W21": ["::warning file=bots/my_node.py,line=6,col=5"],
        "W35": [f"::warning file=bots/my_node.py,line={NODE_LINE},col=13"],
        "W37": [f"::warning file=bots/my_node.py,line={NODE_LINE},col=13"],
    }
    first, *_ = done.stdout.splitlines()
    assert first.startswith("bots/my_node.py was run until my_node.py:11")


def test_what_is_accepted_is_a_notice_and_a_suppressed_result(repository: Path) -> None:
    accepting = (*SCRIPT, "--set", "node.accept=E05,E11")
    done = recon(repository, *accepting, "--format", "github")
    assert done.returncode == 0
    assert told(done)["E05"] == [f"::notice file=bots/my_node.py,line={POSITION_LINE},col=5"]
    found = results(recon(repository, *accepting, "--format", "sarif"))
    assert (found["E05"]["level"], found["W21"]["suppressions"]) == ("error", [])
    (suppression,) = found["E05"]["suppressions"]
    assert suppression == {"kind": "external", "status": "accepted", "justification": "node.accept"}


def test_the_form_does_not_change_the_exit_code(repository: Path) -> None:
    for form in ("text", "json", "github", "sarif"):
        assert recon(repository, *SCRIPT, "--format", form).returncode == 2
        accepted = (*SCRIPT, "--set", "node.accept=E05,E11", "--format", form)
        assert recon(repository, *accepted).returncode == 0
        assert recon(repository, *accepted, "--strict").returncode == 1


def test_sarif_of_a_script_has_the_same_lines(repository: Path) -> None:
    found = results(recon(repository, *SCRIPT, "--format", "sarif"))
    file = "bots/my_node.py"
    assert {id_: lines(result) for id_, result in found.items()} == {
        "E03": [(file, ENGINE_LINE)],
        "E05": [(file, POSITION_LINE)],
        "E11": [(file, PURGE_LINE)],
        "W21": [(file, 6)],
        "W35": [(file, NODE_LINE)],
        "W37": [(file, NODE_LINE)],
    }


def test_text_and_data_name_the_lines_too(repository: Path) -> None:
    shown = recon(repository, *SCRIPT).stdout
    assert f"exec_engine.position_check_interval_secs: bots/my_node.py:{POSITION_LINE}:5\n" in shown
    data = json.loads(recon(repository, *SCRIPT, "--json").stdout)
    assert data == json.loads(recon(repository, *SCRIPT, "--format", "json").stdout)
    (found,) = (finding for finding in data["findings"] if finding["id"] == "E11")
    assert set(found["origins"].values()) == {f"bots/my_node.py:{PURGE_LINE}:5", f"bots/my_node.py:{ENGINE_LINE}:10"}


def test_an_object_is_annotated_where_it_sets_each_field(repository: Path) -> None:
    text = NODE.replace(".run()", "")
    (repository / "live_node.py").write_text(text, "utf-8")
    done = recon(repository, "--engine", "live_node:engine", "--format", "github")
    assert told(done)["E05"] == [f"::error file=live_node.py,line={POSITION_LINE},col=5"]
    assert told(done)["W37"] == [f"::warning file=live_node.py,line={ENGINE_LINE},col=10"]


def test_paths_are_those_of_the_repository_that_github_has_checked_out(repository: Path) -> None:
    inside = recon(
        repository / "bots", "--script", "my_node.py", "--format", "github", GITHUB_WORKSPACE=str(repository)
    )
    assert told(inside)["E05"] == [f"::error file=bots/my_node.py,line={POSITION_LINE},col=5"]
    elsewhere = recon(repository / "bots", "--script", "my_node.py", "--format", "github", GITHUB_WORKSPACE="/nowhere")
    assert told(elsewhere)["E05"] == [f"::error file=my_node.py,line={POSITION_LINE},col=5"]


def test_several_nodes_of_one_line_are_told_once(repository: Path) -> None:
    built = "TradingNode(TradingNodeConfig(exec_engine=engine, exec_clients=clients))\n"
    text = NODE.replace("TradingNode(Trad", "for _ in range(3):\n    TradingNode(Trad").replace(".run()", "")
    assert built in text
    (repository / "several.py").write_text(text, "utf-8")
    data = json.loads(recon(repository, "--script", "several.py", "--json").stdout)
    assert [finding["id"] for finding in data["findings"]].count("E05") == 3
    assert len(told(recon(repository, "--script", "several.py", "--format", "github"))["E05"]) == 1


def test_a_node_has_the_configuration_that_its_call_is_given(repository: Path) -> None:
    text = NODE.replace(
        "TradingNode(TradingNodeConfig(exec_engine=engine, exec_clients=clients)).run()",
        "other = TradingNodeConfig(exec_clients={})\n"
        "mine = TradingNodeConfig(exec_engine=engine, exec_clients=clients, timeout_reconciliation=9.0)\n"
        "nodes = []\nnodes.append(TradingNode(config=mine))",
    )
    (repository / "listed.py").write_text(text, "utf-8")
    done = recon(repository, "--script", "listed.py", "--format", "github")
    assert told(done)["W35"] == [f"::warning file=listed.py,line={NODE_LINE + 1},col=68"]


def test_a_script_may_go_elsewhere(repository: Path) -> None:
    (repository / "goes.py").write_text(NODE.replace("\nengine =", "import os\nos.chdir('/')\nengine ="), "utf-8")
    done = recon(repository, "--script", "goes.py", "--format", "github")
    assert told(done)["E05"] == [f"::error file=goes.py,line={POSITION_LINE + 1},col=5"]


# -- Settings of recon's own -------------------------------------------------------------------------


@pytest.fixture
def with_settings(tmp_path: Path) -> Path:
    """A folder with settings in which two things are wrong, and one that a rule refuses."""
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "default.toml").write_text('preset = "standard"\n\n[log]\nlevell = "INFO"\n', "utf-8")
    (folder / "standard.toml").write_text("[reconciliation]\nstartup_delay_secs = 5.0\n", "utf-8")
    (folder / "positions.toml").write_text("[reconciliation]\nenabled = true\nopen_check_open_only = true\n", "utf-8")
    return tmp_path


def test_settings_that_cannot_be_used_are_errors_at_their_lines(with_settings: Path) -> None:
    done = recon(with_settings, "--format", "github", RECON_NO_SUCH="1")
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        (
            "::error title=unknown_variable RECON_NO_SUCH%3A is no setting of recon"
            "::-> unset it; `recon env` lists the variables there are"
        ),
        (
            "::error file=settings/default.toml,line=4,title=unknown_key settings/default.toml%3A4%3A log.levell is no"
            " key of recon::-> did you mean log.level?"
        ),
        (
            "::error file=settings/standard.toml,line=2,title=out_of_range settings/standard.toml%3A2%3A"
            " reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds"
            "::-> set 10 or more; or remove the line: the default is 10.0"
        ),
    ]


def test_a_result_that_no_file_holds_stands_where_the_settings_begin(with_settings: Path) -> None:
    done = recon(with_settings, "--format", "sarif", RECON_NO_SUCH="1")
    found = results(done)
    assert {code: lines(result) for code, result in found.items()} == {
        "unknown_variable": [("settings/default.toml", 1)],
        "unknown_key": [("settings/default.toml", 4)],
        "out_of_range": [("settings/standard.toml", 2)],
    }
    driver = json.loads(done.stdout)["runs"][0]["tool"]["driver"]
    assert all(driver["rules"][result["ruleIndex"]]["id"] == code for code, result in found.items())


def test_a_finding_is_annotated_in_the_file_that_sets_it_and_without_one_for_a_variable(with_settings: Path) -> None:
    (with_settings / "settings" / "default.toml").write_text('preset = "positions"\n', "utf-8")
    by_file = told(recon(with_settings, "--format", "github"))
    assert by_file["W21"] == ["::warning file=settings/positions.toml,line=3"]
    by_variable = told(recon(with_settings, "--format", "github", RECON_OPEN_CHECK_OPEN_ONLY="true"))
    assert by_variable["W21"] == ["::warning "]


def test_a_file_of_variables_is_a_file(with_settings: Path) -> None:
    (with_settings / "node.env").write_text("\nRECON_LOG_LEVEL=LOUD\n", "utf-8")
    done = recon(with_settings, "--format", "github", "--env-file", "node.env")
    assert "::error file=node.env,line=2,title=" in done.stdout


def test_what_is_to_be_changed_is_a_warning(with_settings: Path) -> None:
    (with_settings / "settings" / "default.toml").write_text("[node]\nsymbols = 3\n", "utf-8")
    (with_settings / "settings" / "standard.toml").write_text("", "utf-8")
    done = recon(with_settings, "--format", "github")
    assert done.returncode == 0
    assert "::warning file=settings/default.toml,line=2,title=renamed " in done.stdout


def test_files_outside_of_the_repository_are_not_annotated(with_settings: Path) -> None:
    (with_settings / "here").mkdir()
    done = recon(with_settings / "here", "--format", "github", "--settings-dir", "../settings")
    assert done.returncode == 2
    assert "file=" not in done.stdout
    found = results(recon(with_settings / "here", "--format", "sarif", "--settings-dir", "../settings"))
    assert lines(found["unknown_key"]) == [((with_settings / "settings" / "default.toml").as_uri(), 4)]


def test_two_forms_at_once_are_wrong_usage(with_settings: Path) -> None:
    done = recon(with_settings, "--json", "--format", "sarif")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--json does not go with --format sarif" in done.stderr
    assert json.loads(recon(with_settings, "--json", "--format", "json").stdout)["ok"] is False


def test_facts_that_cannot_be_used_are_told_in_every_form(repository: Path) -> None:
    done = recon(repository, *SCRIPT, "--set", "facts.symbols=-1", "--format", "github")
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=")
    assert len(results(recon(repository, *SCRIPT, "--set", "facts.symbols=-1", "--format", "sarif"))) == 1


# -- The forms themselves ----------------------------------------------------------------------------


def remark(*places: FilePlace, title: str = "it is", text: str = "so", **changed: Any) -> Remark:
    return Remark("E05", "error", title, text, places, **changed)


def test_what_would_end_a_command_is_escaped() -> None:
    file = FilePlace("a,b:c%d.py", 3, 7)
    (line,) = annotations([remark(file, title="100%, a: b", text="100%\r\nnext: a, b")])
    assert line == ("::error file=a%2Cb%3Ac%25d.py,line=3,col=7,title=E05 100%25%2C a%3A b::100%25%0D%0Anext: a, b")


def test_each_place_has_an_annotation() -> None:
    two = list(annotations([remark(FilePlace("x.py", 3), FilePlace("y.py", 5))]))
    assert two == ["::error file=x.py,line=3,title=E05 it is::so", "::error file=y.py,line=5,title=E05 it is::so"]


def test_an_address_in_sarif_is_one() -> None:
    (run,) = log([remark(FilePlace("my bots/żółw #1.py", 3))], (), None)["runs"]
    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {
        "uri": "my%20bots/%C5%BC%C3%B3%C5%82w%20%231.py",
        "uriBaseId": "%SRCROOT%",
    }


def test_a_log_has_what_the_standard_and_github_ask_for() -> None:
    """The properties that SARIF 2.1.0 requires, and those that GitHub's code scanning does."""
    whole = log([remark(FilePlace("x.py", 3, 7), FilePlace("x.py", 5)), remark()], ["it ran"], FilePlace("y.py", 1))
    assert whole.keys() == {"$schema", "version", "runs"}
    assert (whole["version"], whole["$schema"].endswith("/sarif-schema-2.1.0.json")) == ("2.1.0", True)
    (run,) = whole["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "recon"
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in RULES]
    for rule, ours in zip(driver["rules"], RULES, strict=True):
        assert rule["shortDescription"]["text"] == ours.title
        assert rule["fullDescription"]["text"] == ours.why
        assert rule["help"]["text"] == ours.cure
        assert rule["defaultConfiguration"] == {"level": ours.severity}
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["toolExecutionNotifications"] == [{"level": "note", "message": {"text": "it ran"}}]
    first, second = run["results"]
    assert first == {
        "ruleId": "E05",
        "ruleIndex": next(number for number, rule in enumerate(RULES) if rule.id == "E05"),
        "level": "error",
        "message": {"text": "it is\nso"},
        "locations": [placed("x.py", startLine=3, startColumn=7)],
        "relatedLocations": [placed("x.py", startLine=5)],
        "suppressions": [],
    }
    assert second["locations"] == [placed("y.py", startLine=1)]


def placed(uri: str, **region: int) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}}
