"""A section that maps names to tables costs no line of its own: a second one is read, told and shown like the first."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Annotated

import pytest
from jail import Jail, output, recon
from pydantic import AfterValidator, Field, WithJsonSchema

from reconciliation import Settings
from reconciliation.layers import known, refusals, resolve, schema
from reconciliation.settings.origins import Layered
from reconciliation.settings.section import AS_TABLES, FROZEN, Section
from reconciliation.settings.urls import Secret

CANARY = "kanarienvogel"
FILE = """
[makers.A-1]
weight = "none"
label = "none"

[makers.B-1]
weight = 5
[claims.A-1]
claim_all = true
"""


def _upper(text: str) -> str:
    if text != text.upper():
        raise ValueError(f"{text!r} is not in capitals")
    return text


Name = Annotated[str, AfterValidator(_upper), WithJsonSchema({"type": "string", "pattern": "^[A-Z0-9-]+$"})]


class MakerSettings(Section):
    """What one entry of the second mapping holds."""

    weight: int | None = Field(default=1, ge=0, le=9, description="How much it makes.")
    label: str = Field(default="x", description="What it is called.")
    key: Secret | None = Field(default=None, min_length=1, description="Its key.")


class MoreSettings(Settings):
    """Settings with two mappings."""

    makers: Annotated[Mapping[Name, MakerSettings], FROZEN, AS_TABLES] = Field(
        default_factory=dict, description="Makers by name."
    )


@pytest.fixture(autouse=True)
def second_mapping(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    caches = (
        known.settings_by_path,
        known.settings_by_variable,
        known.variables,
        known.settings_with_keys,
        known.paths_by_key,
    )
    for module in (known, refusals, resolve, schema):
        monkeypatch.setattr(module, "Settings", MoreSettings)
    for cached in caches:
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def makers(settings: Settings) -> Mapping[str, MakerSettings]:
    assert isinstance(settings, MoreSettings)
    return settings.makers


def test_it_is_a_section_with_one_variable() -> None:
    assert known.sections()[-1] == "makers"
    assert known.settings_by_variable()["RECON_MAKERS"].path == ("makers",)
    assert [name for name in known.variables() if "MAKERS" in name] == ["RECON_MAKERS"]


def test_files_variables_and_overrides_merge_by_key_with_their_origins(jail: Jail) -> None:
    jail.settings(FILE)
    env = {"RECON_MAKERS": json.dumps({"B-1": {"label": "b"}, "C-1": {"weight": "none"}})}
    settings = jail.load(env, overrides={"makers.B-1.weight": "7", "makers.D-1.weight": "none"})
    assert {name: (maker.weight, maker.label) for name, maker in makers(settings).items()} == {
        "A-1": (None, "none"),
        "B-1": (7, "b"),
        "C-1": (None, "x"),
        "D-1": (None, "x"),
    }
    found = {key: settings.origins[key] for key in settings.origins if key.startswith("makers.")}
    assert {key: found[key] for key in found if not key.endswith(".key")} == {
        "makers.A-1.weight": "settings/default.toml:3",
        "makers.A-1.label": "settings/default.toml:4",
        "makers.B-1.weight": "--set",
        "makers.B-1.label": "RECON_MAKERS",
        "makers.C-1.weight": "RECON_MAKERS",
        "makers.C-1.label": "default",
        "makers.D-1.weight": "--set",
        "makers.D-1.label": "default",
    }
    assert list(settings.masked()) == list(known.sections())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[makers.A-1]\nwight = 1\n", "2: makers.A-1.wight is no key of recon; did you mean makers.A-1.weight?"),
        ("[makers.A-1]\nweight = 10\n", "2: makers.A-1.weight = 10 must be at most 9; set 9 or less"),
        ("[makers]\nA-1 = 1\n", "2: makers.A-1 must be a table (JSON in a variable and at --set); write one"),
        ("[makers.a-1]\n", "1: makers.a-1: 'a-1' is not in capitals; correct it"),
        (
            f"[makers.A-1]\nlabel = 'a'\nkey = '{CANARY}'\n",
            "3: makers.A-1.key is a secret, and secrets never stand in TOML; set RECON_MAKERS instead",
        ),
    ],
)
def test_mistakes_are_told_as_in_any_section(jail: Jail, text: str, line: str) -> None:
    jail.settings(text)
    assert jail.lines() == [f"settings/default.toml:{line}"]


def test_a_refused_table_says_nothing_of_what_only_follows(jail: Jail) -> None:
    jail.settings("[claims.A-1]\ninstrument_ids = 5\n[makers.A-1]\nlabel = 5\n[log]\nlevel = 'INFO'\n")
    assert [line.partition(" ")[0] for line in jail.lines()] == ["settings/default.toml:2:", "settings/default.toml:4:"]


def test_a_name_that_stands_twice_is_told(jail: Jail) -> None:
    jail.settings()
    env = {"RECON_MAKERS": '{"A-1": {}, "A-1": {}}'}
    assert jail.lines(env) == ["RECON_MAKERS: makers: A-1 stands here twice; keep one of the two"]


def test_no_form_shows_a_secret_of_an_entry(jail: Jail) -> None:
    jail.settings()
    env = {"RECON_MAKERS": json.dumps({"A-1": {"key": CANARY, "label": "a"}})}
    settings = jail.load(env)
    secret = makers(settings)["A-1"].key
    assert secret is not None
    assert secret.get_secret_value() == CANARY
    assert settings.masked()["makers"] == {"A-1": {"weight": 1, "label": "a", "key": "***"}}
    assert settings.origins.stack("makers")[-1] == Layered("RECON_MAKERS", {"A-1": {"key": "***", "label": "a"}})
    assert settings.origins.stack("makers.A-1.key") == (Layered("default", None), Layered("RECON_MAKERS", "***"))
    for form in ((), ("--json",), ("--toml",), ("--env",), ("--changed",)):
        shown = output("show", *form, **env)
        assert CANARY not in shown
        assert "A-1" in shown


def test_it_is_explained_as_a_whole_and_by_key(jail: Jail) -> None:
    jail.settings(FILE)
    whole = json.loads(output("explain", "makers", "--json"))
    assert (whole["variable"], whole["type"]) == ("RECON_MAKERS", "table")
    assert whole["layers"][-1] == {
        "origin": "settings/default.toml:2",
        "value": {"A-1": {"weight": None, "label": "none"}, "B-1": {"weight": 5}},
    }
    one = json.loads(output("explain", "makers.B-1.weight", "--json"))
    assert (one["description"], one["variable"], one["range"]) == ("How much it makes.", "RECON_MAKERS", ">= 0, <= 9")
    assert one["layers"] == [{"origin": "default", "value": 1}, {"origin": "settings/default.toml:7", "value": 5}]
    none = recon("explain", "makers.Z-1.weight")
    assert none.exit_code == 2
    assert "there is no table makers.Z-1" in none.stderr


@pytest.mark.parametrize("form", ["--toml", "--env"])
def test_what_is_shown_loads_back(jail: Jail, form: str) -> None:
    jail.settings(FILE)
    before, written = jail.load(), output("show", form)
    jail.settings("", standard=written if form == "--toml" else "")
    variables = (word.split("=", 1) for line in written.splitlines() for word in shlex.split(line))
    again = jail.load(dict(variables) if form == "--env" else {})
    assert makers(again) == makers(before)
    assert again.claims == before.claims
    assert makers(again)["A-1"] == MakerSettings(weight=None, label="none")


def test_the_schema_names_its_tables_and_leaves_their_secrets_out() -> None:
    mapping = schema.toml_schema()["properties"]["makers"]
    assert mapping["propertyNames"] == {"pattern": "^[A-Z0-9-]+$"}
    entry = schema.toml_schema()["$defs"][mapping["additionalProperties"]["$ref"].rpartition("/")[2]]
    assert list(entry["properties"]) == ["weight", "label"]
    assert {"const": "none"} in entry["properties"]["weight"]["anyOf"]
