"""The frozen whole of the settings."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, BaseModel, Field, PlainSerializer, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from reconciliation.config import ReconciliationConfig
from reconciliation.external_claims import ExternalOrderClaimConfig
from reconciliation.identifiers import StrategyIdText
from reconciliation.settings.cache import CacheSettings
from reconciliation.settings.facts import FactsSettings
from reconciliation.settings.log import LogSettings
from reconciliation.settings.node import NodeSettings
from reconciliation.settings.urls import MASK, masked_url
from reconciliation.settings.venue import VenueSettings

Claims = Annotated[
    Mapping[StrategyIdText, ExternalOrderClaimConfig],
    AfterValidator(lambda claims: MappingProxyType(dict(claims))),
    PlainSerializer(dict, return_type=dict[str, ExternalOrderClaimConfig]),
]
"""Claims by strategy id; a view, because a frozen model would still let a dict be changed."""


class Settings(BaseSettings):
    """Every effective value, validated and frozen; `reconciliation.load()` makes one from the layers."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    preset: str = Field(default="standard", description="The preset these settings start from.")
    reconciliation: ReconciliationConfig = Field(default_factory=ReconciliationConfig)
    claims: Claims = Field(default_factory=dict, description="External orders claimed, one table per strategy id.")
    node: NodeSettings = Field(default_factory=NodeSettings)
    facts: FactsSettings = Field(default_factory=FactsSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    venue: VenueSettings = Field(default_factory=VenueSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    SECTIONS: ClassVar = ("reconciliation", "claims", "node", "facts", "cache", "venue", "log")

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _settings_dir: Path | None = PrivateAttr(default=None)
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base\'s signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing by itself: `Settings(...)` is its arguments, `load()` brings the layers."""
        return (init_settings,)

    @model_validator(mode="after")
    def _claims_are_distinct(self) -> Self:
        owners: dict[str, str] = {}
        all_owner: str | None = None
        for strategy, claim in self.claims.items():
            if claim.claim_all:
                if all_owner is not None:
                    raise PydanticCustomError(
                        "claims",
                        "{first} and {second} both claim all; one strategy per node can",
                        {
                            "first": all_owner,
                            "second": strategy,
                            "keys": (f"claims.{all_owner}.claim_all", f"claims.{strategy}.claim_all"),
                        },
                    )
                all_owner = strategy
            for instrument in claim.instrument_ids:
                if instrument in owners:
                    raise PydanticCustomError(
                        "claims",
                        "{first} and {second} both claim {instrument}; an order has one owner",
                        {
                            "first": owners[instrument],
                            "second": strategy,
                            "instrument": instrument,
                            "keys": (
                                f"claims.{owners[instrument]}.instrument_ids",
                                f"claims.{strategy}.instrument_ids",
                            ),
                        },
                    )
                owners[instrument] = strategy
        return self

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each value came from, by dotted key: `settings/standard.toml:12`, `RECON_CACHE_URL`, `default`."""
        return self._origins

    @property
    def settings_dir(self) -> Path | None:
        """The directory the TOML layers were read from; none when no layer was read."""
        return self._settings_dir

    @property
    def warnings(self) -> tuple[str, ...]:
        """What works today and should be changed, such as a renamed key; each with its origin and the remedy."""
        return self._warnings

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that are equal when behaviour is.

        They cover `reconciliation`, `claims` and `node` without the node's identity: two traders on two machines
        with the same fingerprint reconcile alike.
        """
        behaviour = {
            "reconciliation": self.reconciliation.model_dump(mode="json"),
            "claims": {name: claim.model_dump(mode="json") for name, claim in self.claims.items()},
            "node": self.node.model_dump(mode="json", exclude={"trader_id", "instance_id"}),
        }
        canonical = json.dumps(behaviour, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def masked(self) -> dict[str, dict[str, Any]]:
        """Return every section as plain data that JSON can carry, secrets masked."""
        values: dict[str, dict[str, Any]] = self.model_dump(mode="json", exclude={"preset"})
        for name in ("api_key", "api_secret"):
            if values["venue"][name] is not None:
                values["venue"][name] = MASK
        if self.cache.url is not None:
            values["cache"]["url"] = masked_url(self.cache.url.get_secret_value())
        return {section: values[section] for section in self.SECTIONS}

    def with_sections(self, **sections: BaseModel) -> Self:
        """Return a copy in which whole sections are replaced, such as the address of an embedded cache."""
        return self.model_copy(update=dict(sections))


PRESET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""What a preset may be called; it becomes a file name."""
