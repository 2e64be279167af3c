"""The page of measured figures shows what was kept."""

from figures import performance
from figures.page import written


def test_the_page_shows_the_figures_that_were_kept() -> None:
    assert written("limits", performance.PAGE) == "\n".join(performance.limit_lines())
    assert written("watched", performance.PAGE) == "\n".join(performance.watched_lines())
    assert written("soak", performance.PAGE) == "\n".join(performance.soak_lines())
    assert written("fleet", performance.PAGE) == "\n".join(performance.fleet_lines())
    assert written("simulator", performance.PAGE) == "\n".join(performance.simulator_lines())


def test_a_speed_says_whether_its_goal_is_met() -> None:
    speed = performance.Speed(
        name="seeds", runs=10, processes=1, wall_secs=10, virtual_secs=4_000, wrong=2, goal="300", is_met=True
    )
    assert speed.cells() == ("seeds", "10", "1", "10 s", "400", "2", "300: met")
