"""The frozen whole of the settings."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from reconciliation.config import ReconciliationConfig
from reconciliation.external_claims import ExternalOrderClaims
from reconciliation.settings.cache import CacheSettings
from reconciliation.settings.engine_tables import ENGINE_TABLES, EngineTable
from reconciliation.settings.facts import FactsSettings
from reconciliation.settings.fingerprint import fingerprint
from reconciliation.settings.importable import IMPORTED, Actors, Clients, ExecAlgorithms, Strategies
from reconciliation.settings.log import LogSettings
from reconciliation.settings.monitor import MonitorSettings
from reconciliation.settings.node import NodeSettings
from reconciliation.settings.origins import Origins, values_in
from reconciliation.settings.section import AS_TABLES, FROZEN
from reconciliation.settings.venue import VenueSettings

if TYPE_CHECKING:
    from reconciliation.layers.problems import Problem


class Settings(BaseModel):
    """Every effective value, validated and frozen; `reconciliation.load()` makes one from the layers."""

    # Defaults are validated because that is what makes the mappings among them read only.
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, validate_default=True
    )

    preset: str = Field(default="standard", description="The preset these settings start from.")
    reconciliation: ReconciliationConfig = Field(default_factory=ReconciliationConfig)
    claims: Annotated[ExternalOrderClaims, FROZEN, AS_TABLES] = Field(
        default_factory=dict, description="External orders claimed, one table per strategy id."
    )
    strategies: Annotated[Strategies, FROZEN, AS_TABLES] = Field(
        default_factory=dict, description="Strategies of the node, one table per strategy id."
    )
    actors: Annotated[Actors, FROZEN, AS_TABLES] = Field(
        default_factory=dict, description="Actors of the node, one table per component id."
    )
    exec_algorithms: Annotated[ExecAlgorithms, FROZEN, AS_TABLES] = Field(
        default_factory=dict, description="Execution algorithms of the node, one table per id."
    )
    clients: Annotated[Clients, FROZEN, AS_TABLES] = Field(
        default_factory=dict, description="Clients of any venue, one table per client name."
    )
    node: NodeSettings = Field(default_factory=NodeSettings)
    facts: FactsSettings = Field(default_factory=FactsSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    venue: VenueSettings = Field(default_factory=VenueSettings)
    monitor: MonitorSettings = Field(default_factory=MonitorSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    logging: EngineTable = Field(
        default_factory=dict, description="Fields of the engine's LoggingConfig, such as log_directory."
    )
    risk: EngineTable = Field(
        default_factory=dict, description="Fields of the engine's LiveRiskEngineConfig, such as max_order_submit_rate."
    )
    message_bus: EngineTable = Field(
        default_factory=dict, description="Fields of the engine's MessageBusConfig, such as streams_prefix."
    )
    streaming: EngineTable = Field(
        default_factory=dict,
        description="Fields of the engine's StreamingConfig, such as catalog_path; empty writes no files.",
    )

    _origins: Origins = PrivateAttr(default_factory=Origins)
    _settings_dir: Path | None = PrivateAttr(default=None)
    _warnings: "tuple[Problem, ...]" = PrivateAttr(default=())

    @property
    def origins(self) -> Origins:
        """Where each value came from, by dotted key: `settings/standard.toml:12`, `RECON_CACHE_URL`, `default`."""
        return self._origins

    @property
    def settings_dir(self) -> Path | None:
        """The folder the TOML layers were read from; None when no layer was read."""
        return self._settings_dir

    @property
    def warnings(self) -> "tuple[Problem, ...]":
        """What works today and should be changed, such as a renamed key; each with its origin and the remedy."""
        return self._warnings

    @property
    def has_engine_parts(self) -> bool:
        """Whether anything stands here that only the engine can check, and that is imported for it."""
        return any(getattr(self, name) for name in ENGINE_PARTS)

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that are equal when behaviour is; see `reconciliation.settings.fingerprint`."""
        return fingerprint(self)

    def masked(self) -> dict[str, dict[str, Any]]:
        """Return every section as plain data that JSON can carry, secrets masked."""
        values: dict[str, dict[str, Any]] = self.model_dump(mode="json", exclude={"preset"})
        return values

    def with_sections(self, origin: str = "replaced", /, **sections: BaseModel | Mapping[str, Any]) -> Self:
        """Return a copy in which whole sections are replaced, such as the one with the address of an embedded cache.

        Args:
            origin: where the new values came from; values that stay as they were keep their origins.
            sections: the new sections by name.
        """
        copy = self.model_copy(update=dict(sections))
        before = dict(values_in({name: getattr(self, name) for name in sections}))
        changed = {path: value for path, value in values_in(sections) if path not in before or before[path] != value}
        copy._origins = self._origins.replaced(copy, origin, changed)  # noqa: SLF001 - a copy of its own kind
        return copy


ENGINE_PARTS: Final = (*IMPORTED, *ENGINE_TABLES)
"""The sections whose content only the engine's own classes can check."""

PRESET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""What a preset may be called; it becomes a file name."""
