"""`presets`, `env`, `schema` and `init`: what they print is what there is."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from jail import BIN, ROOT, SHIPPED, Jail, output, process, recon

from reconciliation.layers import known

WHERE = ("--settings-dir", str(SHIPPED))
PRESETS = ["conservative", "standard", "aggressive", "disabled"]


def test_presets_marks_exactly_the_keys_that_differ(jail: Jail) -> None:
    mine = "# For a test.\n[reconciliation]\nallow_overfills = true\n"
    jail.shipped_settings(mine=mine)
    data = json.loads(output("presets", "--json"))
    assert list(data) == [*PRESETS, "mine"]
    keys = data["standard"]["reconciliation"]
    differing = {key for key in keys if len({json.dumps(data[name]["reconciliation"][key]) for name in data}) > 1}
    assert {"allow_overfills", "lookback_mins"} < differing < set(keys)
    uses, _, table = output("presets").partition("\n\n")
    rows = [line.split() for line in table.splitlines()]
    assert rows[0] == [*PRESETS, "mine"]
    assert {row[1] for row in rows[1:] if row[0] == "*"} == differing
    assert {row[0] for row in rows[1:] if row[0] != "*"} == set(keys) - differing
    assert uses.splitlines()[-1].split(None, 1) == ["mine", "For a test."]
    assert all(data[name]["use"] for name in data)


def test_a_broken_preset_is_told_instead(jail: Jail) -> None:
    jail.shipped_settings(mine="[log\n")
    done = recon("presets")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "mine.toml:1:5: is not TOML" in done.stderr


def test_the_example_environment_is_the_one_that_ships() -> None:
    assert output("env", "--example") == (ROOT / ".env.example").read_text("utf-8")


def test_every_variable_is_listed() -> None:
    names = [line.split()[0] for line in output("env").splitlines()[1:]]
    assert names == [setting.variable for setting in known.settings_by_path().values()]


def test_the_schema_is_the_one_that_ships() -> None:
    assert output("schema") == (SHIPPED / "recon.schema.json").read_text("utf-8")


def lint(*files: Path) -> tuple[int, str]:
    """Run the real TOML language tool over files; its schema is the one beside them."""
    done = process(str(BIN / "tombi"), "lint", "--offline", *map(str, files))
    return done.returncode, done.stdout + done.stderr


def test_a_toml_tool_finds_nothing_in_the_shipped_files(jail: Jail) -> None:
    files = sorted(jail.shipped_settings().glob("*.toml"))
    assert len(files) == 5
    code, said = lint(*files)
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
def test_a_toml_tool_finds_each_planted_error_where_it_stands(jail: Jail, text: str, line: int, column: int) -> None:
    shutil.copy(SHIPPED / "recon.schema.json", jail.folder)
    file = jail.write("mine.toml", f"#:schema ./recon.schema.json\n{text}")
    code, said = lint(file)
    assert code != 0
    assert f"mine.toml:{line}:{column}" in said, said


def test_init_writes_settings_that_pass(jail: Jail) -> None:
    folder = jail.folder / "a" / "node"
    said = output("init", str(folder))
    names = {line.split()[1].removeprefix(f"{folder}/") for line in said.splitlines() if line.startswith("written ")}
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert names == files == {
        *(f"settings/{name}.toml" for name in ("default", *PRESETS)),
        "settings/recon.schema.json",
        "settings/README.md",
        ".env.example",
    }  # fmt: skip
    assert output("check", "--settings-dir", str(folder / "settings")).startswith("fine: preset standard")
    for file in folder.glob("settings/*.toml"):
        assert file.read_bytes() == (SHIPPED / file.name).read_bytes()
        assert tomllib.loads(file.read_text("utf-8"))
    assert lint(*folder.glob("settings/*.toml"))[0] == 0


def test_init_overwrites_nothing(jail: Jail) -> None:
    mine = {"settings/default.toml": "preset = 'aggressive'\n", ".env.example": "mine\n"}
    for name, text in mine.items():
        jail.write(name, text)
    first = output("init", str(jail.folder)).splitlines()
    assert {line.split()[1] for line in first if line.startswith("kept ")} == {str(jail.folder / name) for name in mine}
    before = {file: file.read_bytes() for file in jail.folder.rglob("*") if file.is_file()}
    assert all(line.startswith("kept ") for line in output("init", str(jail.folder)).splitlines())
    assert {file: file.read_bytes() for file in jail.folder.rglob("*") if file.is_file()} == before
    assert all((jail.folder / name).read_text("utf-8") == text for name, text in mine.items())


@pytest.mark.parametrize("blocked", ["settings", "."])
def test_init_says_when_it_cannot_write(jail: Jail, blocked: str) -> None:
    folder = jail.folder / "node"
    if blocked == ".":
        folder.write_text("a file", "utf-8")
    else:
        folder.mkdir()
        (folder / blocked).write_text("a file", "utf-8")
    done = recon("init", str(folder))
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(folder) in done.stderr.replace("\n", "")
