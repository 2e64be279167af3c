"""Files that cannot be read, and secrets where none may stand: each is told in exactly these words."""

import pytest
from jail import Jail

UNREADABLE = "make it a readable file"
KEY_FILE = "RECON_VENUE_API_KEY_FILE"
NAME_A_FILE = "name a readable file of mode 600"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[reconciliation]\r\nenabled = = 1\r\n", "2:11: is not TOML: Invalid value"),
        ("[reconciliation", "1:16: is not TOML: Expected ']' at the end of a table declaration"),
        ("[log]\nlevel = 'INFO\n", "2:14: is not TOML: Found invalid character '\\n'"),
        ("# \u2028\nlevel =", "2:8: is not TOML: Invalid value"),
        ("a = 1\na = 2\n", "2:6: is not TOML: Cannot overwrite a value"),
        (
            f"[reconciliation]\n lookback_mins = {'9' * 5000}\n",
            "2:18: is not TOML: a value is too large or nested too deeply",
        ),
    ],
)
def test_malformed_toml_is_told_by_file_line_and_column(jail: Jail, text: str, expected: str) -> None:
    jail.settings(standard=text)
    (line,) = jail.lines()
    start, _, hint = line.rpartition("; ")
    assert hint == "correct it there"
    # The parser's own words differ between releases of Python; the place and what is ours do not.
    assert start.startswith("settings/standard.toml:" + expected.partition(" is not TOML: ")[0] + " is not TOML: ")


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("True", "write true and false in lower case"),
        ("FALSE", "write true and false in lower case"),
        ("yes", "write true or false, or put a text in quotes"),
        ("none", 'write "none", in quotes'),
        ("Null", 'write "none", in quotes'),
        ("TRADER-001", "put a text in quotes"),
        ("hunter2", "put a text in quotes"),
    ],
)
def test_a_bare_word_is_told_with_what_it_takes_and_not_repeated(jail: Jail, written: str, cure: str) -> None:
    jail.settings(standard=f"[node]\n# a line\ntrader_id = {written}\n")
    (line,) = jail.lines()
    assert line.startswith("settings/standard.toml:3:13: is not TOML: ")
    assert line.endswith(f"; {cure}")
    assert "hunter2" not in line


@pytest.mark.parametrize("written", ["1", '"yes"', '"true"'])
def test_a_file_has_two_words_for_a_choice_of_two(jail: Jail, written: str) -> None:
    jail.settings(standard=f"[reconciliation]\nenabled = {written}\n")
    (line,) = jail.lines()
    told = written.strip('"')
    assert line == (
        f"settings/standard.toml:2: reconciliation.enabled = {told} must be true or false"
        "; write one, without quotes and in lower case; or remove the line: the default is true"
    )


@pytest.mark.parametrize(
    "text", ["a." * 5000 + "a = 1\n", "[claims.A-1]\n" + "a." * 200 + "a = 1\n", "a = " + "[" * 9999]
)
def test_toml_nested_without_end_is_told(jail: Jail, text: str) -> None:
    expected = "settings/default.toml: is not TOML: a value is too large or nested too deeply; correct it there"
    jail.settings(text)
    assert jail.lines() == [expected]


def test_claims_nested_without_end_are_told(jail: Jail) -> None:
    jail.settings()
    text = '{"A-1":' * 5000 + "1" + "}" * 5000
    (line,) = jail.lines({"RECON_CLAIMS": text})
    assert line.endswith("... must be a table (JSON in a variable and at --set); write one")
    nested: dict[str, object] = {}
    nested["A-1"] = nested
    expected = "--set claims: claims is nested too deeply; give a table of plain values"
    assert jail.lines(overrides={"claims": nested}) == [expected]


@pytest.mark.parametrize("name", ["default", "standard"])
def test_a_directory_instead_of_a_file(jail: Jail, name: str) -> None:
    file = jail.settings() / f"{name}.toml"
    file.unlink()
    file.mkdir()
    assert jail.lines() == [f"settings/{name}.toml: cannot be read: is a directory; {UNREADABLE}"]


def test_a_link_that_leads_nowhere_is_a_missing_file(jail: Jail) -> None:
    file = jail.settings() / "default.toml"
    file.unlink()
    file.symlink_to("elsewhere.toml")
    (line,) = jail.lines()
    assert line.endswith(f": cannot be read: no such file or directory; {UNREADABLE}")


def test_a_link_to_itself_cannot_be_read(jail: Jail) -> None:
    file = jail.settings() / "default.toml"
    file.unlink()
    file.symlink_to("default.toml")
    (line,) = jail.lines()
    assert line == f"settings/default.toml: cannot be read: too many levels of symbolic links; {UNREADABLE}"


