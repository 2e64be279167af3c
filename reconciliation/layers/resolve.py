"""`load()`: from the layers to one validated, frozen whole."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from reconciliation.layers.env_file import EnvFileLayer
from reconciliation.layers.environment import EnvironmentLayer
from reconciliation.layers.origins import LayerOrigins
from reconciliation.layers.overrides import OverrideLayer
from reconciliation.layers.problems import Problem, SettingsError
from reconciliation.layers.settings_folder import DEFAULT_FILE, SettingsFolder, by_argument, settings_folder
from reconciliation.layers.sources import Layer, display, merged
from reconciliation.layers.toml_file import TomlLayer
from reconciliation.settings import Settings
from reconciliation.settings.whole import PRESET_NAME

_ENVIRONMENT: Final = ("venue", "environment")
_REAL: Final = ("testnet", "live")


def load(
    preset: str | None = None,
    env: Mapping[str, str] | None = None,
    settings_dir: Path | str | None = None,
    overrides: Mapping[str, object] | None = None,
    env_file: Path | str | None = None,
) -> Settings:
    """Resolve the layers: model defaults < default.toml < preset file < environment file < environment < overrides.

    Args:
        preset: the preset's name; beats `RECON_PRESET` and the one that default.toml names.
        env: the environment to read; the process's own when absent.
        settings_dir: where default.toml and the preset files are; beats `RECON_SETTINGS_DIR`.
        overrides: values by dotted key (`"reconciliation.startup_delay_secs"`); text is read as in the environment.
        env_file: a file of `RECON_*` variables, below those of the environment; none is read by itself.

    Raises:
        SettingsError: the settings are unusable; its `.problems` names every problem with its origin.
    """
    environment = EnvironmentLayer(os.environ if env is None else env)
    variables = (environment, *([] if env_file is None else [EnvFileLayer(Path(env_file))]))
    above: tuple[Layer, ...] = (OverrideLayer(overrides or {}), *variables)
    folder = settings_folder(by_argument(settings_dir), *(layer.settings_dir for layer in variables))
    if folder.problem is not None:
        return _resolved(_PresetName(*_preset(preset, above)), above, folder, [folder.problem])
    default = TomlLayer(folder.path / DEFAULT_FILE, is_default=True)
    name, named_by = _preset(preset, (*above, default))
    problems: list[Problem] = []
    preset_layer = _preset_layer(folder.path, name, named_by, problems)
    layers = (*above, *([preset_layer] if preset_layer else []), default)
    return _resolved(_PresetName(name, named_by), layers, folder, problems)


def load_file(file: Path, settings_dir: Path) -> Settings:
    """Resolve one TOML file as a preset over default.toml, without any environment.

    Args:
        file: the file; it need not lie in the settings directory.
        settings_dir: where default.toml is.

    Raises:
        SettingsError: the settings are unusable.
    """
    default = TomlLayer(settings_dir / DEFAULT_FILE, is_default=True)
    preset = _PresetName(file.stem, lambda: display(file))
    return _resolved(preset, (TomlLayer(file), default), SettingsFolder(settings_dir), [])


def _resolved(
    preset: "_PresetName", layers: tuple[Layer, ...], folder: SettingsFolder, problems: list[Problem]
) -> Settings:
    warnings: list[Problem] = []
    for layer in layers:
        problems.extend(layer.problems)
        warnings.extend(layer.warnings)
        layer.values.pop("preset", None)
    environment = next((layer.get(_ENVIRONMENT) for layer in layers if layer.has(_ENVIRONMENT)), None)
    if environment in _REAL:
        problems.extend(filter(None, [folder.refusal(environment)]))
    else:
        warnings.extend(filter(None, [folder.warning()]))
    stack = (preset, *layers)
    try:
        settings = Settings(**merged(stack))
    except ValidationError as error:
        from reconciliation.layers.refusals import problems_of  # noqa: PLC0415 - seldom anything is refused

        problems.extend(problems_of(error, stack))
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    settings._origins = LayerOrigins(settings, stack)  # noqa: SLF001 - origins are the loader's to give
    settings._settings_dir = folder.path  # noqa: SLF001
    settings._warnings = tuple(warnings)  # noqa: SLF001
    return settings


class _PresetName(Layer):
    """The chosen preset's name, which is a value of the settings too."""

    def __init__(self, name: str, named_by: Callable[[], str]) -> None:
        super().__init__({"preset": name}, [])
        self._named_by = named_by

    def _place(self, path: tuple[str, ...]) -> str:  # noqa: ARG002 - there is one path
        return self._named_by()


def _preset(argument: str | None, layers: tuple[Layer, ...]) -> tuple[str, Callable[[], str]]:
    """Return the preset's name and what tells where it was named: a line costs time, and is seldom asked for."""
    if argument is not None:
        return argument, lambda: "--preset"
    for layer in layers:
        if "preset" in layer.values:
            value: Any = layer.values["preset"]
            return value if isinstance(value, str) else repr(value), partial(layer.place, ("preset",))
    return "standard", lambda: "default"


def _preset_layer(directory: Path, name: str, named_by: Callable[[], str], problems: list[Problem]) -> TomlLayer | None:
    if not PRESET_NAME.fullmatch(name) or name == "default":
        message = f"'{name}' cannot be a preset's name"
        problems.append(Problem(named_by(), "preset", "preset_name", message, _there_are(directory)))
        return None
    file = directory / f"{name}.toml"
    if not _exists(file):
        message = f"preset '{name}' has no file {display(file)}"
        problems.append(Problem(named_by(), "preset", "preset_unknown", message, _there_are(directory)))
        return None
    return TomlLayer(file)


def _there_are(directory: Path) -> str:
    return f"there are: {', '.join(available_presets(directory)) or 'none'}"


def available_presets(directory: Path) -> list[str]:
    """Return the names of the preset files in a settings folder."""
    try:
        return sorted(file.stem for file in directory.glob("*.toml") if file.name != DEFAULT_FILE)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return []


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False
