import math
from typing import Any

import pytest
from pydantic import ValidationError

from reconciliation import ExternalOrderClaimConfig, ReconciliationConfig, Settings

JUST_BELOW_TEN = math.nextafter(10.0, 0.0)
JUST_ABOVE_TEN = math.nextafter(10.0, 11.0)
JUST_BELOW_ONE = math.nextafter(1.0, 0.0)
JUST_ABOVE_ONE = math.nextafter(1.0, 2.0)

PURGE_KEYS = (
    "purge_closed_orders_interval_mins",
    "purge_closed_orders_buffer_mins",
    "purge_closed_positions_interval_mins",
    "purge_closed_positions_buffer_mins",
    "purge_account_events_interval_mins",
    "purge_account_events_lookback_mins",
)

NUMERIC_KEYS = (
    "startup_delay_secs",
    "lookback_mins",
    "inflight_check_interval_ms",
    "inflight_check_threshold_ms",
    "inflight_check_retries",
    "open_check_interval_secs",
    "open_check_lookback_mins",
    "open_check_threshold_ms",
    "open_check_missing_retries",
    "max_single_order_queries_per_cycle",
    "single_order_query_delay_ms",
    "position_check_interval_secs",
    "position_check_lookback_mins",
    "position_check_threshold_ms",
    "position_check_retries",
    "own_books_audit_interval_secs",
    *PURGE_KEYS,
)

FLAGS = (
    "enabled",
    "filter_unclaimed_external_orders",
    "filter_position_reports",
    "generate_missing_orders",
    "allow_overfills",
    "open_check_open_only",
    "purge_from_database",
)


def config(**values: Any) -> ReconciliationConfig:
    return ReconciliationConfig.model_validate(values)


def refusal(**values: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        config(**values)
    return caught.value


@pytest.mark.parametrize(
    ("key", "bound", "inside", "outside"),
    [
        ("startup_delay_secs", 10.0, JUST_ABOVE_TEN, JUST_BELOW_TEN),
        ("open_check_lookback_mins", 60, 61, 59),
        ("inflight_check_interval_ms", 1000, 1001, 999),
        ("inflight_check_retries", 1, 2, 0),
        ("open_check_interval_secs", 1.0, JUST_ABOVE_ONE, JUST_BELOW_ONE),
        ("lookback_mins", 0, 1, -1),
        *((key, 1, 2, 0) for key in PURGE_KEYS),
    ],
)
def test_seeded_bound_holds_at_inside_and_outside(key: str, bound: float, inside: float, outside: float) -> None:
    assert getattr(config(**{key: bound}), key) == bound
    assert getattr(config(**{key: inside}), key) == inside
    assert [error["loc"] for error in refusal(**{key: outside}).errors()] == [(key,)]


@pytest.mark.parametrize("interval", [None, 1000])
def test_inflight_threshold_is_at_least_a_second(interval: int | None) -> None:
    for threshold in (1000, 1001):
        made = config(inflight_check_interval_ms=interval, inflight_check_threshold_ms=threshold)
        assert made.inflight_check_threshold_ms == threshold
    error = refusal(inflight_check_interval_ms=interval, inflight_check_threshold_ms=999)
    assert error.errors()[0]["loc"] == ("inflight_check_threshold_ms",)


def test_inflight_threshold_covers_the_interval() -> None:
    for threshold in (3000, 3001):
        made = config(inflight_check_interval_ms=3000, inflight_check_threshold_ms=threshold)
        assert made.inflight_check_threshold_ms == threshold
    assert refusal(inflight_check_interval_ms=3000, inflight_check_threshold_ms=2999).errors()[0]["type"] == "relation"


def test_a_switched_off_inflight_check_needs_no_relation() -> None:
    assert config(inflight_check_interval_ms=None, inflight_check_threshold_ms=1000).inflight_check_interval_ms is None


def test_defaults_are_those_of_the_specification() -> None:
    default = ReconciliationConfig()
    assert default.enabled is True
    assert default.startup_delay_secs == 10.0
    assert default.lookback_mins is None
    assert default.inflight_check_interval_ms == 2000
    assert default.inflight_check_threshold_ms == 5000
    assert default.inflight_check_retries == 5
    assert default.open_check_interval_secs == 5.0
    assert default.open_check_lookback_mins == 60
    assert default.open_check_threshold_ms == 5000
    assert default.purge_closed_orders_interval_mins == 10
    assert default.purge_closed_orders_buffer_mins == 60


@pytest.mark.parametrize("key", ["lookback_mins", "inflight_check_interval_ms", "open_check_interval_secs"])
def test_nothing_is_allowed_where_a_check_or_limit_can_be_off(key: str) -> None:
    assert getattr(config(**{key: None}), key) is None


@pytest.mark.parametrize(
    "key",
    [
        "enabled",
        "startup_delay_secs",
        "inflight_check_threshold_ms",
        "inflight_check_retries",
        "open_check_lookback_mins",
        "open_check_threshold_ms",
        "generate_missing_orders",
        "filtered_client_order_ids",
    ],
)
def test_nothing_is_refused_elsewhere(key: str) -> None:
    assert refusal(**{key: None}).errors()[0]["loc"] == (key,)


def test_the_keys_named_here_are_all_keys() -> None:
    # A new field must join one of these lists, or nothing would hold its type.
    assert {*NUMERIC_KEYS, *FLAGS, "instrument_ids", "filtered_client_order_ids"} == set(
        ReconciliationConfig.model_fields
    )


@pytest.mark.parametrize("key", NUMERIC_KEYS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "10", "none", 10**30, [10]])
def test_no_number_takes_what_is_no_usable_number(key: str, value: object) -> None:
    assert refusal(**{key: value}).errors()[0]["loc"] == (key,)


