"""JSON and JUnit XML hold what came of every run, in a form that does not change."""

import json
from xml.etree import ElementTree as ET

from planted import outcome, run

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.report.data import data
from reconciliation.drill.report.junit import junit

KNOWN = {Kind.WRONG_OWNER: "nobody <tells>"}
RUNS = (
    run("a [1]"),
    run("a [2]", Kind.WRONG_OWNER, known=KNOWN),
    run("seed", Kind.MISSING_FILL, Kind.WRONG_OWNER, seed=17, text='<&> "quoted" \x1b[31m\x00'),
    run("b", Kind.DRILL_FAILED, preset="aggressive", settled=()),
)


def test_the_data_holds_every_run_and_every_row() -> None:
    told = json.loads(json.dumps(data(outcome(RUNS, wanted=5, stopped_by="SIGINT"))))
    rows, runs = told.pop("summary"), told.pop("runs")
    assert told == {
        "version": told["version"],
        "fine": False,
        "stopped_by": "SIGINT",
        "wanted": 5,
        "workers": 2,
        "wall_secs": 2.0,
        "virtual_secs": 400.0,
        "times_real_time": 200.0,
    }
    assert [(row["preset"], row["scenario"], row["verdict"], row["failed"]) for row in rows] == [
        ("standard", "a [1]", "pass", 0),
        ("standard", "a [2]", "known limit", 0),
        ("standard", "seed 17", "fail", 1),
        ("aggressive", "b", "fail", 1),
    ]
    assert rows[1] == {
        "preset": "standard",
        "scenario": "a [2]",
        "verdict": "known limit",
        "runs": 1,
        "failed": 0,
        "agreed_p50_secs": 1.5,
        "agreed_p95_secs": 1.5,
        "agreed_max_secs": 1.5,
        "anomalies": {"wrong owner": 1},
        "known": {"wrong owner": "nobody <tells>"},
    }
    assert runs[1]["anomalies"] == [
        {"kind": "wrong owner", "key": "key", "text": "here and there", "known": "nobody <tells>"}
    ]
    assert (runs[2]["scenario"], runs[2]["seed"], runs[2]["verdict"]) == (None, 17, "fail")
    assert rows[3]["agreed_p50_secs"] is None


def test_junit_has_a_suite_a_preset_and_a_case_a_run() -> None:
    root = ET.fromstring(junit(outcome(RUNS)))  # noqa: S314 - our own
    assert root.tag == "testsuites"
    assert {key: root.attrib[key] for key in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "time": "1.000",
    }
    assert [(suite.attrib["name"], len(suite)) for suite in root] == [("standard", 3), ("aggressive", 1)]
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    assert list(cases) == ["a [1], seed 1", "a [2], seed 1", "seed 17", "b, seed 1"]
    assert len(cases["a [1], seed 1"]) == 0
    skipped = cases["a [2], seed 1"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "known limit: wrong owner: nobody <tells>"
    assert cases["b, seed 1"].find("error") is not None


def test_a_failure_tells_its_anomalies_in_what_xml_can_hold() -> None:
    failure = ET.fromstring(junit(outcome(RUNS))).find(".//failure")  # noqa: S314
    assert failure is not None
    assert failure.attrib["type"] == "missing fill, wrong owner"
    assert failure.text == "\n".join(
        f'{kind}: key: <&> "quoted" \\x1b[31m\\x00' for kind in ("missing fill", "wrong owner")
    )


def test_a_known_limit_does_not_hide_what_else_is_wrong() -> None:
    both = run("a", Kind.WRONG_OWNER, Kind.MISSING_FILL, known=KNOWN)
    failure = ET.fromstring(junit(outcome([both]))).find(".//failure")  # noqa: S314
    assert failure is not None
    assert failure.text == "missing fill: key: here and there"
