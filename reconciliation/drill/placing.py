"""Where a drill's node finds its surroundings, and what it claims: whatever the user's settings say of these."""

from collections import defaultdict
from typing import Any

from pydantic import SecretStr

from reconciliation.drill.schedule import Schedule
from reconciliation.drill.venues import VENUES, VenueName
from reconciliation.external_claims import ExternalOrderClaimConfig
from reconciliation.settings import Settings
from reconciliation.settings.monitor import MonitorSettings
from reconciliation.settings.venue import VenueSettings

NEIGHBOURS_TRADER = "NEIGHBOUR-001"


def placed(
    settings: Settings, schedule: Schedule, *, venue: dict[str, str], cache_url: str, observed: bool = False
) -> Settings:
    """Return settings whose venue, cache, claims and monitor are a run's own, and that reach nothing else outside.

    Args:
        settings: what was resolved.
        schedule: what is played.
        venue: the address of its REST calls and of its stream, and its key pair, by the names of the settings.
        cache_url: where the database is.
        observed: whether somebody scrapes its metrics.
    """
    there = VenueSettings(
        http_url=venue["http_url"],
        stream_url=venue["stream_url"],
        api_key=SecretStr(venue["api_key"]),
        api_secret=SecretStr(venue["api_secret"]),
    )
    if not VENUES[schedule.venue].is_of_settings:
        there = without_account(schedule.venue)
    cache = settings.cache.model_copy(update={"url": SecretStr(cache_url)})
    by_strategy: dict[str, list[str]] = defaultdict(list)
    for instrument, strategy in schedule.claims.items():
        by_strategy[strategy].append(instrument)
    claims = {
        strategy: ExternalOrderClaimConfig(instrument_ids=tuple(instruments))
        for strategy, instruments in by_strategy.items()
    }
    monitor = MonitorSettings(enabled=observed)
    elsewhere: dict[str, dict[str, Any]] = {name: {} for name in ("clients", "logging", "message_bus", "streaming")}
    node = settings.node.model_copy(update={"ready_file": None})
    return settings.with_sections(
        "drill", node=node, venue=there, cache=cache, monitor=monitor, claims={**settings.claims, **claims}, **elsewhere
    )


def without_account(venue: VenueName) -> VenueSettings:
    """Return the section for a venue whose clients are added, and not made of the settings."""
    return VenueSettings(name=venue)


def beside(settings: Settings) -> Settings:
    """Return the settings of another node on the account: a trader id of its own, no lease, nothing of the user's."""
    node = settings.node.model_copy(update={"trader_id": NEIGHBOURS_TRADER, "lease": False})
    return settings.with_sections("drill", node=node, claims={}, strategies={}, actors={}, exec_algorithms={})
