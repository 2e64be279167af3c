"""Judging a configuration by one rule, also where the engine refuses a value that the rule reads."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any, Final

from msgspec.structs import replace

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.finding import Rule, Violation
from reconciliation.rules.subject import Subject

_MOST_REFUSED: Final = 3
"""Of so many refused values every combination is tried; more than these leave too little to judge by."""


def violation(rule: Rule, subject: Subject) -> Violation | None:
    """Return how a configuration breaks a rule.

    Where the engine's `parse` refuses a value that the rule reads, it is broken if it is whatever stands in its place.
    """
    if (rule.repair and subject.masked) or subject.unread & set(rule.keys):
        return None
    refused = refused_of(rule, subject)
    if not refused:
        return rule.judge(subject)
    found = [rule.judge(allowed) for allowed in _allowed_instead(subject, refused)]
    return found[0] if found and all(found) else None


def refused_of(rule: Rule, subject: Subject) -> list[str]:
    """Return the keys that a rule reads and whose value the engine refuses."""
    return [key for key in rule.keys if key in subject.refused]


def _allowed_instead(subject: Subject, refused: list[str]) -> Iterator[Subject]:
    """Yield the configuration with values that are allowed, the engine's default first; none where none are known."""
    names = [name for section, _, name in (key.partition(".") for key in refused) if section == "reconciliation"]
    if len(names) < len(refused) or len(names) > _MOST_REFUSED:
        return
    r = subject.reconciliation
    for values in product(*(dict.fromkeys((getattr(r, name), *_extremes(name))) for name in names)):
        changed = r.model_copy(update=dict(zip(names, values, strict=True)))
        yield replace(subject, reconciliation=changed)


@cache
def _extremes(name: str) -> tuple[Any, ...]:
    """Return the values of a field between which all others lie, and None where it may be off."""
    schema = ReconciliationConfig.model_json_schema()["properties"][name]
    found: list[Any] = []
    for kind in schema.get("anyOf", [schema]):
        if kind["type"] == "boolean":
            found += [False, True]
        elif kind["type"] == "null":
            found.append(None)
        elif "maximum" in kind:
            found += [kind["minimum"], kind["maximum"]]
    return tuple(found)
