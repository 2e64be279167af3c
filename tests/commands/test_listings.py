"""`presets`, `env`, `schema` and `init`: what they print is what there is."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from recon_command import BIN, ROOT, SHIPPED, own_settings, process, recon, told

from reconciliation.layers import registry

WHERE = ("--settings-dir", str(SHIPPED))
PRESETS = ["conservative", "standard", "aggressive", "disabled"]


def test_presets_marks_exactly_the_keys_that_differ(tmp_path: Path) -> None:
    mine = "# For a test.\n[reconciliation]\nallow_overfills = true\n"
    where = ("--settings-dir", str(own_settings(tmp_path, mine=mine)))
    data = json.loads(told("presets", "--json", *where))
    assert list(data) == [*PRESETS, "mine"]
    keys = data["standard"]["reconciliation"]
    differing = {key for key in keys if len({json.dumps(data[name]["reconciliation"][key]) for name in data}) > 1}
    assert {"allow_overfills", "lookback_mins"} < differing < set(keys)
    uses, _, table = told("presets", *where).partition("\n\n")
    rows = [line.split() for line in table.splitlines()]
    assert rows[0] == [*PRESETS, "mine"]
    assert {row[1] for row in rows[1:] if row[0] == "*"} == differing
    assert {row[0] for row in rows[1:] if row[0] != "*"} == set(keys) - differing
    assert uses.splitlines()[-1].split(None, 1) == ["mine", "For a test."]
    assert all(data[name]["use"] for name in data)


def test_a_broken_preset_is_told_instead(tmp_path: Path) -> None:
    done = recon("presets", "--settings-dir", str(own_settings(tmp_path, mine="[log\n")))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "mine.toml:1:5: is not TOML" in done.stderr


def test_the_example_environment_is_the_one_that_ships() -> None:
    assert told("env", "--example") == (ROOT / ".env.example").read_text("utf-8")


def test_every_variable_is_listed() -> None:
    names = [line.split()[0] for line in told("env").splitlines()[1:]]
    assert names == [setting.variable for setting in registry.settings_by_path().values()]


def test_the_schema_is_the_one_that_ships() -> None:
    assert told("schema") == (SHIPPED / "recon.schema.json").read_text("utf-8")


def lint(folder: Path, *files: Path) -> tuple[int, str]:
    """Run the real TOML language tool over files; its schema is the one beside them."""
    done = process(str(BIN / "tombi"), "lint", "--offline", *map(str, files), folder=folder)
    return done.returncode, done.stdout + done.stderr


def test_a_toml_tool_finds_nothing_in_the_shipped_files(tmp_path: Path) -> None:
    directory = own_settings(tmp_path)
    files = sorted(directory.glob("*.toml"))
    assert len(files) == 5
    code, said = lint(tmp_path, *files)
    assert (code, "5 files linted successfully" in said) == (0, True), said


PLANTED = [
    ("[reconciliation]\nlookback_min = 5\n", 3, 1),
    ("[log]\n[reconcilation]\n", 3, 1),
    ("[reconciliation]\n\nstartup_delay_secs = 9.5\n", 4, 22),
    ("[reconciliation]\nstartup_delay_secs = 86401.0\n", 3, 22),
    ("[reconciliation]\nenabled = 'yes'\n", 3, 11),
    ("[reconciliation]\nlookback_mins = 1.5\n", 3, 17),
    ("[reconciliation]\nlookback_mins = 'never'\n", 3, 17),
    ("[reconciliation]\ninstrument_ids = 'A.X'\n", 3, 18),
    ("[log]\nlevel = 'LOUD'\n", 3, 9),
    ("[cache]\nurl = 'redis://h:1'\n", 3, 1),
    ("[venue]\napi_key = 'k'\n", 3, 1),
    ("[claims.A-1]\nclaim_alll = true\n", 3, 1),
    ("[node]\nstartup_delay_secs = 12.0\n", 3, 1),
    ("[log]\nlevel = \n", 3, 9),
]


@pytest.mark.parametrize(("text", "line", "column"), PLANTED)
def test_a_toml_tool_finds_each_planted_error_where_it_stands(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    shutil.copy(SHIPPED / "recon.schema.json", tmp_path)
    file = tmp_path / "mine.toml"
    file.write_text(f"#:schema ./recon.schema.json\n{text}", "utf-8")
    code, said = lint(tmp_path, file)
    assert code != 0
    assert f"mine.toml:{line}:{column}" in said, said


def test_init_writes_settings_that_pass(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "node"
    said = told("init", str(folder))
    names = {line.split()[1].removeprefix(f"{folder}/") for line in said.splitlines() if line.startswith("written ")}
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert names == files == {
        *(f"settings/{name}.toml" for name in ("default", *PRESETS)),
        "settings/recon.schema.json",
        "settings/README.md",
        ".env.example",
    }  # fmt: skip
    assert told("check", "--settings-dir", str(folder / "settings")).startswith("fine: preset standard")
    for file in folder.glob("settings/*.toml"):
        assert file.read_bytes() == (SHIPPED / file.name).read_bytes()
        assert tomllib.loads(file.read_text("utf-8"))
    assert lint(folder, *folder.glob("settings/*.toml"))[0] == 0


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    mine = {"settings/default.toml": "preset = 'aggressive'\n", ".env.example": "mine\n"}
    for name, text in mine.items():
        (tmp_path / name).write_text(text, "utf-8")
    first = told("init", str(tmp_path)).splitlines()
    assert {line.split()[1] for line in first if line.startswith("kept ")} == {str(tmp_path / name) for name in mine}
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert all(line.startswith("kept ") for line in told("init", str(tmp_path)).splitlines())
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    assert all((tmp_path / name).read_text("utf-8") == text for name, text in mine.items())


@pytest.mark.parametrize("blocked", ["settings", "."])
def test_init_says_when_it_cannot_write(tmp_path: Path, blocked: str) -> None:
    folder = tmp_path / "node"
    if blocked == ".":
        folder.write_text("a file", "utf-8")
    else:
        folder.mkdir()
        (folder / blocked).write_text("a file", "utf-8")
    done = recon("init", str(folder))
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(folder) in done.stderr.replace("\n", "")
