"""While much is made that stays the garbage collector rests, and afterwards it is as it was."""

import gc
import importlib

import pytest

from reconciliation.collector import undisturbed


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