@pytest.mark.parametrize("key", FLAGS)
@pytest.mark.parametrize("value", [0, 1, 1.0, "true", None])
def test_no_flag_takes_what_is_no_flag(key: str, value: object) -> None:
    assert refusal(**{key: value}).errors()[0]["loc"] == (key,)


def test_whole_numbers_refuse_fractions_and_fractional_keys_take_whole_numbers() -> None:
    assert refusal(inflight_check_retries=5.0).errors()[0]["type"] == "int_type"
    delay = config(startup_delay_secs=12).startup_delay_secs
    assert isinstance(delay, float)
    assert delay == 12.0


def test_unknown_keys_are_refused() -> None:
    assert refusal(open_check_intervall_secs=5.0).errors()[0]["type"] == "extra_forbidden"


def test_values_cannot_be_changed() -> None:
    made = config(instrument_ids=["A.B"], filtered_client_order_ids=["O-1"])
    with pytest.raises(ValidationError, match="frozen"):
        made.enabled = False  # type: ignore[misc]
    assert made.instrument_ids == ("A.B",)
    assert made.filtered_client_order_ids == ("O-1",)


@pytest.mark.parametrize("given", [True, False], ids=["given", "default"])
def test_the_claims_mapping_cannot_be_changed(*, given: bool) -> None:
    source = {"MAKER-001": ExternalOrderClaimConfig(claim_all=True)}
    settings = Settings(claims=source) if given else Settings()
    before = dict(settings.claims)
    with pytest.raises(TypeError):
        settings.claims["TAKER-001"] = ExternalOrderClaimConfig(claim_all=True)  # type: ignore[index]
    source.clear()
    assert dict(settings.claims) == before
    with pytest.raises(ValidationError, match="frozen"):
        settings.preset = "other"  # type: ignore[misc]


@pytest.mark.parametrize("key", ["instrument_ids", "filtered_client_order_ids"])
def test_ids_do_not_repeat(key: str) -> None:
    assert "twice" in str(refusal(**{key: ["A.B", "A.B"]}))


@pytest.mark.parametrize(
    "claim", [{}, {"claim_all": False}, {"instrument_ids": []}, {"claim_all": True, "instrument_ids": ["A.B"]}]
)
def test_a_claim_is_either_all_or_a_list(claim: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ExternalOrderClaimConfig.model_validate(claim)


@pytest.mark.parametrize(
    "claims",
    [
        {"A-1": {"instrument_ids": ["X.Y"]}, "B-1": {"instrument_ids": ["Z.Y", "X.Y"]}},
        {"A-1": {"claim_all": True}, "B-1": {"claim_all": True}},
    ],
)
def test_no_order_has_two_owners(claims: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="A-1 and B-1 both claim"):
        Settings.model_validate({"claims": claims})


def test_explicit_claims_stand_beside_one_claim_all() -> None:
    claims = {"A-1": {"instrument_ids": ["X.Y"]}, "B-1": {"claim_all": True}}
    assert set(Settings.model_validate({"claims": claims}).claims) == {"A-1", "B-1"}


def test_settings_read_no_environment_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESET", "aggressive")
    monkeypatch.setenv("RECON_PRESET", "aggressive")
    assert Settings().preset == "standard"
