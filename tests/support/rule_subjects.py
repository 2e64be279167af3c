"""Subjects to judge: settings of ours, and hand-written configurations without an engine."""

from typing import Any

from reconciliation import ReconciliationConfig, Settings
from reconciliation.rules.check import check
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import Database, Subject, subject_of
from reconciliation.settings.guards import GUARDS

ENGINE = {"open_check_open_only": True, "open_check_interval_secs": None, "position_check_interval_secs": None}
"""Where the engine's own defaults are others than ours."""
QUICK_TO_FAIL = Database(number_of_retries=3, boot_wait_secs=0.02)


def ours(**sections: dict[str, Any]) -> Subject:
    """Return settings with the given keys by section, over the models' defaults."""
    return subject_of(Settings.model_validate(sections))


def unguarded(*missing: str, **reconciliation: Any) -> Subject:
    """Return settings with some guards off, and no tolerance but the default."""
    return ours(reconciliation=reconciliation, node={"guards": tuple(name for name in GUARDS if name not in missing)})


def hand(
    node: dict[str, Any] | None = None,
    reconciliation: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    **known: Any,
) -> Subject:
    """Return a hand-written node's configuration: nothing validated, a database, a stock client and no guard."""
    around: dict[str, Any] = {
        "database": QUICK_TO_FAIL,
        "clients": (ClientTraits("BINANCE", guarded=False, rejects_after=3),),
    } | known
    given = Settings.model_validate({"node": node or {}, "facts": facts or {}})
    return Subject(
        reconciliation=ReconciliationConfig.model_construct(**(ENGINE | (reconciliation or {}))),
        node=given.node,
        facts=given.facts,
        guards=frozenset(),
        by_recon=False,
        **around,
    )


def finding(subject: Subject, rule_id: str) -> Finding | None:
    """Return what a rule says of a subject."""
    return next((found for found in check(subject) if found.id == rule_id), None)


def ids(subject: Subject) -> set[str]:
    """Return the rules a subject breaks."""
    return {found.id for found in check(subject)}
