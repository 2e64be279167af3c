"""`load()`: from the layers to one validated, frozen whole."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reconciliation.layers import registry
from reconciliation.layers.environment import EnvironmentLayer
from reconciliation.layers.explain import problems_of
from reconciliation.layers.origins import Origins
from reconciliation.layers.overrides import OverrideLayer
from reconciliation.layers.problems import Problem, SettingsError
from reconciliation.layers.sources import Layer, display
from reconciliation.layers.toml_file import TomlLayer
from reconciliation.settings import Settings
from reconciliation.settings.whole import PRESET_NAME

DEFAULT_FILE = "default.toml"


def load(
    preset: str | None = None,
    env: Mapping[str, str] | None = None,
    settings_dir: Path | str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Resolve the layers: model defaults < default.toml < preset file < environment < overrides.

    Args:
        preset: the preset's name; beats `RECON_PRESET` and the one that default.toml names.
        env: the environment to read; the process's own when absent.
        settings_dir: where default.toml and the preset files are; beats `RECON_SETTINGS_DIR`.
        overrides: values by dotted key (`"reconciliation.startup_delay_secs"`); text is read as in the environment.

    Raises:
        SettingsError: the settings are unusable; its `.problems` names every mistake with its origin.
    """
    env = os.environ if env is None else env
    problems: list[Problem] = []
    directory = settings_directory(settings_dir, env)
    default = TomlLayer(directory / DEFAULT_FILE, is_default=True)
    environment = EnvironmentLayer(env)
    override = OverrideLayer(overrides or {})
    name, named_by = _preset(preset, override, environment, default)
    preset_layer = _preset_layer(directory, name, named_by, problems)
    layers = (override, environment, *([preset_layer] if preset_layer else []), default)
    return _resolved(_PresetName(name, named_by), layers, directory, problems)


def load_file(file: Path, settings_dir: Path | str | None = None) -> Settings:
    """Resolve one TOML file as a preset over default.toml, without any environment.

    Args:
        file: the file; it need not lie in the settings directory.
        settings_dir: where default.toml is.

    Raises:
        SettingsError: the settings are unusable.
    """
    directory = settings_directory(settings_dir, {})
    default = TomlLayer(directory / DEFAULT_FILE, is_default=True)
    return _resolved(_PresetName(file.stem, lambda: display(file)), (TomlLayer(file), default), directory, [])


def _resolved(preset: "_PresetName", layers: tuple[Layer, ...], directory: Path, problems: list[Problem]) -> Settings:
    warnings: list[Problem] = []
    for layer in layers:
        problems.extend(layer.problems)
        warnings.extend(layer.warnings)
        layer.values.pop("preset", None)
    stack = (preset, *layers)
    try:
        settings = Settings(_build_sources=(stack, {}))
    except ValidationError as error:
        problems.extend(problems_of(error, stack))
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    settings._origins = Origins(settings, stack)  # noqa: SLF001 - origins are the loader's to give
    settings._settings_dir = directory  # noqa: SLF001
    settings._warnings = tuple(str(warning) for warning in warnings)  # noqa: SLF001
    return settings


class _PresetName(Layer):
    """The chosen preset's name, which is a value of the settings too."""

    def __init__(self, name: str, named_by: Callable[[], str]) -> None:
        super().__init__({"preset": name}, [])
        self._named_by = named_by

    def _place(self, path: tuple[str, ...]) -> str:  # noqa: ARG002 - there is one path
        return self._named_by()


def settings_directory(argument: Path | str | None = None, env: Mapping[str, str] | None = None) -> Path:
    """Return the settings directory: the argument, the variable, `./settings`, or the copy that ships."""
    env = os.environ if env is None else env
    if argument is not None:
        return _absolute(Path(argument))
    if env.get(registry.SETTINGS_DIR_VARIABLE):
        return _absolute(Path(env[registry.SETTINGS_DIR_VARIABLE]))
    here = Path("settings")
    return here.absolute() if (here / DEFAULT_FILE).is_file() else shipped_settings()


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except (OSError, ValueError):
        return path


def shipped_settings() -> Path:
    """Return the settings that come with the package: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped_settings"
    return installed if installed.is_dir() else package.parent / "settings"


def _preset(
    argument: str | None, override: Layer, environment: Layer, default: TomlLayer
) -> tuple[str, Callable[[], str]]:
    """Return the preset's name and what tells where it was named: a line costs time, and is seldom asked for."""
    if argument is not None:
        return argument, lambda: "--preset"
    for layer in (override, environment, default):
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
    """Return the names of the preset files in a settings directory."""
    try:
        return sorted(file.stem for file in directory.glob("*.toml") if file.name != DEFAULT_FILE)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return []


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False
