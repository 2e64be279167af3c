"""dynaconf: both files, prefixed variables, merging, and validators for the types."""

from typing import Any, Final, get_type_hints

from dynaconf import Dynaconf, Validator  # type: ignore[import-not-found] # only in the benchmark's own environment

from benchmarks.job import DEFAULT_FILE, PRESET_FILE, Tree, environment
from benchmarks.peers import Peer
from benchmarks.peers.schema import Node, Reconciliation

_TYPES: Final = {
    bool: bool,
    float: float,
    int: int,
    str: str,
    int | None: int,
    float | None: float,
    tuple[str, ...]: list,
}


def _validators() -> list[Any]:
    names: dict[type, list[str]] = {}
    for section in (Reconciliation, Node):
        for key, hint in get_type_hints(section).items():
            names.setdefault(_TYPES[hint], []).append(f"{section.__name__.lower()}.{key}")
    return [Validator(*keys, must_exist=True, is_type_of=kind) for kind, keys in names.items()]


_VALIDATORS: Final = _validators()


def _resolve() -> Any:
    settings = Dynaconf(
        settings_files=[DEFAULT_FILE, PRESET_FILE],
        envvar_prefix="RECON",
        merge_enabled=True,
        validators=_VALIDATORS,
    )
    settings.get("reconciliation")  # the first access loads and validates
    return settings


def _plain(settings: Any) -> Tree:
    return {name.lower(): section for name, section in settings.to_dict().items()}


PEERS: Final = (Peer("dynaconf", environment("RECON_{section}__{key}"), _resolve, _plain),)
