"""`recon check --script`: the forms in which people write what runs their node, each with what is found in it.

What is expected of a script of the corpus stands in its first lines: the command, exit code and findings, and what is
said.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

CORPUS: Final = Path(__file__).resolve().parents[1] / "corpus"
SCRIPTS: Final = sorted(CORPUS.glob("*.py"))
HEAD: Final = re.compile(r"# \$ recon (.+)\n# exit (\d):(.*)\n(?:# says: (.+)\n)?")
OUTAGE: Final = "node.tolerated_outage_secs"
FINDING: Final = re.compile(r"^([EW]\d\d) (?:error|warning)", re.MULTILINE)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A copy, in which a script may leave traces."""
    return Path(shutil.copytree(CORPUS, tmp_path / "corpus"))


def recon(folder: Path, *args: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "reconciliation", *args]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).resolve().parents[2])} | variables
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_is_judged_as_its_first_lines_say(script: Path, corpus: Path) -> None:
    told = HEAD.match(script.read_text("utf-8"))
    assert told is not None
    command, code, findings, says = told.groups()
    done = recon(corpus, *shlex.split(command))
    assert FINDING.findall(done.stdout) == findings.split(), done.stdout + done.stderr
    assert done.returncode == int(code)
    assert (says or "") in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_there_are_more_than_forty_scripts() -> None:
    assert len(SCRIPTS) > 40


def test_nothing_of_a_script_runs_after_its_node_would_begin_to_live(corpus: Path) -> None:
    before = set(corpus.iterdir())
    assert FINDING.findall(recon(corpus, "check", "--script", "leaves_traces_afterwards.py").stdout)
    assert {path for path in corpus.iterdir() if path.name != "__pycache__"} == before


def test_what_a_script_prints_stays_off_stdout(corpus: Path) -> None:
    done = recon(corpus, "check", "--json", "--script", "reaches_out.py")
    data = json.loads(done.stdout)
    assert data["ok"] is True
    assert data["warnings"][0].startswith("reaches_out.py was run until")
    assert "offline" in done.stderr


def test_a_variable_of_the_script_is_its_own(corpus: Path) -> None:
    done = recon(corpus, "check", "--script", "key_from_environment.py", CORPUS_API_KEY="k-e-y")
    assert FINDING.findall(done.stdout) == ["E03", "W21", "W35", "W37"]
    assert "k-e-y" not in done.stdout + done.stderr


def test_a_module_is_found_as_python_finds_it(corpus: Path) -> None:
    done = recon(corpus, "check", "--script", "packaged.live")
    assert FINDING.findall(done.stdout) == ["E03", "W37"]
    assert "packaged.live:engine, a LiveExecEngineConfig" in done.stdout


def test_facts_count(corpus: Path) -> None:
    told = ("check", "--script", "async_main.py", "--set")
    short, long = f"{OUTAGE}=5", f"{OUTAGE}=60"
    assert FINDING.findall(recon(corpus, *told, short).stdout) == ["W21", "W35", "W37"]
    assert recon(corpus, *told, short).returncode == 0
    assert recon(corpus, *told, short, "--strict").returncode == 1
    assert FINDING.findall(recon(corpus, *told, long).stdout) == ["E03", "W21", "W35", "W37"]
    assert recon(corpus, *told, long).returncode == 2


def test_what_rests_on_an_assumed_fact_only_warns_and_says_so(corpus: Path) -> None:
    done = recon(corpus, "check", "--script", "async_main.py")
    assert "E03 warning" in done.stdout
    assert f"rests on what is assumed, and only warns until it is told: --set {OUTAGE}=..." in done.stdout
    (found, *_) = json.loads(recon(corpus, "check", "--json", "--script", "async_main.py").stdout)["findings"]
    assert (found["id"], found["severity"], found["assumed"]) == ("E03", "warning", [OUTAGE])


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--script", "nowhere.py"), "there is no such file"),
        (("--script", "nowhere.at_all"), "nowhere"),
        (("--script", "async_main.py", "--engine", "x:y"), "--engine does not go with --script"),
        (("--script", "async_main.py", "--preset", "standard"), "--preset does not go with --script"),
        (("--script", "async_main.py", "--set", "reconciliation.enabled=false"), "is no fact that --script takes"),
        (("--script", "async_main.py", "--call", "nope()"), "NameError: name 'nope' is not defined"),
        (("--script", "async_main.py", "--call", "main"), "main returns no LiveExecEngineConfig"),
        (("--call", "make()"), "--call goes with --script"),
        (("--", "--symbol"), "arguments go with --script: --symbol"),
    ],
)
def test_what_cannot_be_judged_is_wrong_usage(corpus: Path, args: tuple[str, ...], told: str) -> None:
    done = recon(corpus, "check", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("body", ["import time; time.sleep(60)", "while True: pass"])
def test_a_script_that_never_comes_to_a_node_is_ended_and_told_where_it_is(tmp_path: Path, body: str) -> None:
    (tmp_path / "x.py").write_text(body, "utf-8")
    job = "Job('x.py', within_secs=0.5)"
    look = f"from reconciliation.cli.check_script import Job, looked_at; print(looked_at({job}).failure)"
    done = subprocess.run([sys.executable, "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "it has constructed no node that runs within 0.5 s, and is at x.py:1\n"


def test_a_script_of_which_nobody_hears_any_more_is_ended(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("import time; time.sleep(300)", "utf-8")
    run = "Script(Job('x.py', within_secs=0.5), writing).run()"
    look = (
        "import os; from reconciliation.cli.script_run import Job, Script;"
        f" reading, writing = os.pipe(); os.close(reading); {run}"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
