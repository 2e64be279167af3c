"""While much is made that stays the garbage collector rests, and afterwards it is as it was."""

import gc
import importlib
from collections.abc import Iterator

import pytest

from reconciliation.collector import loading, undisturbed


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def is_old(thing: object) -> bool:
    return any(thing is other for other in gc.get_objects(generation=2))


def is_set_aside(thing: object) -> bool:
    return gc.is_tracked(thing) and not any(thing is other for other in gc.get_objects())


def test_it_rests_and_goes_on() -> None:
    with undisturbed():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_when_nothing_could_be_loaded() -> None:
    with pytest.raises(ModuleNotFoundError), undisturbed():
        importlib.import_module("reconciliation.nothing")
    assert gc.isenabled()


def test_whoever_has_stopped_it_finds_it_stopped() -> None:
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_stays_is_set_aside_where_that_is_asked_for() -> None:
    with undisturbed():
        here = [object()]
    with undisturbed(sets_aside=True):
        there = [object()]
    assert is_set_aside(there)
    gc.unfreeze()
    assert not is_set_aside(here)


def test_nothing_is_set_aside_where_it_came_to_nothing() -> None:
    with pytest.raises(ModuleNotFoundError), undisturbed(sets_aside=True):
        importlib.import_module("reconciliation.nothing")
    assert gc.get_freeze_count() == 0


def test_what_was_loaded_is_old_at_once_and_not_set_aside() -> None:
    with loading():
        assert not gc.isenabled()
        made = [object()]
        with loading():
            inner = [object()]
        assert not is_old(inner)  # the outermost has it done once
    assert gc.isenabled()
    assert is_old(made)
    assert is_old(inner)
    assert gc.get_freeze_count() == 0


def test_loading_gives_back_nothing_that_somebody_has_set_aside() -> None:
    theirs = [object()]
    gc.freeze()
    with loading():
        pass
    assert is_set_aside(theirs)
