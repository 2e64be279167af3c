"""This project. It resolves more than the job asks for: all of its sections, with ranges and relations checked."""

import os
from typing import Final

from benchmarks.job import DIRECTORY, PRESET, Tree, environment
from benchmarks.peers import OURS, OURS_ALL_ORIGINS, Peer
from reconciliation import Settings, load

_NODE_KEYS: Final = ("trader_id", "timeout_connection", "load_state", "tolerated_outage_secs")
_VARIABLES: Final = {
    name.replace("_RECONCILIATION_", "_"): text for name, text in environment("RECON_{section}_{key}").items()
}


def _resolve() -> Settings:
    return load(preset=PRESET, env=os.environ, settings_dir=DIRECTORY)


def _resolve_and_read_origins() -> Settings:
    settings = _resolve()
    dict(settings.origins)
    return settings


def _plain(settings: Settings) -> Tree:
    return {
        "reconciliation": settings.reconciliation.model_dump(),
        "node": settings.node.model_dump(include=set(_NODE_KEYS)),
    }


PEERS: Final = (
    Peer(OURS, _VARIABLES, _resolve, _plain),
    Peer(OURS_ALL_ORIGINS, _VARIABLES, _resolve_and_read_origins, _plain),
)
