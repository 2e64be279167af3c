"""The map of the specification is whole, and what it names exists; a whole run sees that it passes too."""

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest
from evidence import PAGE, ROOT, Evidence, named

TASKS: Final = [f"T{number:03}" for number in range(1, 48)]
REQUIREMENTS: Final = [f"FR-{number:03}" for number in range(1, 6)] + ["NFR-001", "NFR-002"]


def names_in(file: str) -> Iterator[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return (node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_task_and_every_requirement_has_a_test_that_exists() -> None:
    assert list(named()) == [*REQUIREMENTS, *TASKS]
    for key, tests in named().items():
        assert tests, key
        for file, name in tests:
            assert any(name in {test, "*"} for test in names_in(file) if test.startswith("test_")), (key, file, name)


def test_every_place_that_is_named_exists() -> None:
    for path in re.findall(r"`((?:reconciliation|settings|monitoring|tests)/[\w./*]*)`", PAGE.read_text("utf-8")):
        assert list(ROOT.glob(path)), path


def test_what_did_not_pass_is_found(request: pytest.FixtureRequest) -> None:
    evidence = Evidence(request.config)
    everything = evidence.lacking()
    (file, name), *_ = named()["T011"]
    assert f"{file}::{name}" in everything
    for when, outcome in (("setup", "passed"), ("call", "failed"), ("call", "skipped")):
        evidence.pytest_runtest_logreport(report(f"{file}::{name}", when, outcome))
    assert evidence.lacking() == everything
    evidence.pytest_runtest_logreport(report(f"{file}::{name}[some]", "call", "passed"))
    assert evidence.lacking() == everything - {f"{file}::{name}"}


def report(nodeid: str, when: str, outcome: str) -> pytest.TestReport:
    return pytest.TestReport(nodeid, ("", 0, ""), {}, outcome, None, when)  # type: ignore[arg-type]
