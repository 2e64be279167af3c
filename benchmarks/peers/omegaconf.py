"""OmegaConf: a structured configuration, both files and the environment as a dot list merged onto it."""

import os
import tomllib
from dataclasses import asdict
from typing import Final

from omegaconf import OmegaConf  # type: ignore[import-not-found] # only in the benchmark's own environment

from benchmarks.job import DEFAULT_FILE, PRESET_FILE, environment
from benchmarks.peers import Peer
from benchmarks.peers.schema import Whole

_PREFIX: Final = "RECON_"


def _resolve() -> Whole:
    variables = [
        f"{name.removeprefix(_PREFIX).lower().replace('__', '.')}={text}"
        for name, text in os.environ.items()
        if name.startswith(_PREFIX)
    ]
    merged = OmegaConf.merge(
        OmegaConf.structured(Whole),
        tomllib.loads(DEFAULT_FILE.read_text("utf-8")),
        tomllib.loads(PRESET_FILE.read_text("utf-8")),
        OmegaConf.from_dotlist(variables),
    )
    settings: Whole = OmegaConf.to_object(merged)
    return settings


PEERS: Final = (Peer("OmegaConf", environment("RECON_{section}__{key}"), _resolve, asdict),)
