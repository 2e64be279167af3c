"""A file of variables is a layer of its own, below the environment, and every value in it knows its line."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jail import Jail, jailed, output, recon

from reconciliation.settings.origins import Layered

CANARY = "kanarienvogel"
LEVEL = "log.level"
NO_SETTING = "is no setting of recon"
EMPTY = "RECON_LOG_LEVEL: is set but empty; remove the line, or write a value"
MALFORMED = "is not NAME=VALUE; write one variable a line, and close every quote"
NAME_A_FILE = "name a readable file of NAME=VALUE lines, or leave it out"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("RECON_LOG_LEVEL=ERROR\n", 1),
        ("export RECON_LOG_LEVEL=ERROR\n", 1),
        ("# head\n\nRECON_LOG_LEVEL='ERROR'\nPATH=/nowhere\n", 3),
        ('A="1\n2"\r\n\r\nRECON_LOG_LEVEL="ERROR"  # why\r\n', 4),
        ("\n\n \t RECON_LOG_LEVEL = ERROR", 3),
    ],
)
def test_each_way_of_writing_a_line_is_read_with_its_place(jail: Jail, text: str, line: int) -> None:
    jail.settings()
    settings = jail.load(env_file=jail.write("node.env", text.encode()))
    assert (settings.log.level, settings.origins[LEVEL]) == ("ERROR", f"node.env:{line} RECON_LOG_LEVEL")


def test_it_stands_between_the_preset_and_the_environment(jail: Jail) -> None:
    jail.settings(standard="[log]\nlevel = 'DEBUG'\n")
    file = jail.write("node.env", "RECON_LOG_LEVEL=ERROR\n")
    settings = jail.load({"RECON_LOG_LEVEL": "WARNING"}, env_file=file, overrides={LEVEL: "INFO"})
    assert settings.origins.stack(LEVEL) == (
        Layered("default", "INFO"),
        Layered("settings/standard.toml:2", "DEBUG"),
        Layered("node.env:1 RECON_LOG_LEVEL", "ERROR"),
        Layered("RECON_LOG_LEVEL", "WARNING"),
        Layered("--set", "INFO"),
    )
    data = json.loads(output("explain", LEVEL, "--env-file", "node.env", "--json", RECON_LOG_LEVEL="WARNING"))
    assert [layer["origin"] for layer in data["layers"]] == [
        "default",
        "settings/standard.toml:2",
        "node.env:1 RECON_LOG_LEVEL",
        "RECON_LOG_LEVEL",
    ]


def test_it_may_name_the_preset(jail: Jail) -> None:
    jail.shipped_settings()
    file = jail.write("node.env", "RECON_PRESET=aggressive\n")
    assert jail.load(env_file=file).origins["preset"] == "node.env:1 RECON_PRESET"
    assert output("check", "--env-file", "node.env").startswith("fine: preset aggressive")
    assert jail.load({"RECON_PRESET": "disabled"}, env_file=file).preset == "disabled"
    assert jail.load(preset="conservative", env_file=file).preset == "conservative"


def test_nothing_in_it_is_expanded(jail: Jail) -> None:
    jail.settings()
    file = jail.write("node.env", "RECON_CACHE_DATA_DIR=${HOME}/x\n")
    assert jail.load(env_file=file).cache.data_dir == "${HOME}/x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RECON_MAX_RETIRES=5\n", f"1 RECON_MAX_RETIRES: {NO_SETTING}; did you mean RECON_INFLIGHT_CHECK_RETRIES?"),
        ("RECON_QQQQ=5\n", f"1 RECON_QQQQ: {NO_SETTING}; remove the line; `recon env` lists the variables there are"),
        ("\nrecon_log_level=INFO\n", f"2 recon_log_level: {NO_SETTING}; did you mean RECON_LOG_LEVEL?"),
        ("RECON_LOG_LEVEL=\n", f"1 {EMPTY}"),
        ("RECON_LOG_LEVEL\n", f"1 {EMPTY}"),
        (
            "A=1\nRECON_LOG_LEVEL=LOUD\n",
            (
                "2 RECON_LOG_LEVEL: log.level = LOUD must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"
                "; write one of these words; or remove the line: the default is INFO"
            ),
        ),
        (
            "RECON_LOG_LEVEL=INFO\n\nRECON_LOG_LEVEL=ERROR\n",
            "3 RECON_LOG_LEVEL: stands in line 1 already; keep one of the two",
        ),
        (
            "\nRECON_CACHE_URL_FILE=nowhere\n",
            (
                "2 RECON_CACHE_URL_FILE: the file it names cannot be read: no such file or directory"
                "; name a readable file of mode 600"
            ),
        ),
        ("# head\nRECON_LOG_LEVEL='INFO\nA=1\n", f"2: {MALFORMED}"),
        ("A=1\n\nRECON LOG LEVEL=INFO\n", f"3: {MALFORMED}"),
    ],
)
def test_each_mistake_is_told_with_its_line(jail: Jail, text: str, expected: str) -> None:
    jail.settings()
    assert jail.lines(env_file=jail.write("node.env", text)) == [f"node.env:{expected}"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "missing",
            f"cannot be read: no such file or directory; {NAME_A_FILE}",
        ),
        ("folder", f"cannot be read: is a directory; {NAME_A_FILE}"),
        ("bytes", "byte 17 is not UTF-8; save the file as UTF-8"),
        ("mark", "begins with a byte-order mark; save the file as UTF-8 without one"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(jail: Jail, kind: str, expected: str) -> None:
    jail.settings()
    if kind == "folder":
        (jail.folder / "node.env").mkdir()
    elif kind != "missing":
        jail.write(
            "node.env", {"bytes": b"RECON_LOG_LEVEL=\xff\n", "mark": b"\xef\xbb\xbfRECON_LOG_LEVEL=INFO\n"}[kind]
        )
    assert jail.lines(env_file="node.env") == [f"node.env: {expected}"]
    done = recon("check", "--env-file", "node.env")
    assert (done.exit_code, done.output) == (2, f"node.env: {expected}\n")


def test_mistakes_in_it_are_sorted_by_line(jail: Jail) -> None:
    jail.settings()
    file = jail.write("node.env", "".join(f"RECON_X{number}=1\n" for number in range(1, 12)))
    assert [problem.origin.partition(" ")[0] for problem in jail.refused(env_file=file)] == [
        f"node.env:{line}" for line in range(1, 12)
    ]


def test_a_mistake_is_told_though_the_environment_shadows_it(jail: Jail) -> None:
    jail.settings()
    file = jail.write("node.env", "RECON_LOG_LEVEL=\nRECON_LOG_LEVEL=INFO\n")
    assert len(jail.refused({"RECON_LOG_LEVEL": "INFO"}, env_file=file)) == 2


def test_a_secret_of_the_environment_beats_the_file_that_the_env_file_names(jail: Jail) -> None:
    jail.settings()
    name = jail.secret("redis://h:1")
    file = jail.write("node.env", f"RECON_CACHE_URL_FILE={name}\n")
    assert jail.load(env_file=file).origins["cache.url"] == "node.env:1 RECON_CACHE_URL_FILE"
    settings = jail.load({"RECON_CACHE_URL": "redis://h:2"}, env_file=file)
    assert [word.value for word in settings.origins.stack("cache.url")] == [None, "redis://h:1", "redis://h:2"]


def test_an_old_name_in_it_still_works_with_its_line(jail: Jail) -> None:
    jail.settings()
    settings = jail.load(env_file=jail.write("node.env", "\nRECON_NODE_SYMBOLS=5\n"))
    assert (settings.facts.symbols, settings.origins["facts.symbols"]) == (5, "node.env:2 RECON_NODE_SYMBOLS")
    assert [warning.origin for warning in settings.warnings] == ["node.env:2 RECON_NODE_SYMBOLS"]


pieces = st.sampled_from([
    "RECON_LOG_LEVEL", "RECON_CACHE_URL", "RECON_", "recon_log_level", "=", "'", '"', "\n", "\r\n", "\r", " ", "#",
    "export ", "\\", "${A}", "none", "INFO", "\x1b[31m", "\u2028", CANARY,
])  # fmt: skip


@given(content=st.binary(max_size=40) | st.lists(pieces, max_size=12).map(lambda parts: "".join(parts).encode()))
@example(content=f"RECON_CACHE_URL='redis://u:{CANARY}@h:1\n".encode())
@example(content=f"RECON_CACHE_URL=redis://u:{CANARY}@h\n".encode())
@example(content=b"RECON_CACHE_URL_FILE=\0\n")
@example(content=f"RECON_LOG_LEVEL={CANARY}".encode())
def test_no_content_ends_in_a_traceback_or_tells_a_secret(content: bytes) -> None:
    with jailed() as jail:
        jail.settings()
        jail.write("node.env", content)
        for words in (("check",), ("show",), ("explain", "cache.url")):
            done = recon(*words, "--env-file", "node.env")
            assert done.exit_code in {0, 2}, done.exc_info
            assert "\x1b" not in done.output
            told = re.sub(r"RECON_\S*|log\.level = .*? must be", "", done.output)
            assert CANARY not in told, "only a name may be repeated, and the value of what is no secret"


lines = st.lists(st.sampled_from(["", "# x", "A=1", "A='1\n2'", 'B="\n"', "  ", "\t# y"]), max_size=6)


@given(above=lines, ending=st.sampled_from(["\n", "\r\n"]), indent=st.sampled_from(["", " ", "\t", "export "]))
def test_the_line_is_the_one_it_was_written_on(above: list[str], ending: str, indent: str) -> None:
    text = "".join(f"{line}\n" for line in above)
    with jailed() as jail:
        jail.settings()
        file = jail.write("node.env", (text + f"{indent}RECON_LOG_LEVEL=ERROR\n").replace("\n", ending).encode())
        origin = jail.load(env_file=file).origins[LEVEL]
    assert origin == f"node.env:{text.count(chr(10)) + 1} RECON_LOG_LEVEL"
