"""The tests that show the specification: what its page names, and whether all of it ran and passed."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "specification.md"
ROW: Final = re.compile(r"^\| ((?:FR|NFR|T)-?\d{3}) \|(.*)\|$", re.MULTILINE)
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+|\*)`")


def named() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the tests that the page names, file and name, by task and requirement."""
    return {key: tuple(TEST.findall(row)) for key, row in ROW.findall(PAGE.read_text("utf-8"))}


class Evidence:
    """Fails a run of the whole suite in which a test that shows the specification did not run and pass.

    Args:
        config: of the run.
    """

    def __init__(self, config: pytest.Config) -> None:
        options = ("keyword", "markexpr", "lf", "collectonly")
        self._is_whole = config.args_source is config.ArgsSource.TESTPATHS and not any(
            config.getoption(option, default=False) for option in options
        )
        self._passed: set[tuple[str, str]] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that passed, by its file and its name without parameters."""
        if report.when == "call" and report.passed:
            file, _, name = report.nodeid.partition("::")
            self._passed |= {(file, name.partition("[")[0].rpartition("::")[2]), (file, "*")}

    def lacking(self) -> set[str]:
        """Return what has not passed."""
        wanted = {test for tests in named().values() for test in tests}
        return {"::".join(test) for test in wanted - self._passed}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that is whole and went well otherwise, and say what is lacking."""
        if self._is_whole and session.exitstatus == pytest.ExitCode.OK and (lacking := self.lacking()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            told = "\n".join(f"the specification is not shown without {test}" for test in sorted(lacking))
            print(f"\n{told}")
