"""Python's garbage collector, which rests while modules load and while much else is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed(*, sets_aside: bool = False) -> Iterator[None]:
    """Have the garbage collector rest while what stays is made, unless it rests already.

    Importing makes many objects that stay, and it would walk all of them again and again while more are made: a fifth
    of the time that the package takes to load beside the engine.

    Args:
        sets_aside: whether what there is in the end is set aside; its garbage too, so not again and again, and not
            where it came to nothing. Else the collector goes through all of it as soon as it may: 90 ms where the
            engine was loaded.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        if sets_aside:
            gc.freeze()
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """Have the garbage collector rest while modules load, and take what they made for old, which most of it is.

    For a program that is not ours: nothing is set aside for good. It takes some ms to see how much was set aside, so it
    is for what loads once.
    """
    is_outermost = gc.isenabled()
    with undisturbed():
        try:
            yield
        finally:
            if is_outermost and not gc.get_freeze_count():  # else it would give back what somebody has set aside
                gc.freeze()
                gc.unfreeze()  # which makes all of it the oldest generation
