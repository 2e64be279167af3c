"""A file of the user's own code, read and not run: its calls, and what a name in it stands for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_MOST_NAMES: Final = 10
"""As many names are followed to what they stand for; they may go round."""


class Expression(Struct, frozen=True):
    """An expression in a file."""

    source: "SourceFile"
    node: ast.expr

    @property
    def place(self) -> str:
        """`FILE:LINE:COLUMN`."""
        return self.source.place(self.node)

    @property
    def span(self) -> tuple[str, tuple[int, int], tuple[int, int]]:
        """The file's path, and line and column of its start and of its end, the columns in bytes."""
        node = self.node
        return (
            self.source.path,
            (node.lineno, node.col_offset),
            (node.end_lineno or 0, node.end_col_offset or 0),
        )

    @property
    def unpacks(self) -> bool:
        """Whether it is a call that is given more than the names that stand there."""
        return isinstance(self.node, ast.Call) and any(keyword.arg is None for keyword in self.node.keywords)

    @property
    def first(self) -> "Expression | None":
        """The first argument of a call that has no name; None where there is none."""
        arguments = self.node.args if isinstance(self.node, ast.Call) else []
        return Expression(self.source, arguments[0]) if arguments else None

    def followed(self) -> "Expression":
        """Return what it stands for: of a name that is assigned once, and in no other way bound, what is assigned."""
        found = self
        for _ in range(_MOST_NAMES):
            if not isinstance(found.node, ast.Name) or (value := self.source.assigned(found.node)) is None:
                break
            found = Expression(self.source, value)
        return found

    def keyword(self, name: str, *, deep: int = _MOST_NAMES) -> "tuple[str, Expression] | None":
        """Return where a call or a table gives a name its value, and the value; None where it is not seen to do so.

        Args:
            name: of the field.
            deep: as many tables are unpacked, one in the other.
        """
        for key, value in _given(self.node):
            given = Expression(self.source, value)
            if key is None:  # **table
                if deep and (found := given.followed().keyword(name, deep=deep - 1)):
                    return found
            elif (key.arg if isinstance(key, ast.keyword) else _text(key)) == name:
                return self.source.place(key), given
        return None


class SourceFile:
    """A file as Python reads it.

    Args:
        path: the whole path.

    Raises:
        OSError: it cannot be read.
        ValueError: its text is not what it says it is.
        SyntaxError: it is no Python.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        text = Path(path).read_bytes()
        self._lines = text.splitlines()
        self._tree = ast.parse(text)
        self._parents = {child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)}

    @property
    def top(self) -> str:
        """`FILE:1`."""
        return f"{self._shown()}:1"

    def place(self, node: ast.expr | ast.keyword) -> str:
        """Return `FILE:LINE:COLUMN` of a node."""
        before = self._lines[node.lineno - 1][: node.col_offset].decode(errors="replace")
        return f"{self._shown()}:{node.lineno}:{len(before) + 1}"

    def _shown(self) -> Path:
        """Return its path, below the working directory where it stands there."""
        here, path = Path.cwd(), Path(self.path)
        return path.relative_to(here) if path.is_relative_to(here) else path

    def calls(self) -> Iterator[Expression]:
        """Yield every call."""
        yield from (Expression(self, node) for node in ast.walk(self._tree) if isinstance(node, ast.Call))

    def named(self, name: str) -> Expression:
        """Return what a name of the module stands for, followed."""
        node = ast.Name(name, ast.Load(), lineno=0, col_offset=0, end_lineno=0, end_col_offset=0)
        self._parents[node] = self._tree
        return Expression(self, node).followed()

    def assigned(self, name: ast.Name) -> ast.expr | None:
        """Return what is assigned to a name where it is used; None where that is not one plain assignment."""
        for scope in self._scopes(name):
            bound = [node for node in _own(scope) if name.id in _bound(node)]
            if bound:
                return self._value_of(bound[0]) if len(bound) == 1 else None
        return None

    def _value_of(self, target: ast.AST) -> ast.expr | None:
        """Return what a plain assignment gives a name."""
        match self._parents[target]:
            case ast.Assign(targets=targets, value=value) if target in targets:
                return value
            case ast.AnnAssign(value=value):
                return value
            case _:
                return None

    def _scopes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a name may be bound in, the innermost first; an outer class binds no name of its methods."""
        is_innermost = True
        while (parent := self._parents.get(node)) is not None:
            node = parent
            if isinstance(node, (*_SCOPES, ast.Module)):
                if is_innermost or not isinstance(node, ast.ClassDef):
                    yield node
                is_innermost = False


@cache
def source_file(path: str) -> SourceFile | None:
    """Return a file of code; None where there is none to read."""
    try:
        return SourceFile(path)
    except (OSError, ValueError, SyntaxError):
        return None


def _given(node: ast.expr) -> list[tuple[ast.keyword | ast.expr | None, ast.expr]]:
    """Return each name and value that a call or a table gives, the last word first; no name where they are unpacked."""
    if isinstance(node, ast.Call):
        return [(keyword if keyword.arg else None, keyword.value) for keyword in reversed(node.keywords)]
    if isinstance(node, ast.Dict):
        return list(zip(reversed(node.keys), reversed(node.values), strict=True))
    return []


def _text(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a scope, and not in one within it."""
    waiting = list(ast.iter_child_nodes(scope))  # a stack: what people write nests deeper than calls may
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def _bound(node: ast.AST) -> set[str]:
    """Return the names that a node binds by itself."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return {name}
        case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.alias(name=name, asname=asname):
            return {asname or name.partition(".")[0]}
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return set(names)
        case _:
            return set()
