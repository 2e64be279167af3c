"""A plain TOML document, read in one pass with the line on which each key stands.

Most settings files hold nothing but comments, headers such as `[log]`, and a bare key with a number, a truth value, a
text or a list of these on each line. The standard library's parser, written in Python, takes three fifths of the time
that resolving settings does, and keeps no lines. Such a value is spelled in JSON as it is in TOML, and JSON is parsed
by a part of Python that is written in C. What is in any way else is left to the standard library's parser.
"""

import json
import re
from typing import Any, Final

from msgspec import Struct

Path = tuple[str, ...]

_KEY: Final = "[A-Za-z0-9_-]+"
_SCALAR: Final = r'(?:true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|"[^"\\\x00-\x1f\x7f]*")'
_ARRAY: Final = rf"\[[ \t]*(?:{_SCALAR}(?:[ \t]*,[ \t]*{_SCALAR})*)?[ \t]*\]"
_END: Final = r"[ \t]*(?:#[^\x00-\x08\n-\x1f\x7f]*)?"
_PAIR: Final = re.compile(rf"[ \t]*({_KEY})[ \t]*=[ \t]*({_SCALAR}|{_ARRAY}){_END}")
_HEADER: Final = re.compile(rf"[ \t]*\[[ \t]*({_KEY})[ \t]*\]{_END}")
_NOTHING: Final = re.compile(_END)


class PlainDocument(Struct, frozen=True):
    """What a document says, and where."""

    values: dict[str, Any]
    lines: dict[Path, int]
    """The line, counted from 1, of each key and table by its path."""


def plain_document(text: str) -> PlainDocument | None:
    """Return what a document says that holds nothing but plain lines; None of any other, valid or not.

    Raises:
        ValueError: a number has more digits than Python reads.
    """
    lines: dict[Path, int] = {}
    members: list[str] = []
    members_by_table: dict[str | None, list[str]] = {None: members}
    table: Path = ()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if (pair := _PAIR.fullmatch(line)) is not None:
            key, value = pair.groups()
            path = (*table, key)
            members.append(f'"{key}":{value}')
        elif (header := _HEADER.fullmatch(line)) is not None:
            path = table = header.groups()
            members = members_by_table[header[1]] = []
        elif _NOTHING.fullmatch(line) is not None:
            continue
        else:
            return None
        if path in lines:
            return None  # the parser has words for what stands twice
        lines[path] = number
    root = members_by_table.pop(None)
    root += [f'"{name}":{{{",".join(members)}}}' for name, members in members_by_table.items()]
    return PlainDocument(json.loads(f"{{{','.join(root)}}}"), lines)
