"""typed-settings: dataclasses, a file loader for both files and an environment loader."""

from dataclasses import asdict
from typing import Final

import typed_settings  # type: ignore[import-not-found] # only in the benchmark's own environment

from benchmarks.job import DEFAULT_FILE, PRESET_FILE, environment
from benchmarks.peers import Peer
from benchmarks.peers.schema import Whole

_LOADERS: Final = (
    typed_settings.FileLoader(
        formats={"*.toml": typed_settings.TomlFormat(section=None)},
        files=[DEFAULT_FILE, PRESET_FILE],
    ),
    typed_settings.EnvLoader(prefix="RECON_", nested_delimiter="__"),
)


def _resolve() -> Whole:
    settings: Whole = typed_settings.load_settings(Whole, _LOADERS)
    return settings


PEERS: Final = (Peer("typed-settings", environment("RECON_{section}__{key}"), _resolve, asdict),)
