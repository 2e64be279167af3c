"""What is read in one pass is what the standard library's parser and the scanner find, or is left to them."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import event, example, given
from hypothesis import strategies as st
from jail import SHIPPED

from reconciliation.layers.toml_plain import plain_document
from reconciliation.layers.toml_positions import key_lines

PLAIN = (
    "",
    "# only a comment",
    'a = 1\nb = -0\nc = 1.50e-03\nd = true\ne = "x # y = [1]" # z\nf = []\ng = [ 1, 2.0 , "a,]", false ]\n',
    '\t[t]\t# [u]\r\n  a-1_B\t=\t0.0#\r\n\r\n[ 1 ]\n2 = "\u2028\u00e9"',
    "[empty]\n[another]\na = 1e400\n",
)
NOT_PLAIN = (
    "a.b = 1",
    '"a" = 1',
    "a = 'b'",
    'a = "b\\n"',
    'a = """\nb = 1"""',
    'a = ["""b", "c"]\n"""]',
    "a = [\n1]",
    "a = [[1]]",
    "a = [1,]",
    "a = {b = 1}",
    "a = 1979-05-27",
    "a = 0x10",
    "a = +1",
    "a = 1_000",
    "a = inf",
    "[a.b]\n",
    "[[a]]\n",
)
NOT_TOML = (
    "a = 1\na = 2",
    "a = 1\n[a]",
    "[a]\n[a]",
    "[a]\nb = 1\nb = 1",
    "a = 01",
    "a = 1.",
    "a = .5",
    "a = 1 2",
    "a = NaN",
    "a = null",
    "a = True",
    "a =\n1",
    "a",
    "[a",
    "[a] b = 1",
    "# \x07",
    "a = 1 # \x7f",
    'a = "\t\x00"',
    "a = 1\r\r\n",
    "a = 1\rb = 2",
    "a = 1\r",
    "a\u00a0= 1",
    "\u0661 = 1",
    "a = \u0661",
)


def same(left: Any, right: Any) -> bool:
    """Whether both are equal and of the same types, in the same order."""
    return repr(left) == repr(right)


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_document_is_read_in_one_pass(text: str) -> None:
    document = plain_document(text)
    assert document is not None
    assert same(document.values, tomllib.loads(text))
    assert document.lines == key_lines(text)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.name)
def test_the_shipped_files_are_plain(file: Path) -> None:
    assert plain_document(file.read_text("utf-8")) is not None


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_parser(text: str) -> None:
    assert tomllib.loads(text) is not None  # the case itself is right
    assert plain_document(text) is None


@pytest.mark.parametrize("text", NOT_TOML)
def test_what_the_parser_refuses_is_left_to_it(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    assert plain_document(text) is None


def test_a_number_with_more_digits_than_python_reads_is_refused_by_both() -> None:
    text = f"a = {'1' * 5_000}"
    for read in (tomllib.loads, plain_document):
        with pytest.raises(ValueError, match="Exceeds the limit"):
            read(text)


pieces = st.one_of(
    st.sampled_from("ab01 \t=[]{}#\"'\\,.-+_\r\x00\x7f\u00e9\u2028"),
    st.sampled_from(["a-1", " = ", "[a]", '""', "e5", "0.5", "true", "false", "inf", "1979-05-27"]),
)
values = st.one_of(
    st.booleans().map(lambda value: str(value).lower()),
    st.integers().map(str),
    st.floats().map(str),
    st.text(st.characters(codec="utf-8"), max_size=5).map(lambda text: f'"{text}"'),
    st.sampled_from(["1", "-2.5", '"a"', "[1]", "true"]),
    st.lists(pieces, max_size=5).map("".join),
    st.lists(st.sampled_from(["1", '"a"', "1.5", "true", " ", '""', "[]"]), max_size=3).map(
        lambda items: f"[{','.join(items)}]"
    ),
)
lines = st.one_of(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["=", " = ", "\t="]), values).map("".join),
    st.tuples(st.sampled_from("ijklmnop"), st.sampled_from([" = 1", ' = ""', "=[]"])).map("".join),
    st.sampled_from(["", "# c", "[t]", "[u] # d", " [ v ]", "  ", "[[w]]", "[t.x]", "\r"]),
    st.lists(pieces, max_size=6).map("".join),
)


@given(lines=st.lists(lines, max_size=6), ending=st.sampled_from(["\n", "\r\n"]))
@example(lines=['a = ["""b", "c"]', '"""]'], ending="\n")
def test_any_lines_are_read_as_the_parser_reads_them_or_not_at_all(lines: list[str], ending: str) -> None:
    text = ending.join(lines)
    document = plain_document(text)
    event("not plain" if document is None else "plain")
    if document is not None:
        assert same(document.values, tomllib.loads(text))
        assert document.lines == key_lines(text)


names = st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters='"\\'), max_size=8)
numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
tables = st.dictionaries(names, st.one_of(texts, numbers), max_size=4)


@given(data=st.dictionaries(names, st.one_of(texts, numbers, tables), max_size=5))
def test_plain_data_as_it_is_usually_written_is_a_plain_document(*, data: dict[str, Any]) -> None:
    text = tomli_w.dumps(data)
    document = plain_document(text)
    assert document is not None
    assert same(document.values, tomllib.loads(text))
    assert document.lines == key_lines(text)
