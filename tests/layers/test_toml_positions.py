import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciliation.layers.toml_positions import key_lines

Path = tuple[str, ...]

DOCUMENTS: dict[str, tuple[str, dict[Path, int]]] = {
    "dotted keys": (
        "a.b.c = 1\na . b\t.\td = 2\n[t]\nx.y = 3\n",
        {
            ("a",): 1,
            ("a", "b"): 1,
            ("a", "b", "c"): 1,
            ("a", "b", "d"): 2,
            ("t",): 3,
            ("t", "x"): 4,
            ("t", "x", "y"): 4,
        },
    ),
    "quoted keys with escapes": (
        '"a b" = 1\n"q\\"u\\u00e9" = 2\n\'l\\n\' = 3\n"x.y" = 4\n"#" = 5\n"=" = 6\n"" = 7\n["]"."[[h]]"]\nk = 8\n',
        {
            ("a b",): 1,
            ('q"ué',): 2,
            ("l\\n",): 3,
            ("x.y",): 4,
            ("#",): 5,
            ("=",): 6,
            ("",): 7,
            ("]",): 8,
            ("]", "[[h]]"): 8,
            ("]", "[[h]]", "k"): 9,
        },
    ),
    "nested inline tables": (
        "a = { b = { c = 1, 'd' = [ { e = 2 } ] }, \"f.g\" = '}' }\nh = {}\n",
        {
            ("a",): 1,
            ("a", "b"): 1,
            ("a", "b", "c"): 1,
            ("a", "b", "d"): 1,
            ("a", "b", "d", "0"): 1,
            ("a", "b", "d", "0", "e"): 1,
            ("a", "f.g"): 1,
            ("h",): 2,
        },
    ),
    "arrays over several lines": (
        (
            "a = [ # x = 1\n  1, # ]\n  '],', \"]\",\n  [ 2,\n 3 ],\n  # [t]\n]\n"
            "b = [\n  { x = 1 },\n\n  { x = 2, y = [\n {z = 3}]}\n]\nc = 1\n"
        ),
        {
            ("a",): 1,
            ("b",): 8,
            ("b", "0"): 9,
            ("b", "0", "x"): 9,
            ("b", "1"): 11,
            ("b", "1", "x"): 11,
            ("b", "1", "y"): 11,
            ("b", "1", "y", "0"): 12,
            ("b", "1", "y", "0", "z"): 12,
            ("c",): 14,
        },
    ),
    "multi-line basic strings": (
        'a = """\n[x]\nk = 1 # no\n"" \\""" \\\\"""\nb = """one""quotes"""""\nc = """"""\nd = """\\\n  [y]"""\ne = 1\n',
        {("a",): 1, ("b",): 5, ("c",): 6, ("d",): 7, ("e",): 9},
    ),
    "multi-line literal strings": (
        "a = '''\n[x]\nk = \"\"\" # '' \\'''\nb = '''q'''''\nc = ''''''\nd = ''\ne = 1\n",
        {("a",): 1, ("b",): 4, ("c",): 5, ("d",): 6, ("e",): 7},
    ),
    "strings that look like more": (
        'a = "[x] # k = 1 \\" y = 2" # z = 3\nb = \'[x] # "\' # \'\nc = "" # """\nd = 1\n',
        {("a",): 1, ("b",): 2, ("c",): 3, ("d",): 4},
    ),
    "carriage returns": (
        '# c\r\n\r\n[t]\r\na = """\r\nx\r\n"""\r\nb = [\r\n1,\r\n]\r\nc = true\r\n',
        {("t",): 3, ("t", "a"): 4, ("t", "b"): 7, ("t", "c"): 10},
    ),
    "arrays of tables": (
        "[[p]]\nn = 1\n[[p]]\n[p.s]\nn = 2\n[[p.q]]\nn = 3\n[[p.q]]\nn = 4\n[[p]]\n[[p.q]]\nn = 5\n[o]\nn = 6\n",
        {
            ("p",): 1,
            ("p", "0"): 1,
            ("p", "0", "n"): 2,
            ("p", "1"): 3,
            ("p", "1", "s"): 4,
            ("p", "1", "s", "n"): 5,
            ("p", "1", "q"): 6,
            ("p", "1", "q", "0"): 6,
            ("p", "1", "q", "0", "n"): 7,
            ("p", "1", "q", "1"): 8,
            ("p", "1", "q", "1", "n"): 9,
            ("p", "2"): 10,
            ("p", "2", "q"): 11,
            ("p", "2", "q", "0"): 11,
            ("p", "2", "q", "0", "n"): 12,
            ("o",): 13,
            ("o", "n"): 14,
        },
    ),
    "tabs, comments, blanks": (
        "\t# [no]\n \t[ t . u ]\t# a = 1\n\n\t\ta\t=\t1\t# b = 2\n#x = 1\nd = 1979-05-27 07:32:00Z # e\nf = -inf",
        {("t",): 2, ("t", "u"): 2, ("t", "u", "a"): 4, ("t", "u", "d"): 6, ("t", "u", "f"): 7},
    ),
    "a table after its child": (
        "[a.b]\nx = 1\n[a]\ny = 2\n",
        {("a",): 1, ("a", "b"): 1, ("a", "b", "x"): 2, ("a", "y"): 4},
    ),
    "nothing": ("", {}),
    "a comment without end of line": ("# x = 1", {}),
}


