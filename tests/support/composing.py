"""What it means that hints compose: all of them followed at once leave nothing new, and cure what they are about."""

from collections.abc import Iterable
from typing import Any

from reconciliation.rules.finding import Finding


def asked(found: Iterable[Finding]) -> dict[str, Any]:
    """Return what all hints together set, by key; no two may ask for different values of one."""
    change: dict[str, Any] = {}
    for finding in found:
        if finding.accepted:
            continue
        for key, value in finding.change.items():
            if key == "node.guards":
                change[key] = tuple(dict.fromkeys((*change.get(key, ()), *value)))
            else:
                assert change.setdefault(key, value) == value, f"{key}: {change[key]} and {value}"
    return change


def assert_cured(before: Iterable[Finding], after: Iterable[Finding]) -> None:
    """See that nothing is new but what no setting cures and a hint tells already; and that what could be cured is."""
    found = [finding for finding in before if not finding.accepted]
    left = {finding.id: finding for finding in after if not finding.accepted}
    told = " ".join(finding.hint for finding in found)
    new = left.keys() - {finding.id for finding in before}
    assert not [id_ for id_ in new if left[id_].change or f"for {id_}, {left[id_].hint}" not in told]
    assert not [finding.id for finding in found if finding.id in left and finding.change]
