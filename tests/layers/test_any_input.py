"""No input of any kind ends in a traceback, and no planted secret in anything that is said."""

import json
import string
from collections.abc import Mapping
from typing import Any

import tomli_w
from click.testing import Result
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jail import Jail, jailed, recon

from reconciliation import Settings, SettingsError
from reconciliation.layers import known

CANARY = "kanarienvogel"
sampled = hypothesis_settings(max_examples=25 if (depth := hypothesis_settings().max_examples) < 1_000 else depth)
"""For whole commands, which take a hundred times as long as a load: fewer, but where depth is asked for."""

SECTIONS = (*known.sections(), "preset", "other")
KEYS = sorted({path[1] for path in known.settings_by_path() if len(path) > 1})
SECRETS = ("RECON_VENUE_API_KEY", "RECON_VENUE_API_SECRET", "RECON_CACHE_URL")
# What a shell can pass on: no NUL, and no lone surrogate but those that stand for bytes.
letters = st.characters(exclude_characters="\0", codec="utf-8") | st.sampled_from("\udc80\udcff")
texts = st.text(letters, max_size=20)
secret_texts = st.one_of(
    st.just(CANARY),
    st.builds(f"redis://{{}}:{CANARY}{{}}@{{}}:{{}}".format, texts, texts, texts, st.integers(0, 70_000)),
    st.builds(f"{{}}{CANARY}{{}}".format, texts, texts),
)


def everything_said(outcome: Settings | SettingsError) -> list[str]:
    """Return every text that a load's outcome can be asked for."""
    if isinstance(outcome, SettingsError):
        problems = outcome.problems
        assert problems
        assert all(problem.origin and problem.message and problem.hint for problem in problems)
        said = [outcome.text(), outcome.text(blocks=True), repr(outcome), repr(problems)]
        return [*said, json.dumps([problem.data() for problem in problems]), repr(outcome.__cause__)]
    origins = outcome.origins
    stacks = [repr(origins.stack(key)) for key in (*origins, "claims")]
    return [
        *stacks,
        repr(outcome),
        str(outcome),
        repr(dict(origins)),
        json.dumps(outcome.masked()),
        *map(str, outcome.warnings),
    ]


def outcome_of(
    jail: Jail, env: Mapping[str, str] | None = None, overrides: Mapping[str, object] | None = None
) -> Settings | SettingsError:
    try:
        return jail.load(env, overrides=overrides)
    except SettingsError as error:
        return error


def assert_silent(said: list[str]) -> None:
    for text in said:
        assert CANARY not in text
        assert "\x1b" not in text


toml_like = st.lists(
    st.sampled_from([
        b"[", b"]", b"[[", b"=", b" = ", b"\n", b"\r\n", b"{", b"}", b",", b".", b'"', b"'", b'"""', b"'''", b"#",
        b"\\", b"a", b"1", b"1e400", b"nan", b"true", b"2020-01-01", b"\xff", b"\xef\xbb\xbf", b"\0", b"\x1b",
        b"reconciliation",
        b"startup_delay_secs", b"cache", b"url", b"preset", b"claims.A-1", b"claim_all", "\u2028".encode(),
    ]),
    max_size=14,
).map(b"".join)  # fmt: skip


@given(default=st.binary(max_size=60) | toml_like, preset=st.binary(max_size=60) | toml_like)
@example(default=b"a." * 3000 + b"a = 1", preset=b"")
@example(default=b"[log]\nlevel = 'INFO'\nlevel = '\x1b[31m'\n", preset=b"")
def test_no_bytes_in_a_file_raise_anything_else(default: bytes, preset: bytes) -> None:
    with jailed() as jail:
        jail.settings(default, standard=preset)
        assert_silent(everything_said(outcome_of(jail)))


@given(content=st.binary(max_size=40) | secret_texts.map(lambda text: text.encode(errors="replace")))
@example(content=f"redis://u:{CANARY}#@h:1".encode())
def test_no_bytes_in_a_secret_file_raise_anything_else(content: bytes) -> None:
    with jailed() as jail:
        file = jail.secret(content)
        jail.settings()
        for name in SECRETS:
            env = {f"{name}_FILE": file}
            assert_silent(everything_said(outcome_of(jail, env)))
            override = {known.settings_by_variable()[name].key: "redis://h:1"}
            assert_silent(everything_said(outcome_of(jail, env, override)))


names = st.one_of(
    st.sampled_from(known.variables()),
    st.text(letters, max_size=10).map("RECON_{}".format),
    st.text(string.ascii_uppercase + "_", max_size=20).map("RECON_{}".format),
)
environments = st.builds(
    lambda plain, secret: plain | secret,
    st.dictionaries(names, texts, max_size=4),
    st.dictionaries(st.sampled_from(SECRETS), secret_texts, max_size=3),
)


@given(env=environments)
@example(env={"RECON_CLAIMS": '{"A-1":' * 3000 + "1" + "}" * 3000})
@example(env={"RECON_\x1b[31m": "1", "RECON_\udcff": "\x1b"})
def test_no_variables_raise_anything_else(env: dict[str, str]) -> None:
    with jailed() as jail:
        jail.settings()
        assert_silent(everything_said(outcome_of(jail, env)))


