"""Which alerts a scenario raises: its metrics, scraped in virtual time, are what promtool plays the shipped rules on.

The first scenario is played that must raise an alert which none before it must, and the first of each third file; all
of them with `make drill-alerts`.
"""

import os
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest
from promtool import Asked, answers
from rule_files import prometheus_rules
from scraped import end_of, series_of

from reconciliation.drill import scenarios as shipped
from reconciliation.drill.planning import of_scenarios
from reconciliation.drill.runs.job import Chosen
from reconciliation.drill.scenario import Scenario, shipped_scenarios
from reconciliation.drill.scrapes import Scrapes
from reconciliation.drill.virtual import VirtualRun
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.monitor.alerts import ALERTS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

OFTEN_STARTED = {"ReconNodeRestarting", "ReconRequestWeightHigh", "ReconTargetAbsent"}
"""What may fire where a node cannot start, or asks a lot: it depends on how long each start takes."""
FIRED = 'count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[1d]))'


def files() -> Iterator[tuple[Scenario, ...]]:
    for module in iter_modules(shipped.__path__, f"{shipped.__name__}."):
        yield import_module(module.name).SCENARIOS


def chosen() -> Iterator[Scenario]:
    raised: set[str] = set()
    is_every = "EVERY_SCENARIO" in os.environ
    for place, stories in enumerate(files()):
        for number, story in enumerate(stories):
            if is_every or story.alerts - raised or (number == 0 and place % 3 == 0):
                raised |= story.alerts
                yield story


def fired(scenario: Scenario) -> set[str]:
    """Play a scenario with the preset standard and return which alerts fired."""
    (job,) = of_scenarios(Chosen(preset="standard", settings_dir=shipped_settings()), [scenario], [1])
    scrapes = Scrapes()
    played = VirtualRun(job.chosen.load(), job.schedule, scrapes=scrapes).play()
    assert {anomaly.kind for anomaly in played.anomalies} <= set(scenario.known)
    (found,) = answers([*prometheus_rules().values()], series_of(scrapes), [Asked(FIRED, end_of(scrapes))])
    return {dict(labels)["alertname"] for labels in found}


def test_every_alert_that_a_scenario_names_is_there() -> None:
    named = {alert for scenario in shipped_scenarios().values() for alert in scenario.alerts}
    assert named <= {alert.name for alert in ALERTS}
    assert named >= {"ReconFillsRecovered", "ReconFillDuplicate", "ReconFillInferred", "ReconCacheUnreachable"}


@pytest.mark.parametrize("scenario", tuple(chosen()), ids=lambda scenario: scenario.name)
def test_what_a_scenario_says_fires_and_nothing_else(scenario: Scenario) -> None:
    assert scenario.alerts <= fired(scenario) <= scenario.alerts | OFTEN_STARTED
