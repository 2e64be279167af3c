"""Workflow commands of GitHub Actions: an annotation for each place of each remark.

The form and its escapes are those of GitHub's "Workflow commands" and of its own toolkit.
"""

from collections.abc import Iterable, Iterator

from reconciliation.cli.formats.remark import Remark
from reconciliation.cli.formats.repository import in_repository
from reconciliation.layers.problems import FilePlace


def annotations(remarks: Iterable[Remark]) -> Iterator[str]:
    """Yield a command a line; what no file of the repository holds is annotated without one."""
    for remark in remarks:
        told = [_properties(place) for place in remark.places] or [{}]
        for properties in told:
            named = {**properties, "title": f"{remark.id} {remark.title}"}
            given = ",".join(f"{name}={_property(value)}" for name, value in named.items())
            yield f"::{'notice' if remark.accepted else remark.level} {given}::{_data(remark.text)}"


def _properties(place: FilePlace) -> dict[str, str]:
    file = in_repository(place.file)
    if file is None:
        return {}
    column = {"col": str(place.column)} if place.column else {}
    return {"file": file, "line": str(place.line), **column}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