def children(node: dict[str, Any] | list[Any]) -> list[tuple[str, Any]]:
    return list(node.items()) if isinstance(node, dict) else [(str(index), item) for index, item in enumerate(node)]


def keys_of(node: dict[str, Any] | list[Any], base: Path = ()) -> dict[Path, bool]:
    """Every key, and every element of an array that is a table, with whether it is a key."""
    found: dict[Path, bool] = {}
    for part, child in children(node):
        if isinstance(node, dict) or isinstance(child, dict):
            found[*base, part] = isinstance(node, dict)
        if isinstance(child, dict | list):
            found |= keys_of(child, (*base, part))
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_key_has_the_line_it_stands_on(name: str) -> None:
    text, lines = DOCUMENTS[name]
    assert set(lines) == set(keys_of(tomllib.loads(text)))  # the case itself is right
    assert key_lines(text) == lines


# What a scanner takes for structure is drawn often.
nasty = st.text(alphabet=st.sampled_from("ab01.-_[]{}#=,\"'\\ \t\né\U0001f600"), max_size=8)
names = st.one_of(st.sampled_from(["a", "b", "a.b", "0"]), nasty)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    nasty,
    st.text(max_size=10),
    st.dates(),
    st.times(),
    st.datetimes(),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=8,
)
documents = st.dictionaries(names, values, max_size=5)
decorations = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["", "# x = 1", "  # [t]", "\t#'\"", "#}]"])), max_size=4
)


@given(data=documents, multiline=st.booleans(), extra=decorations, crlf=st.booleans())
def test_the_keys_found_are_those_the_parser_finds(
    *, data: dict[str, Any], multiline: bool, extra: list[tuple[int, str]], crlf: bool
) -> None:
    written = tomli_w.dumps(data, multiline_strings=multiline).split("\n")
    for place, line in extra:
        written.insert(min(place, len(written)), line)
    text = ("\r\n" if crlf else "\n").join(written)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)  # noqa: FBT003 - a decoration ended a string
    expected = keys_of(parsed)
    lines = key_lines(text)
    assert set(lines) == set(expected)
    for path, is_key in expected.items():
        if is_key:
            as_written = tomli_w.dumps({path[-1]: 0}).rpartition(" = ")[0]
            assert as_written in written[lines[path] - 1].removesuffix("\r")


@given(names=st.lists(nasty, min_size=1, max_size=6, unique=True), blanks=st.lists(st.integers(0, 3), min_size=6))
def test_the_line_found_is_the_line_written(names: list[str], blanks: list[int]) -> None:
    text, expected = "", {}
    for name, above in zip(names, blanks, strict=False):
        text += "\n" * above
        expected[name,] = text.count("\n") + 1
        text += tomli_w.dumps({name: 'a\n[x]\n"""\n'}, multiline_strings=True)
    assert key_lines(text) == expected
