"""SARIF 2.1.0, the OASIS standard for the results of static analysis: one run, a result for each remark."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from reconciliation.cli.formats.remark import Remark
from reconciliation.cli.formats.repository import in_repository
from reconciliation.layers.problems import FilePlace
from reconciliation.rules.catalogue import RULES
from reconciliation.rules.finding import Rule
from reconciliation.versions import package_version

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def log(remarks: Sequence[Remark], notes: Iterable[str], stand_in: FilePlace | None) -> dict[str, Any]:
    """Return a log file as plain data.

    Args:
        remarks: the results.
        notes: what else there is to say of the run.
        stand_in: the place of a result that no file holds; GitHub refuses a log with a result that has none.
    """
    rules = [*map(_rule, RULES), *map(_problem, dict.fromkeys(each.id for each in remarks if each.id not in _IDS))]
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    notifications = [{"level": "note", "message": {"text": note}} for note in notes]
    run = {
        "tool": {"driver": {"name": "recon", "version": package_version(), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": [_result(remark, numbers, stand_in) for remark in remarks],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


_IDS: Final = frozenset(rule.id for rule in RULES)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.cure},
        "defaultConfiguration": {"level": rule.severity},
    }


def _problem(code: str) -> dict[str, Any]:
    """Describe a kind of problem with settings, of which there is no catalogue."""
    return {"id": code, "shortDescription": {"text": code.replace("_", " ")}}


def _result(remark: Remark, numbers: Mapping[str, int], stand_in: FilePlace | None) -> dict[str, Any]:
    """Return a result: it is located at its first place, and the others are related to it."""
    places = [_location(place) for place in remark.places or filter(None, [stand_in])]
    suppression = {"kind": "external", "status": "accepted", "justification": "node.accept"}
    return {
        "ruleId": remark.id,
        "ruleIndex": numbers[remark.id],
        "level": remark.level,
        "message": {"text": f"{remark.title}\n{remark.text}"},
        "locations": places[:1],
        "relatedLocations": places[1:],
        "suppressions": [suppression] if remark.accepted else [],
    }


def _location(place: FilePlace) -> dict[str, Any]:
    file = in_repository(place.file)
    where = (
        {"uri": Path(place.file).resolve().as_uri()} if file is None else {"uri": quote(file), "uriBaseId": "%SRCROOT%"}
    )
    column = {"startColumn": place.column} if place.column else {}
    return {"physicalLocation": {"artifactLocation": where, "region": {"startLine": place.line, **column}}}
