"""The page of all scenarios: it names every story and every known limit, and is made of runs."""

import pytest
from msgspec.structs import replace

from figures import matrix
from figures.page import written
from figures.playing import PRESETS
from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.choice import story
from reconciliation.drill.outcome import Run
from reconciliation.drill.scenario import shipped_scenarios

SCENARIOS = shipped_scenarios()
PAGE = written(matrix.MARK, matrix.PAGE)


def test_the_page_names_every_story_and_every_known_limit() -> None:
    rows = [line.split("|")[1].partition(" (")[0].strip() for line in PAGE.splitlines() if line.startswith("| ")]
    assert set(rows) == {"story", *(story(name) for name in SCENARIOS)}
    for scenario in SCENARIOS.values():
        for reason in scenario.known.values():
            assert f"- **{scenario.name}**" in PAGE
            assert reason in PAGE


@pytest.mark.usefixtures("pooled_figures")
def test_a_line_tells_what_became_of_a_storys_variations() -> None:
    played = matrix.runs([SCENARIOS["lost fill [full]"], SCENARIOS["lost fill [partial]"]], at_once=2)
    _, _, passed, *_ = matrix.lines(played)
    name, text, *cells = (cell.strip() for cell in passed.strip("|").split("|"))
    assert (name, text) == ("lost fill (2)", SCENARIOS["lost fill [full]"].text)
    assert len(cells) == len(PRESETS)
    assert all(cell.startswith("pass, ") for cell in cells)

    def wrong(run: Run, kind: Kind) -> Run:
        return replace(run, played=replace(run.played, anomalies=(Anomaly(kind, "a", "b"),)))

    limited = replace(played[0].job, known={Kind.INVENTED_FILL: "because"})
    changed = [replace(wrong(played[0], Kind.INVENTED_FILL), job=limited), wrong(played[1], Kind.MISSING_FILL)]
    _, _, mixed, *rest = matrix.lines([*changed, *played[2:]])
    assert "| 1 of 2 **failed**; 1 known limit | pass, " in mixed
    assert "- **lost fill [partial]**, conservative: missing fill" in rest
    assert rest[-1] == "- **lost fill [full]**: invented fill: because."
