"""Judging a configuration by every rule."""

from collections.abc import Iterable
from typing import Final

from reconciliation.rules.catalogue import RULES
from reconciliation.rules.finding import Finding, Rule, Violation
from reconciliation.rules.subject import Subject

DEFAULT: Final = "default"
OBSERVED: Final = "observed"


def check(subject: Subject) -> tuple[Finding, ...]:
    """Return what is wrong with a configuration: errors, then warnings, in the order of the rules.

    A rule that reads a value which the engine's `parse` refuses is not judged: E01 tells of it already.
    """
    judged = ((rule, rule.judge(subject)) for rule in RULES if _applies(rule, subject))
    return tuple(_finding(rule, subject, violation) for rule, violation in judged if violation is not None)


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the errors that nobody accepted: a node must not boot with any."""
    return tuple(finding for finding in findings if finding.refuses)


def _applies(rule: Rule, subject: Subject) -> bool:
    if rule.repair and subject.masked:
        return False
    return not (subject.refused.keys() | subject.unread) & set(rule.keys)


def _finding(rule: Rule, subject: Subject, violation: Violation) -> Finding:
    keys = tuple(key for key in violation.keys or rule.keys if subject.knows(key))
    seen = [subject.name(key) for key in keys if key in subject.observed]
    assumed = tuple(sorted(subject.assumed & set(rule.keys)))
    return Finding(
        id=rule.id,
        severity="warning" if assumed else rule.severity,
        keys=tuple(subject.name(key) for key in keys),
        origins=tuple(_origin(subject, key) for key in keys),
        figure=f"{violation.figure} ({', '.join(seen)} as observed)" if seen else violation.figure,
        message=rule.why,
        hint=violation.hint,
        accepted=rule.id in subject.node.accept,
        assumed=assumed,
    )


def _origin(subject: Subject, key: str) -> str:
    return OBSERVED if key in subject.observed else subject.origins.get(key, DEFAULT)
