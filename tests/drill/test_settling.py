"""How long a run may take to settle follows from the plan of its settings."""

import pytest
from jail import shipped

from reconciliation.drill.settling import never_repaired, repairs, settle_secs, silence_secs
from reconciliation.rules.plan import Plan, plan
from reconciliation.rules.subject import subject_of
from reconciliation.settings import Settings


def planned(**overrides: object) -> tuple[Plan, Settings]:
    settings = shipped(overrides={f"reconciliation.{key}": value for key, value in overrides.items()})
    return plan(subject_of(settings)), settings


def test_it_is_the_longest_repair_after_what_was_under_way() -> None:
    told, settings = planned()
    longest = max(secs for secs in repairs(told, settings).values() if secs is not None)
    assert longest == 37.0  # an order that never arrived
    assert settle_secs(told, settings) == longest + 10.0 + 31.0 + 10.0 + 2.0


@pytest.mark.parametrize(
    ("key", "value", "later_secs"),
    [
        ("startup_delay_secs", 25.0, 15.0),
        ("position_check_interval_secs", 60.0, 28.0),  # 65 in place of 37
        ("inflight_check_retries", 10, 30.0),
    ],
)
def test_slower_settings_may_take_longer(key: str, value: object, later_secs: float) -> None:
    assert settle_secs(*planned(**{key: value})) == settle_secs(*planned()) + later_secs


def test_what_is_never_repaired_is_told_and_gives_no_time() -> None:
    told = planned(open_check_interval_secs="none")
    assert never_repaired(*told) == ("a lost cancel", "an order that is gone")
    assert settle_secs(*told) == settle_secs(*planned())
    assert never_repaired(*planned()) == ()


def test_with_everything_off_only_what_is_under_way_counts() -> None:
    told = planned(enabled=False)
    assert len(never_repaired(*told)) == len(repairs(*told))
    assert settle_secs(*told) == 41.0
    assert silence_secs(told[0]) == 10.0


def test_silence_lasts_two_rounds_of_the_slowest_check_after_a_start() -> None:
    assert silence_secs(planned()[0]) == 70.0
    assert silence_secs(planned(position_check_interval_secs="none")[0]) == 22.0
