"""A process that is measured is heard while it tells, and none is left behind."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.measured_process import inherited, measured_process

TELLS = "from benchmarks.measured_process import tell\nimport os, sys, time\ntell(pid=os.getpid())\n"


def command(script: str) -> list[str]:
    return [sys.executable, "-c", TELLS + script]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_it_tells_is_heard_until_it_ends(tmp_path: Path) -> None:
    script = "for number in range(3): tell(number=number)\nprint('printed', os.getcwd())"
    with measured_process(command(script), {}, tmp_path / "a.log") as process:
        (_, *told) = process.told()
        process.ended()
    assert told == [{"number": number} for number in range(3)]
    assert (tmp_path / "a.log").read_text("utf-8") == f"printed {tmp_path}\n"


def test_it_is_stopped_as_a_node_is(tmp_path: Path) -> None:
    script = (
        "import signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit('stopped'))\ntell(ready=1)\ntime.sleep(600)"
    )
    with measured_process(command(script), {}, tmp_path / "a.log") as process:
        assert any("ready" in told for told in process.told())
        process.stopped()
    assert (tmp_path / "a.log").read_text("utf-8") == "stopped\n"


def test_none_is_left_behind_by_whoever_hears_no_more(tmp_path: Path) -> None:
    with measured_process(command("time.sleep(600)"), {}, tmp_path / "a.log") as process:
        pid = next(process.told())["pid"]
        assert lives(pid)
    assert not lives(pid)


@pytest.mark.parametrize(("lines", "last"), [(2, "0 / 1"), (7, "2 / 3 / 4 / 5 / 6")])
def test_a_failure_tells_the_last_lines_of_its_own_log(tmp_path: Path, lines: int, last: str) -> None:
    (tmp_path / "a.log").write_text("of an earlier one\n", "utf-8")
    with measured_process(command(f"print(*range({lines}), sep=chr(10))"), {}, tmp_path / "a.log") as process:
        assert len([*process.told()]) == 1
        assert str(process.failure("it did not")) == f"it did not: {last}"


def test_a_measured_process_is_given_neither_our_variables_nor_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "RECON_PRESET"):
        monkeypatch.setenv(name, "1")
    assert not [name for name in inherited() if name.startswith(("PYTHON", "RECON_"))]
    assert "PATH" in inherited()
