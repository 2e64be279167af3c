"""What a process holds: how many entries the containers of which objects have, and how much memory some of it takes."""

import gc
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

OWNERS: Final = ("reconciliation.engine.", "reconciliation.node.", "reconciliation.monitor.", "nautilus_trader.")
"""Whose containers are counted: the engine's, and those of what a node has around it."""
LEFT_OUT: Final = (
    "nautilus_trader.model.orders.",
    "nautilus_trader.model.events.",
    "reconciliation.engine.v1.simulated.",
    "reconciliation.engine.simulation",
)
"""What is counted where it is held: orders and events; and what stands in for the world in virtual time."""
CONTAINERS: Final = (dict, list, set, deque)
NESTED: Final = 3
"""How deep containers within containers are counted with them."""
_LEAVES: Final = (str, bytes, int, float, bool, type(None))


def census() -> Counter[str]:
    """Count the entries of every container by the class and, where it has one, the name of the attribute that holds it.

    Attributes of compiled classes have no names that could be read; the kind of what they hold stands in their place.
    """
    is_frozen = gc.get_freeze_count() > 0  # a node has what its start leaves left out, which hides it from here too
    gc.unfreeze()
    gc.collect()
    found: Counter[str] = Counter()
    objects = gc.get_objects()
    counted = {kind for kind in set(map(type, objects)) if _is_counted(kind)}
    for owner in objects:
        if (kind := type(owner)) in counted:
            for name, container in _containers(owner):
                found[f"{kind.__qualname__}.{name}"] += _entries(container, NESTED)
    if is_frozen:
        gc.freeze()
    return found


def _is_counted(kind: type) -> bool:
    module = str(kind.__module__)  # a few types have something else there
    return module.startswith(OWNERS) and not module.startswith(LEFT_OUT)


def _containers(owner: object) -> Iterator[tuple[str, Any]]:
    """Yield what an object holds, but for what has a length that it cannot exceed."""
    attributes = getattr(owner, "__dict__", None)
    slots = {name: getattr(owner, name, None) for name in getattr(owner, "__slots__", ())}
    named = {id(value): name for name, value in (slots | (attributes or {})).items()}
    seen = {id(attributes)}
    for held in (*gc.get_referents(owner), *(attributes or {}).values()):
        if isinstance(held, CONTAINERS) and id(held) not in seen and getattr(held, "maxlen", None) is None:
            seen.add(id(held))
            yield named.get(id(held), f"[{_kind_of(held)}]"), held


def _kind_of(container: Any) -> str:
    """Name what it holds, by its first entry."""
    first = next(iter(container), None)
    if first is None:
        return "nothing"
    if isinstance(container, dict):
        return f"{type(first).__name__}: {type(container[first]).__name__}"
    return type(first).__name__


def _entries(container: Any, depth: int) -> int:
    within = container.values() if isinstance(container, dict) else container
    nested = (_entries(each, depth - 1) for each in within if depth and isinstance(each, CONTAINERS))
    return len(container) + sum(nested)


def bytes_of(roots: Iterable[object]) -> int:
    """Return how much memory some objects and all that they hold take, as Python tells it, but for code and classes."""
    seen: set[int] = set()
    waiting = deque(roots)
    total = 0
    while waiting:
        each = waiting.pop()
        if id(each) in seen or callable(each) or type(each).__name__ == "module":
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        if not isinstance(each, _LEAVES):
            waiting.extend(gc.get_referents(each))
    return total


def rss_bytes() -> int:
    """Return how much memory this process has; Linux only."""
    told = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmRSS")) * 1_024
