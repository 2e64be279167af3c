"""Two depths of property testing, a mark for the tests that have one, and the jail."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from jail import Jail, jailed

settings.register_profile("quick", max_examples=100, deadline=None)
settings.register_profile(
    "deep",
    max_examples=10_000,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every Hypothesis test, so that `-m property` finds them all."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)


def pytest_report_header(config: pytest.Config) -> str:
    """Say how deep the properties are tested, and with which seed."""
    seed = config.getoption("--hypothesis-seed", default=None)
    return f"property profile: {PROFILE}, {settings().max_examples} examples, seed {seed or 'drawn anew'}"


@pytest.fixture
def jail() -> Iterator[Jail]:
    """Work in a folder and an environment of the test's own."""
    with jailed() as jail:
        yield jail
