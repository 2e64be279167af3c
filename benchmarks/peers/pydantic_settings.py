"""Plain pydantic-settings: nested models, two TOML files and the environment as sources."""

from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from benchmarks.job import DEFAULT_FILE, PRESET_FILE, Tree, environment
from benchmarks.peers import PLAIN, Peer


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Reconciliation(_Section):
    enabled: bool
    startup_delay_secs: float
    lookback_mins: int | None
    instrument_ids: tuple[str, ...]
    filter_unclaimed_external_orders: bool
    filter_position_reports: bool
    filtered_client_order_ids: tuple[str, ...]
    generate_missing_orders: bool
    allow_overfills: bool
    inflight_check_interval_ms: int | None
    inflight_check_threshold_ms: int
    inflight_check_retries: int
    open_check_interval_secs: float | None
    open_check_open_only: bool
    open_check_lookback_mins: int
    open_check_threshold_ms: int
    open_check_missing_retries: int
    max_single_order_queries_per_cycle: int
    single_order_query_delay_ms: int
    position_check_interval_secs: float | None
    position_check_lookback_mins: int
    position_check_threshold_ms: int
    position_check_retries: int
    own_books_audit_interval_secs: float | None
    purge_closed_orders_interval_mins: int | None
    purge_closed_orders_buffer_mins: int | None
    purge_closed_positions_interval_mins: int | None
    purge_closed_positions_buffer_mins: int | None
    purge_account_events_interval_mins: int | None
    purge_account_events_lookback_mins: int | None
    purge_from_database: bool


class _Node(_Section):
    trader_id: str
    timeout_connection: float
    load_state: bool
    tolerated_outage_secs: float


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="RECON_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        toml_file=[DEFAULT_FILE, PRESET_FILE],
    )

    reconciliation: _Reconciliation
    node: _Node

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over preset over defaults."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, deep_merge=True)


def _resolve() -> _Settings:
    return _Settings()  # the sources bring the fields


def _plain(settings: _Settings) -> Tree:
    return settings.model_dump()


PEERS: Final = (Peer(PLAIN, environment("RECON_{section}__{key}"), _resolve, _plain),)