def test_bytes_that_are_not_utf8(jail: Jail) -> None:
    expected = "settings/default.toml: byte 6 is not UTF-8; save the file as UTF-8"
    jail.settings(b"# caf\xe9\n")
    assert jail.lines() == [expected]


def test_a_byte_order_mark(jail: Jail) -> None:
    expected = "settings/standard.toml: begins with a byte-order mark; save the file as UTF-8 without one"
    jail.settings(standard=b"\xef\xbb\xbf[log]\n")
    assert jail.lines() == [expected]


def test_a_preset_without_a_file(jail: Jail) -> None:
    jail.settings('preset = "red"\n', blue="")
    ending = "preset 'red' has no file settings/red.toml; there are: blue, standard"
    assert jail.lines() == [f"settings/default.toml:1: {ending}"]
    assert jail.lines({"RECON_PRESET": "red"}) == [f"RECON_PRESET: {ending}"]
    assert jail.lines(preset="red") == [f"--preset: {ending}"]
    assert jail.lines(overrides={"preset": "red"}) == [f"--set: {ending}"]


@pytest.mark.parametrize("name", ["../red", "default", "Red"])
def test_what_cannot_be_a_presets_name(jail: Jail, name: str) -> None:
    expected = [f"RECON_PRESET: '{name}' cannot be a preset's name; there are: standard"]
    jail.settings()
    assert jail.lines({"RECON_PRESET": name}) == expected


@pytest.mark.parametrize("name", ["mine", "standard"])
def test_a_preset_that_names_itself_or_another(jail: Jail, name: str) -> None:
    jail.settings(mine=f'# mine\npreset = "{name}"\n')
    expected = "settings/mine.toml:2: a preset file cannot name a preset; name it in default.toml or RECON_PRESET"
    assert jail.lines(preset="mine") == [expected]


@pytest.mark.parametrize(
    ("text", "line", "key", "variable"),
    [
        ('[cache]\nurl = "redis://h:1"\n', 2, "cache.url", "RECON_CACHE_URL"),
        ('[venue]\n\napi_key = "k"\n', 3, "venue.api_key", "RECON_VENUE_API_KEY"),
        ('venue = { api_secret = "s" }\n', 1, "venue.api_secret", "RECON_VENUE_API_SECRET"),
    ],
)
def test_a_secret_in_toml(jail: Jail, text: str, line: int, key: str, variable: str) -> None:
    expected = (
        f"settings/default.toml:{line}: {key} is a secret, and secrets never stand in TOML"
        f"; set {variable} or {variable}_FILE instead"
    )
    jail.settings(text)
    assert jail.lines() == [expected]


def lines_of_key_file(jail: Jail) -> list[str]:
    """Return what is told of a venue that is whole but for the file of its key."""
    jail.settings()
    venue = {
        "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
        "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
        "RECON_VENUE_API_SECRET": "s",
    }
    return jail.lines(venue | {KEY_FILE: "FILE"})


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (None, 0, f"the file it names cannot be read: no such file or directory; {NAME_A_FILE}"),
        (b"\xff", 0o600, f"the file it names cannot be read: not utf-8 text; {NAME_A_FILE}"),
        (b"key", 0o644, "FILE can be read by its group or by others; chmod 600 FILE"),
        (b"key", 0o640, "FILE can be read by its group or by others; chmod 600 FILE"),
        (b"", 0o600, "FILE is empty; put the secret in it"),
        (b"\n", 0o600, "FILE is empty; put the secret in it"),
    ],
)
def test_a_secret_file_that_cannot_be_used(jail: Jail, content: bytes | None, mode: int, expected: str) -> None:
    if content is not None:
        jail.secret(content, mode, "FILE")
    assert lines_of_key_file(jail) == [f"{KEY_FILE}: {expected}"]


def test_a_folder_instead_of_a_secret_file(jail: Jail) -> None:
    (jail.folder / "FILE").mkdir(mode=0o700)
    expected = [f"{KEY_FILE}: the file it names cannot be read: is a directory; {NAME_A_FILE}"]
    assert lines_of_key_file(jail) == expected


def test_a_secret_and_its_file_at_once(jail: Jail) -> None:
    env = {"RECON_CACHE_URL": "redis://h:1", "RECON_CACHE_URL_FILE": "url"}
    expected = "RECON_CACHE_URL_FILE: RECON_CACHE_URL and RECON_CACHE_URL_FILE are both set; keep one of the two"
    jail.settings()
    assert jail.lines(env) == [expected]