table_keys = st.text(max_size=3) | st.sampled_from(KEYS)
leaves = (st.booleans(), st.integers(), st.floats(), st.text(letters, max_size=5), st.dates())
table_values = st.recursive(
    st.one_of(*leaves, st.just("none"), st.just(10**100)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(table_keys, inner, max_size=2),
    max_leaves=6,
)
structures = st.dictionaries(
    st.sampled_from(SECTIONS),
    table_values | st.dictionaries(st.sampled_from([*KEYS, "A-1", "x"]), table_values, max_size=4),
    max_size=3,
)


def in_toml(structure: Mapping[str, Any]) -> bytes:
    """Return a structure as a file: what TOML cannot hold is written as text, and secrets are planted."""

    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {key.encode(errors="replace").decode(): plain(child) for key, child in node.items()}
        if isinstance(node, list):
            return [plain(item) for item in node]
        if isinstance(node, int) and abs(node) > 2**63:
            return "huge"
        return node.encode(errors="replace").decode() if isinstance(node, str) else node

    return tomli_w.dumps(plain(structure)).encode()


secret_places = st.sampled_from([
    "cache = {{ url = '{0}', number_of_retries = 9 }}\n",
    "cache.url = '{0}'\ncache.load_cache = 1\n",
    "venue = '{0}'\n",
    "venue = {{ name = 'x', api_key = '{0}', api_secret = ['{0}'] }}\n",
    "cache.uri = '{0}'\n",
    "[[venue]]\napi_key = '{0}'\n",
    "store = {{ url = '{0}' }}\n",
    "[cache]\nnumber_of_retries = 9\nurl = '''\n{0}'''\n",
])  # fmt: skip


@given(default=structures, preset=structures)
def test_no_structure_in_files_raises_anything_else(default: dict[str, Any], preset: dict[str, Any]) -> None:
    with jailed() as jail:
        jail.settings(in_toml(default), standard=in_toml(preset))
        everything_said(outcome_of(jail))


@given(place=secret_places, rest=structures, env=environments)
def test_no_secret_in_a_file_is_told(place: str, rest: dict[str, Any], env: dict[str, str]) -> None:
    env = {key: value for key, value in env.items() if key != "RECON_SETTINGS_DIR"}
    with jailed() as jail:
        jail.settings(place.format(CANARY), standard=in_toml(rest))
        said = everything_said(outcome_of(jail, env))
        assert not [text for text in said if CANARY in text]


@given(
    tables=structures,
    flat=st.dictionaries(
        st.sampled_from([s.key for s in known.settings_by_path().values()]) | texts,
        table_values | secret_texts,
        max_size=3,
    ),
)
def test_no_override_raises_anything_else(tables: dict[str, Any], flat: dict[str, Any]) -> None:
    with jailed() as jail:
        jail.settings()
        everything_said(outcome_of(jail, None, tables | flat))


def assert_ended(done: Result) -> None:
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code in {0, 1, 2}
    assert CANARY not in done.output
    assert "\x1b" not in done.output
    assert "Traceback" not in done.output


def shell(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables a process can have, but none that leads out of the test's folder."""
    return {name: value for name, value in env.items() if "=" not in name and name != "RECON_SETTINGS_DIR"}


@sampled
@given(default=toml_like | structures.map(in_toml), preset=structures.map(in_toml), env=environments, chosen=st.data())
def test_no_command_ends_in_a_traceback(
    default: bytes, preset: bytes, env: dict[str, str], chosen: st.DataObject
) -> None:
    forms = [
        ("check",), ("check", "--json", "--strict"), ("show",), ("show", "--json"), ("show", "--toml"),
        ("show", "--env"), ("show", "--changed", "--section", "cache"), ("explain", "cache.url"),
        ("explain", "claims", "--json"), ("explain", "startup_delay_secs", "--json"), ("explain", "instrument_ids"),
        ("explain", "preset"), ("diff", "standard", "@env"), ("diff", "@env", "@env", "--json"), ("presets",),
    ]  # fmt: skip
    with jailed() as jail:
        jail.settings(default, standard=preset)
        for form in chosen.draw(st.lists(st.sampled_from(forms), min_size=3, max_size=3)):
            assert_ended(recon(*form, **shell(env)))


@sampled
@given(
    content=st.binary(max_size=30)
    | st.recursive(
        st.none() | st.floats() | st.integers() | st.text(letters, max_size=4),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["values", "origins", "reconciliation", "cache", "x", ""]), inner, max_size=3
            )
        ),
        max_leaves=8,
    ).map(lambda data: json.dumps(data).encode())
)
@example(content=b"[" * 100_000)
@example(content=b'{"values": {"a": 1}, "origins": {"a": 5}}')
@example(content=b'{"values": {"\\ud800": "\\u001b"}, "origins": {}}')
@example(content=b'{"values": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b', "origins": {}}')
def test_no_saved_configuration_ends_a_diff_in_a_traceback(content: bytes) -> None:
    with jailed() as jail:
        jail.settings()
        file = jail.write("saved.json", content)
        for form in ((), ("--json",)):
            assert_ended(recon("diff", str(file), "standard", *form))


@sampled
@given(
    words=st.lists(
        texts.filter(lambda text: not text.startswith("-"))
        | st.sampled_from(["@env", "standard", "=", "claims", "cache.url=x"]),
        min_size=2,
        max_size=2,
    )
)
def test_no_words_on_the_command_line_end_in_a_traceback(words: list[str]) -> None:
    one, two = words
    with jailed() as jail:
        jail.settings()
        assert_ended(recon("explain", one))
        assert_ended(recon("show", "--set", one, "--preset", two))
        assert_ended(recon("show", "--section", one))
        assert_ended(recon("diff", one, two))
        assert_ended(recon("check", "--env-file", "none/x", "--set", f"log.level={two}"))
