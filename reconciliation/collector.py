"""Python's garbage collector, which rests while modules load and while much else is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Have the garbage collector rest while what stays is made, unless it rests already.

    Importing makes many objects that stay, and it would walk all of them again and again while more are made: a fifth
    of the time that the package takes to load beside the engine.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
