"""A plugin of pytest that tells how many examples each property gets, and runs none."""

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell it on a line each."""
    for item in session.items:
        if (settings := getattr(getattr(item, "obj", None), "_hypothesis_internal_use_settings", None)) is not None:
            print(settings.max_examples, item.nodeid)
