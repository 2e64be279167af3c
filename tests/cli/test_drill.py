"""`recon drill`: what it takes, what it tells, what it writes, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from jail import Jail, jailed, recon
from own_scenarios import KINDS, REASON
from stage import processes_in, until

from reconciliation.cli import drilling
from reconciliation.drill import campaign
from reconciliation.drill.runs.job import Job
from reconciliation.drill.runs.pool import Finished, Pool
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.node.signals import StopRequestedError

OWN = ("--scenarios", "own_scenarios")


@pytest.fixture
def pooled(jail: Jail, drill_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Jail:
    """Play in the one process that imports the engine once, with the shipped settings."""
    jail.shipped_settings()
    monkeypatch.setattr(drilling, "Pool", lambda _at_once, _go_on: nullcontext(drill_pool))
    return jail


def refused(*words: str, **variables: str) -> str:
    """Return what a command says that must be refused; nothing is played, and nothing written."""
    done = recon("drill", *words, **variables)
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert "Traceback" not in done.stderr
    assert not Path("drill-failures").exists()
    return done.stderr


# -- What it takes -----------------------------------------------------------------------------------


def test_the_list_names_every_scenario_with_its_sentence(jail: Jail) -> None:
    lines = recon("drill", "--list").stdout.splitlines()
    shipped = shipped_scenarios()
    assert shipped
    assert [(line.partition("  ")[0], shipped[line.partition("  ")[0]].text in line) for line in lines] == [
        (name, True) for name in shipped
    ]
    assert lines[list(shipped).index("lost fill [full]")].endswith(" Raises ReconFillsRecovered.")


def test_the_list_of_a_venue_names_what_is_played_there(jail: Jail) -> None:
    lines = recon("drill", "--list", "--venue", "bybit").stdout.splitlines()
    listed = {name for name in shipped_scenarios() if any(line.startswith(f"{name}  ") for line in lines)}
    assert listed == {name for name, scenario in shipped_scenarios().items() if "BYBIT" in scenario.venues}
    assert len(lines) == len(listed) > 10


def test_the_list_holds_ones_own_and_what_is_asked_for(jail: Jail) -> None:
    assert "Nothing happens." in recon("drill", "--list", *OWN).stdout
    assert recon("drill", "--list", *OWN, "by wire", "quiet").stdout.splitlines() == [
        "by wire  It needs sockets.",
        "quiet    Nothing happens.",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["quit", *OWN], "there is no scenario 'quit'; did you mean 'quiet'? `recon drill --list` names them all"),
        (["by", "wire", *OWN], "there is no scenario 'by'; quote it: \"by wire\""),
        (["by wire", *OWN], "'by wire' cannot be played here; it is for this carrier: wire"),
        (["--seed", "x"], "'x' is not a valid integer range"),
        (["--seed", "-1"], "-1 is not in the range x>=0"),
        (["--seed", "1", "--runs", "0"], "0 is not in the range x>=1"),
        (["--seed", "1", "--minutes", "0"], "0.0 is not in the range"),
        (["--seed", "1", "--minutes", "nan"], "--minutes is no number"),
        (["--jobs", "0"], "0 is not in the range"),
        (["--kills"], "--minutes and --kills are for runs that --seed derives"),
        (["--minutes", "3", "--seed", "1", "quiet", *OWN], "--minutes and --kills are for runs that --seed derives"),
        (["--matrix", "--preset", "standard"], "--matrix and --preset exclude each other"),
        (["--venue", "bybit"], "--venue bybit is played over the wire alone; add --wire"),
        (["--venue", "bybit", "--wire", "--seed", "1"], "what --seed derives is played at Binance; leave out --venue"),
        (["--venue", "bybit", "--wire", "quiet", *OWN], "'quiet' is not played at BYBIT; leave out --venue"),
        (["--venue", "okx"], "'okx' is not one of 'binance', 'bybit'"),
        (["--replay", "x.json", "--venue", "bybit", "--wire"], "--replay brings schedule, seed and settings with it"),
        (["--replay", "x.json", "--seed", "0"], "--replay brings schedule, seed and settings with it"),
        (["--replay", "x.json", "--set", "a=b"], "--replay brings schedule, seed and settings with it"),
        (["--replay", "x.json"], "x.json: cannot be read: no such file or directory; give a file that `recon drill`"),
        (["--json", "none/x.json"], "there is no folder for none/x.json"),
        (["--html", "none/x.html"], "there is no folder for none/x.html"),
        (["--scenarios", "none_such"], "No module named 'none_such'"),
        (["--scenarios", "jail"], "jail has no SCENARIOS"),
        ([*OWN, *OWN], "two scenarios are named 'quiet'"),
        (["--configure", "jail:nobody"], "jail has no nobody"),
        (["--preset", "nope"], "preset 'nope' has no file"),
        (["--set", "nope=1"], "--set nope: is no setting of recon"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_cure(jail: Jail, words: list[str], told: str) -> None:
    jail.shipped_settings()
    assert told in refused(*words)


def test_scenarios_that_are_none_are_refused(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(jail.folder)
    jail.write("listing_nothing_of_ours.py", "SCENARIOS = ['quiet']\n")
    assert "is no list of reconciliation.drill.scenario.Scenario" in refused("--scenarios", "listing_nothing_of_ours")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "bad.json: is no JSON; give a file that `recon drill` saved\n"),
        ("[]", "bad.json: is no failure of a drill; give a file that `recon drill` saved\n"),
        ('{"recon_drill": 1}', "bad.json: version: Field required; give a file that `recon drill` saved\n"),
    ],
)
def test_a_file_that_is_no_failure_is_refused(jail: Jail, text: str, told: str) -> None:
    jail.write("bad.json", text)
    assert refused("--replay", "bad.json") == told


def test_unusable_settings_are_told_once_with_their_origin(jail: Jail) -> None:
    jail.shipped_settings()
    told = refused(RECON_OPEN_CHECK_INTERVAL_SECS="soon")
    assert told.startswith("RECON_OPEN_CHECK_INTERVAL_SECS: reconciliation.open_check_interval_secs = soon must be")
    assert len(told.splitlines()) == 1


def test_instruments_that_leave_out_what_is_traded_are_refused(jail: Jail) -> None:
    jail.shipped_settings()
    told = refused(RECON_INSTRUMENT_IDS="BTCUSDT-PERP.BINANCE,ETHUSDT-PERP.BINANCE,DOGEUSDT-PERP.BINANCE")
    assert told == (
        "RECON_INSTRUMENT_IDS: reconciliation.instrument_ids leaves out what a drill trades: SOLUSDT-PERP.BINANCE,"
        " XRPUSDT-PERP.BINANCE; drill with --set reconciliation.instrument_ids=none\n"
    )


# -- What it tells and writes ------------------------------------------------------------------------


def failing(*words: str) -> Result:
    return recon("drill", *OWN, "quiet", "unseen", *words)


def test_without_anomalies_it_ends_fine_and_leaves_nothing(pooled: Jail) -> None:
    done = recon("drill", *OWN, "quiet", "--runs", "3", "--jobs", "1")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["scenario", "verdict", "agreed", "p50", "p95", "max", "anomalies"]
    assert lines[1].split()[:2] == ["quiet", "pass"]
    assert lines[-1].startswith("3 of 3 runs: 3 passed; ")
    assert lines[-1].endswith(" times real time")
    assert "\x1b" not in done.stdout
    assert sorted(path.name for path in pooled.folder.iterdir()) == ["settings"]


def test_a_known_limit_is_told_with_its_reason_and_does_not_fail(pooled: Jail) -> None:
    done = recon("drill", *OWN, "unseen [told]")
    assert done.exit_code == 0, done.output
    assert "unseen [told]  known limit" in done.stdout
    assert f"known limit: unseen [told]: {', '.join(KINDS)}: {REASON}" in done.stdout
    assert "1 of 1 runs: 1 at a known limit; " in done.stdout


def test_an_anomaly_is_told_saved_and_played_again(pooled: Jail) -> None:
    done = failing("--json", "out.json", "--junit", "out.xml", "--html", "out.html")
    assert done.exit_code == 1, done.output
    assert "unseen [full]  FAIL" in done.stdout
    assert "  missing fill: BTCUSDT-PERP.BINANCE:" in done.stdout
    file = "drill-failures/standard-unseen-full-seed-1.json"
    assert f"unseen [full] is saved; play it again with: recon drill --replay {file}" in done.stdout

    told = json.loads(Path("out.json").read_text())
    assert [(run["scenario"], run["verdict"], run["seed"]) for run in told["runs"]] == [
        ("quiet", "pass", 1),
        ("unseen [full]", "fail", 1),
        ("unseen [told]", "known limit", 1),
    ]
    assert [anomaly["kind"] for anomaly in told["runs"][1]["anomalies"]] == list(KINDS)
    assert told["runs"][1]["never_repaired"]
    assert not told["fine"]
    root = ET.parse("out.xml").getroot()  # noqa: S314 - our own
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["skipped"]) == ("3", "1", "1")

    page = Path("out.html").read_text("utf-8")
    assert page.count('<details class="run"') == page.count('<div class="timeline"') == 3
    assert str(pooled.folder) not in page

    again = recon("drill", "--replay", file, "--json", "again.json")
    assert again.exit_code == 1, again.output
    assert "    1.000  stream     action=mute" in again.stdout
    assert again.stdout.splitlines()[-1] == "everything happened as it was saved: the same digest"
    (run,) = json.loads(Path("again.json").read_text())["runs"]
    assert run["digest"] == told["runs"][1]["digest"]


def test_what_was_cured_is_told_as_cured(pooled: Jail) -> None:
    failing("--failures", "kept")
    assert not Path("drill-failures").exists()
    file = Path("kept/standard-unseen-full-seed-1.json")
    saved = json.loads(file.read_text())
    assert saved["settings"] == {"reconciliation.enabled": False}
    saved["schedule"]["operations"] = [each for each in saved["schedule"]["operations"] if each["do"] != "stream"]
    file.write_text(json.dumps(saved))
    done = recon("drill", "--replay", str(file))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == f"nothing goes wrong any more; recon 0.1.0 had: {', '.join(KINDS)}"


def test_data_may_have_stdout_for_itself(pooled: Jail) -> None:
    done = failing("--json", "-")
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)["runs"]) == 3
    assert "unseen [full]  FAIL" in done.stderr


def test_a_matrix_has_a_row_for_each_preset_and_scenario(pooled: Jail) -> None:
    done = recon("drill", *OWN, "quiet", "--matrix")
    assert done.exit_code == 0, done.output
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:4]] == [
        [f"{preset}:", "quiet", "pass"] for preset in ("conservative", "standard", "aggressive")
    ]


def test_seeds_are_derived_and_counted(pooled: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "MOST_CUT_DOWN", 0)  # whether they fail is another test's
    done = recon("drill", "--seed", "40", "--runs", "2", "--minutes", "0.1", "--json", "-")
    told = json.loads(done.stdout)
    assert [(run["scenario"], run["seed"]) for run in told["runs"]] == [(None, 40), (None, 41)]
    assert [row["scenario"] for row in told["summary"]] == ["seeds 40 to 41"]


def test_settings_are_those_of_the_folder_here(pooled: Jail) -> None:
    pooled.write("settings/mine.toml", "[reconciliation]\nlookback_mins = 77\n")
    done = recon("drill", *OWN, "quiet", "--preset", "mine", "--json", "-")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["runs"][0]["preset"] == "mine"


def test_stopped_early_it_tells_what_was_played_and_saves_nothing(
    pooled: Jail, drill_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped:
        at_once = 1

        def play(self, jobs: Sequence[Job]) -> Iterator[Finished]:
            yield next(drill_pool.play(jobs))
            if len(jobs) > 1:
                raise StopRequestedError("SIGTERM")

    monkeypatch.setattr(drilling, "Pool", lambda _at_once, _go_on: nullcontext(Stopped()))
    done = recon("drill", *OWN, "unseen [full]", "quiet", "--json", "out.json")
    assert done.exit_code == 1, done.output
    assert "1 of 2 runs, stopped by SIGTERM before the rest: 1 FAILED" in done.stdout
    assert json.loads(Path("out.json").read_text())["stopped_by"] == "SIGTERM"
    assert not Path("drill-failures").exists()


def test_settings_that_a_node_does_not_start_with_are_told_before_anything_is_played(pooled: Jail) -> None:
    told = refused("--set", "node.guards=symbols", *OWN, "quiet")
    assert told.startswith("the node does not start with these settings: E")
    assert len(told.splitlines()) == 1


def test_ones_own_function_adds_to_the_node_and_is_told_when_it_fails(pooled: Jail) -> None:
    told = refused("--configure", "own_configure:fails", *OWN, "quiet")
    assert "settings: fails failed: ValueError: not today (own_configure.py:" in told
    told = refused("--configure", "own_configure:TYPE_CHECKING", *OWN, "quiet")
    assert "settings: what was named is of type bool, not a function; name a function" in told
    assert recon("drill", "--configure", "own_configure:adds", *OWN, "quiet").exit_code == 0


# -- How it ends -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("words", "processes"),
    [(["--seed", "1", "--runs", "500"], 2), (["--wire", "cold start with history"], 5)],
    ids=["virtual time", "wire"],
)
def test_a_signal_ends_it_with_what_was_played_and_leaves_no_process(
    number: signal.Signals, words: list[str], processes: int
) -> None:
    with jailed() as jail:
        jail.shipped_settings()
        command = subprocess.Popen(
            [sys.executable, "-m", "reconciliation", "drill", *words, "--jobs", "2"],
            env=os.environ | {"TMPDIR": str(jail.folder)},  # where servers of a run work
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            until(lambda: len(processes_in(jail.folder)) >= processes, "it plays")
            os.killpg(command.pid, number)
            stdout, stderr = command.communicate(timeout=20)
            until(lambda: not processes_in(jail.folder), "nothing is left", 5)
        finally:
            command.kill()
    assert command.returncode == 1
    assert "Traceback" not in stderr
    assert f"stopped by {number.name}" in stdout + stderr
