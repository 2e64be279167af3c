"""The property that decides: the reported origin is the layer whose removal changes the value."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jail import Jail, jailed, shipped
from layer_stacks import CLAIMED, VALUES, Stack, flat, place, resolved, stacks, value_of

from reconciliation import Settings
from reconciliation.layers import toml_positions
from reconciliation.settings.origins import Layered

KEYS = (*VALUES, *(f"claims.{strategy}.instrument_ids" for strategy in CLAIMED))
DEFAULTS = {key: value_of(Settings(), key) for key in VALUES}


def heights(stack: Stack, key: str) -> list[int]:
    """Return which layers set a key, lowest first."""
    return [height for height, layer in enumerate(stack) if key in flat(layer)]


def without(stack: Stack, height: int) -> Stack:
    return (*stack[:height], {}, *stack[height + 1 :])


@given(stack=stacks)
@example(stack=({"reconciliation.lookback_mins": None}, {"reconciliation.lookback_mins": 0}, {}, {}))
@example(stack=({"claims": {"A-1": "x"}}, {"claims": {"A-1": "y", "B-1": "x"}}, {"claims": {"B-1": "y"}}, {}))
def test_the_origin_is_the_layer_whose_removal_changes_the_value(stack: Stack) -> None:
    with jailed() as jail:
        whole = resolved(stack, jail)
        origins = {key: whole.origins.get(key) for key in KEYS}
        places = {(key, height): place(height, key) for key in KEYS for height in heights(stack, key)}
        rest = [resolved(without(stack, height), jail) for height in range(4)]
        for key in KEYS:
            setting = heights(stack, key)
            if not setting:
                assert origins[key] == ("default" if key in VALUES else None)
                continue
            # It is the highest layer that sets the key, and its value is the effective one.
            *lower, top = setting
            assert origins[key] == places[key, top]
            assert value_of(whole, key) == flat(stack[top])[key]
            # Without it, the next layer's value holds; without any other, nothing changes.
            below = flat(stack[lower[-1]])[key] if lower else DEFAULTS.get(key)
            assert value_of(rest[top], key) == below
            assert (value_of(rest[top], key) != value_of(whole, key)) is (below != flat(stack[top])[key])
            for height in set(range(4)) - {top}:
                assert value_of(rest[height], key) == value_of(whole, key)


@given(stack=stacks)
def test_a_stack_lists_all_and_only_the_layers_that_set_a_key(stack: Stack) -> None:
    with jailed() as jail:
        settings = resolved(stack, jail)
        origins = settings.origins
        for key in filter(origins.__contains__, KEYS):
            default = () if key not in VALUES else (Layered("default", DEFAULTS[key]),)
            words = tuple(Layered(place(height, key), flat(stack[height])[key]) for height in heights(stack, key))
            stack_of_key = tuple(Layered(word.origin, plain(word.value)) for word in origins.stack(key))
            if key.startswith("claims."):
                stack_of_key = tuple(word for word in stack_of_key if word.origin != "default")
            assert stack_of_key == default + words
            assert (stack_of_key[-1].origin, stack_of_key[-1].value) == (origins[key], value_of(settings, key))


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@given(stack=stacks, key=st.sampled_from(KEYS))
def test_adding_a_key_on_top_changes_that_key_only(stack: Stack, key: str) -> None:
    if key.startswith("claims."):
        return
    with jailed() as jail:
        before = resolved(stack, jail)
        top = {**stack[3], key: DEFAULTS[key]}
        after = resolved((*stack[:3], top), jail)
        assert after.origins[key] == "--set"
        assert {k: before.origins[k] for k in before.origins if k != key} == {
            k: after.origins[k] for k in after.origins if k != key
        }


def test_every_leaf_has_an_origin_and_a_stack_that_ends_in_it() -> None:
    settings = shipped({"RECON_CLAIMS": '{"A-1": {"claim_all": true}}'})
    origins = settings.origins
    assert {"claims.A-1.claim_all", "claims.A-1.instrument_ids", "preset"} < set(origins)
    for key in origins:
        words = origins.stack(key)
        assert words[0].origin == "default" or key == "preset"
        assert words[-1].origin == origins[key]


def test_the_claims_as_a_whole_have_a_stack(jail: Jail) -> None:
    jail.settings("[claims.A-1]\nclaim_all = true\n")
    env = {"RECON_CLAIMS": '{"B-1": {"instrument_ids": ["X.Y"]}}'}
    assert jail.load(env).origins.stack("claims") == (
        Layered("default", {}),
        Layered("settings/default.toml:1", {"A-1": {"claim_all": True}}),
        Layered("RECON_CLAIMS", {"B-1": {"instrument_ids": ["X.Y"]}}),
    )


def test_there_is_no_stack_of_an_unknown_key(jail: Jail) -> None:
    origins = shipped({}).origins
    for key in ("reconciliation", "claims.A-1", "nothing", ""):
        with pytest.raises(KeyError):
            origins.stack(key)


CANARY = "kanarienvogel"


@pytest.mark.parametrize(
    ("shadowed", "shown"),
    [
        (f"redis://u:{CANARY}@h:1", "redis://***@h:1"),
        ("redis://h:1", "redis://h:1"),
        (f"redis://u:{CANARY}#@h:1", "***"),
        (f"redis://u:{CANARY}/@h:1", "***"),
        (f"redis://[{CANARY}", "***"),
        (CANARY, "***"),
    ],
)
def test_a_shadowed_url_is_masked_though_nobody_validated_it(shadowed: str, shown: str) -> None:
    env = {"RECON_CACHE_URL": shadowed}
    settings = shipped(env, overrides={"cache.url": f"redis://:{CANARY}@other:2"})
    words = settings.origins.stack("cache.url")
    assert words == (
        Layered("default", None),
        Layered("RECON_CACHE_URL", shown),
        Layered("--set", "redis://***@other:2"),
    )


def test_keys_and_their_files_are_masked(jail: Jail) -> None:
    env = {
        "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
        "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
        "RECON_VENUE_API_KEY_FILE": jail.secret(CANARY),
        "RECON_VENUE_API_SECRET": CANARY,
    }
    settings = shipped(env, overrides={"venue.api_secret": f"other {CANARY}"})
    origins = settings.origins
    assert origins.stack("venue.api_key")[-1] == Layered("RECON_VENUE_API_KEY_FILE", "***")
    assert origins.stack("venue.api_secret")[1:] == (Layered("RECON_VENUE_API_SECRET", "***"), Layered("--set", "***"))


def test_positions_are_not_worked_out_when_nobody_asks(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    scan = toml_positions.key_lines

    def counted(text: str) -> dict[tuple[str, ...], int]:
        calls.append(text)
        return scan(text)

    monkeypatch.setattr(toml_positions, "key_lines", counted)
    # Neither file is a plain one, whose lines come with its values.
    jail.settings("log.level = 'ERROR'\n", standard="[reconciliation]\ninstrument_ids = [\n  'A.X',\n]\n")
    settings = jail.load()
    assert settings.masked()
    assert settings.fingerprint
    assert len(settings.origins) > 50
    assert calls == []
    for key in settings.origins:
        assert settings.origins[key]
    assert len(calls) == 2, "one scan of each file, however many origins are asked for"
