"""Where each field of a hand-written configuration is set, as far as its source tells."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from reconciliation.cli.places.constructions import Construction
from reconciliation.cli.places.source import Expression, source_file

_OF_A_NODE: Final = "config"
"""The argument of a node that is its configuration; it may be the first one too."""


class FieldPlaces:
    """The places of one configuration's fields: `FILE:LINE:COLUMN`, below the working directory where they stand there.

    Args:
        top: how the configuration is constructed; None where that is not known.
        parts: where the fields of each class stand in a whole node's configuration, such as `cache.`.
        calls: every construction that was seen, by class.
        otherwise: a place for what has none of its own; empty where there is none.
    """

    def __init__(
        self,
        top: Expression | None,
        parts: Mapping[str, str],
        calls: Mapping[str, Collection[Expression]],
        otherwise: str,
    ) -> None:
        self._top = top
        self._kinds = {part: kind for kind, part in parts.items()}
        self._calls = calls
        self._otherwise = otherwise

    def of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return where fields are set, or where what leaves them at their defaults is constructed; empty if unknown.

        Args:
            keys: as the user knows them, such as `exec_engine.open_check_interval_secs`.
        """
        keys = tuple(keys)
        places = dict.fromkeys(filter(None, map(self._set_at, keys)))
        return tuple(places or filter(None, [self._constructed_at(next(iter(keys), ""))]))

    def of_one(self, key: str) -> str:
        """Return the same of one field; empty where it is not known."""
        return next(iter(self.of([key])), "")

    def _set_at(self, key: str) -> str:
        part, field = self._split(key)
        construction = self._construction(part)
        found = construction and construction.keyword(field)
        return found[0] if found else ""

    def _constructed_at(self, key: str) -> str:
        """Return where the part of the configuration is constructed that has a field, or the next larger part."""
        part, _ = self._split(key)
        while (construction := self._construction(part)) is None and part:
            part, _ = _around(part)
        return construction.place if construction else self._otherwise

    def _split(self, key: str) -> tuple[str, str]:
        """Return the part that a key stands in, and the field's name there."""
        part = max((part for part in self._kinds if key.startswith(part)), key=len, default="")
        return part, key.removeprefix(part).partition(".")[0].partition("[")[0]

    def _construction(self, part: str) -> Expression | None:
        if not part:
            return self._top
        around, name = _around(part)
        outer = self._construction(around)
        given = outer and outer.keyword(name)
        if outer and not given and not outer.unpacks:
            return None  # it has the engine's defaults
        calls = self._calls.get(self._kinds[part], ())
        return _seen([given[1]] if given else [], calls)


class Places:
    """The places of what was constructed while somebody's code ran.

    Args:
        parts: where the fields of each class stand in a whole node's configuration, such as `cache.`.
        constructions: what was seen.
    """

    def __init__(self, parts: Mapping[str, str], constructions: Collection[Construction]) -> None:
        self._parts = parts
        self._calls: dict[str, list[Expression]] = {}
        spans = {(each.file, each.start, each.end): each.kind for each in constructions}
        for path in {each.file for each in constructions}:
            source = source_file(path)
            for call in source.calls() if source else ():
                if kind := spans.get(call.span):
                    self._calls.setdefault(kind, []).append(call)

    def of_node(self, kind: str, file: str, line: int) -> FieldPlaces:
        """Return the places of the configuration that a node is given.

        Args:
            kind: its class.
            file: the whole path of where the node is constructed.
            line: likewise, counted from 1.
        """
        source = source_file(file)
        here = [call for call in source.calls() if call.node.lineno == line] if source else []
        given = (argument for call in here for argument in _configurations(call))
        return self._places(kind, given, here[0].place if here else "")

    def of_name(self, kind: str, file: str, name: str) -> FieldPlaces:
        """Return the places of the configuration that a module calls by a name, or that something in it returns.

        Args:
            kind: its class.
            file: the whole path of the module.
            name: the name; what is none of the module's leads to the only configuration of that class.
        """
        source = source_file(file)
        return self._places(kind, [source.named(name)] if source else [], source.top if source else "")

    def _places(self, kind: str, given: Iterable[Expression], otherwise: str) -> FieldPlaces:
        parts = self._parts if self._parts.get(kind) == "" else {kind: ""}
        return FieldPlaces(_seen(given, self._calls.get(kind, ())), parts, self._calls, otherwise)


def _seen(given: Iterable[Expression], calls: Collection[Expression]) -> Expression | None:
    """Return the construction that one of some expressions stands for, by itself or by its name, or the only one.

    Which of several made an object that none of them stands for is not known.
    """
    by_span = {call.span: call for call in calls}
    found = (by_span.get(expression.followed().span) for expression in given)
    only = next(iter(calls)) if len(calls) == 1 else None
    return next(filter(None, found), only)


def _configurations(call: Expression) -> Iterator[Expression]:
    """Yield what may be the configuration that a node is given."""
    if found := call.keyword(_OF_A_NODE):
        yield found[1]
    if call.first:
        yield call.first


def _around(part: str) -> tuple[str, str]:
    """Return the part that a part stands in, and its name there: `cache.` and `database` for `cache.database.`."""
    outer, dot, name = part.removesuffix(".").rpartition(".")
    return outer + dot, name
