"""`recon diff`: what differs between two configurations of any kind, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st
from jail import SHIPPED, Jail, jailed, output, recon

from reconciliation.cli.diff import differences, side

CANARY = "kanarienvogel"
WHERE = ("--settings-dir", str(SHIPPED))
LOOKBACK = "reconciliation.lookback_mins"


def compared(*args: str, **variables: str) -> tuple[int, Any]:
    """Return the exit code and the data of a comparison."""
    done = recon("diff", "--json", *args, **variables)
    assert done.stderr == "", done.output
    return done.exit_code, json.loads(done.stdout)


def test_two_presets_differ_in_exactly_the_keys_whose_values_differ() -> None:
    code, data = compared("standard", "aggressive", *WHERE)
    one, two = (
        json.loads(output("show", "--json", "--preset", name, *WHERE))["values"]["reconciliation"]
        for name in ("standard", "aggressive")
    )
    assert (code, data["same"]) == (1, False)
    assert {item["key"]: (item["a"]["value"], item["b"]["value"]) for item in data["differences"]} == {
        f"reconciliation.{key}": (one[key], two[key]) for key in one if one[key] != two[key]
    }
    origins = {item["key"]: (item["a"]["origin"], item["b"]["origin"]) for item in data["differences"]}[LOOKBACK]
    for origin, name in zip(origins, ("standard", "aggressive"), strict=True):
        file, _, line = origin.rpartition(":")
        assert Path(file).name == f"{name}.toml"
        assert (SHIPPED / Path(file).name).read_text("utf-8").splitlines()[int(line) - 1].startswith("lookback_mins")


def test_every_kind_of_operand_can_be_compared(jail: Jail) -> None:
    jail.shipped_settings()
    file = jail.write("mine.toml", "[reconciliation]\nlookback_mins = 5\n")
    saved = jail.write("saved.json", output("show", "--json", "--set", f"{LOOKBACK}=6"))
    variables = {"RECON_LOOKBACK_MINS": "7"}
    origins = {
        "standard": (None, "settings/standard.toml"),
        str(file): (5, f"{file}:2"),
        str(saved): (6, "--set"),
        "@env": (7, "RECON_LOOKBACK_MINS"),
    }
    for a, (left, left_origin) in origins.items():
        for b, (right, right_origin) in origins.items():
            code, data = compared(a, b, **variables)
            found = [item for item in data["differences"] if item["key"] == LOOKBACK]
            if a == b:
                assert (code, data) == (0, {"same": True, "differences": []})
                continue
            assert code == 1
            assert (found[0]["a"]["value"], found[0]["b"]["value"]) == (left, right)
            assert found[0]["a"]["origin"].startswith(left_origin)
            assert found[0]["b"]["origin"].startswith(right_origin)


def test_the_table_has_a_row_per_difference_and_none_when_there_is_none() -> None:
    done = recon("diff", "standard", "aggressive", *WHERE)
    _, data = compared("standard", "aggressive", *WHERE)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "key",
        *(item["key"] for item in data["differences"]),
    ]
    same = recon("diff", "standard", "standard", *WHERE)
    assert (same.exit_code, same.output) == (0, "")


def test_a_preset_is_compared_without_the_environment() -> None:
    assert compared("standard", "standard", *WHERE, RECON_LOOKBACK_MINS="7")[0] == 0
    assert compared("standard", "@env", *WHERE, RECON_LOOKBACK_MINS="7")[0] == 1


def test_secrets_are_masked_on_both_sides() -> None:
    done = recon("diff", "@env", "standard", *WHERE, RECON_CACHE_URL=f"redis://u:{CANARY}@h:1")
    assert done.exit_code == 1
    assert CANARY not in done.output
    assert "redis://***@h:1" in done.stdout


@pytest.mark.parametrize(
    ("operand", "hint"),
    [
        (
            "nothing",
            (
                "'nothing' is no preset, no .toml or .json file, and not @env"
                "; there are: aggressive, conservative, disabled, standard"
            ),
        ),
        ("nothing.toml", "nothing.toml: cannot be read: no such file or directory"),
        ("nothing.json", "nothing.json: cannot be read: no such file or directory"),
        ("broken.json", "broken.json: cannot be read: it is no JSON"),
        ("other.json", "other.json: is not what `recon show --json` prints"),
        ("broken.toml", "broken.toml:1:5: is not TOML"),
        ("@nothing", "'@nothing' is no preset, no .toml or .json file, and not @env"),
    ],
)
def test_what_cannot_be_compared_ends_with_2(jail: Jail, operand: str, hint: str) -> None:
    for name, text in {"broken.json": "{", "other.json": '{"values": 1}', "broken.toml": "[log\n"}.items():
        jail.write(name, text)
    for pair in ((operand, "standard"), ("standard", operand)):
        done = recon("diff", *pair, *WHERE)
        assert (done.exit_code, done.stdout) == (2, "")
        assert hint in " ".join(done.stderr.split())


def test_an_unusable_environment_ends_with_2() -> None:
    done = recon("diff", "standard", "@env", *WHERE, RECON_ENABLED="maybe")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("RECON_ENABLED: ")


reconciliation = st.fixed_dictionaries(
    {},
    optional={
        "startup_delay_secs": st.sampled_from([10.0, 11.0]),
        "lookback_mins": st.sampled_from(["none", 0, 1]),
        "instrument_ids": st.sampled_from(["none", [], ["A.X"]]),
        "enabled": st.booleans(),
    },
)
claimed = st.dictionaries(
    st.sampled_from(["A-1", "B-1"]), st.sampled_from([{"instrument_ids": ["A.X"]}, {"claim_all": True}]), max_size=1
)
configurations = st.fixed_dictionaries({"reconciliation": reconciliation, "claims": claimed})


@given(one=configurations, two=configurations)
@example(one={"reconciliation": {}, "claims": {"A-1": {"claim_all": True}}}, two={"reconciliation": {}, "claims": {}})
def test_a_configuration_is_like_itself_and_two_differ_alike_both_ways(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    with jailed() as jail:
        directory = jail.shipped_settings()
        sides = []
        for name, data in (("one", one), ("two", two)):
            file = jail.write(f"{name}.toml", tomli_w.dumps(data))
            sides.append(side(str(file), directory))
    left, right = sides
    assert differences(left, left) == differences(right, right) == []
    there, back = differences(left, right), differences(right, left)
    assert [{"key": item["key"], "a": item["b"], "b": item["a"]} for item in back] == there
    assert bool(there) is (left.values != right.values)
    for item in there:
        assert item["a"]["value"] != item["b"]["value"]


def test_set_is_on_top_of_the_environment() -> None:
    code, data = compared("standard", "@env", *WHERE, "--set", "node.trader_id=A-1")
    (difference,) = data["differences"]
    assert (code, difference["b"]) == (1, {"value": "A-1", "origin": "--set"})
