"""Judging a configuration by every rule."""

from collections.abc import Iterable
from typing import Final

from reconciliation.rules.catalogue import RULES
from reconciliation.rules.figures import several
from reconciliation.rules.finding import Finding, Rule, Violation
from reconciliation.rules.judging import refused_of, violation
from reconciliation.rules.remedies import Remedy, remedies
from reconciliation.rules.subject import Subject

DEFAULT: Final = "default"
OBSERVED: Final = "observed"


def check(subject: Subject) -> tuple[Finding, ...]:
    """Return what is wrong with a configuration: errors, then warnings, in the order of the rules."""
    judged = ((rule, violation(rule, subject)) for rule in RULES)
    broken = [(rule, how) for rule, how in judged if how is not None]
    cures = remedies(subject, broken)
    return tuple(_finding(rule, subject, how, cures[rule.id]) for rule, how in broken)


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the errors that nobody accepted: a node must not boot with any."""
    return tuple(finding for finding in findings if finding.refuses)


def _finding(rule: Rule, subject: Subject, how: Violation, cure: Remedy) -> Finding:
    keys = tuple(key for key in how.keys or rule.keys if subject.knows(key))
    assumed = tuple(sorted(subject.assumed & set(rule.keys)))
    return Finding(
        id=rule.id,
        severity="warning" if assumed else rule.severity,
        keys=tuple(subject.name(key) for key in keys),
        origins=tuple(_origin(subject, key) for key in keys),
        figure=f"{how.figure}{_basis(rule, subject, keys)}",
        message=rule.why,
        hint=cure.text(subject),
        change=cure.data(subject),
        accepted=rule.id in subject.node.accept,
        assumed=assumed,
    )


def _basis(rule: Rule, subject: Subject, keys: tuple[str, ...]) -> str:
    """Return what a figure rests on that the configuration does not say."""
    seen = [subject.name(key) for key in keys if key in subject.observed]
    refused = [subject.name(key) for key in refused_of(rule, subject)]
    observed = f" ({', '.join(seen)} as observed)" if seen else ""
    return f"{observed} (whatever {several(refused)} is)" if refused else observed


def _origin(subject: Subject, key: str) -> str:
    return OBSERVED if key in subject.observed else subject.origins.get(key, DEFAULT)
