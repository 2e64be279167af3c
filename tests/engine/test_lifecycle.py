"""Observers are told of every event, in order, and harm nobody."""

import logging
from typing import get_args

import pytest
from msgspec import Struct

from reconciliation.engine.lifecycle import Event, Lifecycle, Started, Stopped


def test_observers_hear_every_event_in_order() -> None:
    lifecycle, told = Lifecycle(), list[tuple[str, Event]]()
    lifecycle.observe(lambda event: told.append(("first", event)))
    lifecycle.observe(lambda event: told.append(("second", event)))
    started, stopped = Started(1.0), Stopped()
    lifecycle.emit(started)
    lifecycle.emit(stopped)
    assert told == [("first", started), ("second", started), ("first", stopped), ("second", stopped)]


def test_an_observer_hears_what_happens_from_then_on() -> None:
    lifecycle, told = Lifecycle(), list[Event]()
    lifecycle.emit(Started(1.0))
    lifecycle.observe(told.append)
    lifecycle.emit(Stopped())
    assert told == [Stopped()]


def test_an_observer_that_raises_is_logged_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    lifecycle, told = Lifecycle(), list[Event]()

    def broken(_: Event) -> None:
        raise ZeroDivisionError

    lifecycle.observe(broken)
    lifecycle.observe(told.append)
    with caplog.at_level(logging.ERROR):
        lifecycle.emit(Started(1.0))
        lifecycle.emit(Stopped())
    assert told == [Started(1.0), Stopped()]
    assert [record.getMessage() for record in caplog.records] == [
        "an observer failed at Started",
        "an observer failed at Stopped",
    ]
    assert {record.name for record in caplog.records} == {"reconciliation.engine.lifecycle"}
    assert all(record.exc_info and record.exc_info[0] is ZeroDivisionError for record in caplog.records)


@pytest.mark.parametrize("event", get_args(Event), ids=lambda event: event.__name__)
def test_no_event_can_be_changed_by_an_observer(event: type[Struct]) -> None:
    assert event.__struct_config__.frozen
    assert event.__doc__
