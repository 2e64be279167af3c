"""The database behind the engine's cache."""

from pydantic import Field

from reconciliation.settings.section import Section
from reconciliation.settings.urls import CacheUrl


class CacheSettings(Section):
    """The Redis or Valkey database behind the engine's cache."""

    url: CacheUrl | None = Field(
        default=None,
        description="redis://[USER:PASSWORD@]HOST:PORT, or rediss://; none runs an embedded Valkey.",
    )
    number_of_retries: int = Field(
        default=3,
        ge=1,
        le=3,
        description="Connection attempts of the engine; more would hang a boot for minutes, deaf to SIGTERM.",
    )
    load_cache: bool = Field(
        default=True, description="Load known orders and positions at start; without it they look external."
    )
    data_dir: str = Field(default=".recon", min_length=1, description="Where the embedded Valkey keeps its data.")
