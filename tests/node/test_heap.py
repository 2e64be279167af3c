"""What a start leaves in memory is set aside once, and given back when the node has ended."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from reconciliation.engine.lifecycle import Booting, Event, Started
from reconciliation.node.heap import SettledHeap


class Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def heap() -> Iterator[SettledHeap]:
    gc.unfreeze()
    settled = SettledHeap()
    yield settled
    settled.close()


def hear(heap: SettledHeap, *events: Event) -> int:
    for event in events:
        heap(event)
    return gc.get_freeze_count()


def test_it_is_set_aside_once_the_node_has_started(heap: SettledHeap) -> None:
    assert hear(heap, Booting({})) == 0
    assert hear(heap, Started(1.0)) > 1_000


def test_what_comes_later_is_collected_as_ever(heap: SettledHeap) -> None:
    aside = hear(heap, Started(1.0))
    kept = [Cycle() for _ in range(100)]
    assert hear(heap, Started(1.0)) <= aside
    later = weakref.ref(kept[0])
    kept.clear()
    gc.collect()
    assert later() is None


def test_it_is_given_back_when_the_node_has_ended(heap: SettledHeap) -> None:
    hear(heap, Started(1.0))
    heap.close()
    assert gc.get_freeze_count() == 0
