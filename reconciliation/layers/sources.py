"""The layers, as sources that pydantic-settings merges: TOML files, the environment, overrides."""

import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from reconciliation.layers import registry
from reconciliation.layers.problems import Problem
from reconciliation.layers.toml_positions import key_lines
from reconciliation.settings import Settings

KeyPath = tuple[str, ...]


class Layer(PydanticBaseSettingsSource):
    """One layer: a tree of values, and the place each of them stands."""

    def __init__(self, values: dict[str, Any], problems: list[Problem]) -> None:
        super().__init__(Settings)
        self.values = values
        self.problems = problems

    def __call__(self) -> dict[str, Any]:
        """Return the tree of values this layer sets."""
        return self.values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Return one top-level value, as the base class demands."""
        return self.values.get(field_name), field_name, False

    def place(self, path: KeyPath) -> str:
        """Return where a value of this layer stands, in the words a user knows it by."""
        raise NotImplementedError

    def has(self, path: KeyPath) -> bool:
        """Whether this layer sets the value at a path."""
        node: Any = self.values
        for part in path:
            if not isinstance(node, Mapping) or part not in node:
                return False
            node = node[part]
        return True

    def get(self, path: KeyPath) -> Any:
        """Return the value this layer sets at a path that it has."""
        node: Any = self.values
        for part in path:
            node = node[part]
        return node


def display(path: Path) -> str:
    """Return a path as short as it stays findable: relative where it lies below the working directory."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


class TomlLayer(Layer):
    """One TOML file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.text = ""
        self._lines: dict[KeyPath, int] | None = None
        problems: list[Problem] = []
        super().__init__(self._read(problems), problems)

    def _read(self, problems: list[Problem]) -> dict[str, Any]:
        where = display(self.file)
        try:
            self.text = self.file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            hint = "save it as UTF-8"
            problems.append(Problem(where, "", "not_utf8", f"byte {error.start} is not UTF-8", hint))
            return {}
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            problems.append(Problem(where, "", "unreadable", f"cannot be read: {reason}", "make it a readable file"))
            return {}
        try:
            values = tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            problems.append(Problem(where, "", "malformed", f"is not TOML: {error}", "correct the line"))
            return {}
        if self.file.name != "default.toml" and "preset" in values:
            message = "a preset file cannot name a preset"
            hint = "name it in default.toml or RECON_PRESET"
            problems.append(Problem(self.place(("preset",)), "preset", "preset_in_preset", message, hint))
            del values["preset"]
        self._settle(values, problems)
        return values

    def _settle(self, values: dict[str, Any], problems: list[Problem]) -> None:
        """Read `"none"` as nothing where a field may be nothing, and take secrets out."""
        for path, setting in registry.settings_by_path().items():
            if len(path) != 2:  # noqa: PLR2004 - a section and a key
                continue
            section = values.get(path[0])
            if not isinstance(section, dict) or path[1] not in section:
                continue
            if setting.secret:
                hint = f"set {setting.variable} or {setting.variable}_FILE instead"
                place = self.place(path)
                problems.append(Problem(place, setting.key, "secret_in_toml", f"{setting.key} is a secret", hint))
                del section[path[1]]
            elif setting.nullable and section[path[1]] == registry.NOTHING:
                section[path[1]] = None

    def place(self, path: KeyPath) -> str:
        """Return `FILE:LINE`; the line of the nearest enclosing table where the key itself has none."""
        if self._lines is None:
            self._lines = key_lines(self.text)
        for length in range(len(path), 0, -1):
            if (line := self._lines.get(path[:length])) is not None:
                return f"{display(self.file)}:{line}"
        return display(self.file)


class EnvironmentLayer(Layer):
    """The `RECON_*` variables."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._names: dict[KeyPath, str] = {}
        problems: list[Problem] = []
        super().__init__(self._read(env, problems), problems)

    def _read(self, env: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        known = registry.settings_by_variable()
        for name in env:
            if not name.startswith(registry.PREFIX):
                continue
            text = env[name]
            setting = known.get(name)
            secret_file = None if setting else self._secret_of_file(name)
            if setting is None and secret_file is None and name != registry.SETTINGS_DIR_VARIABLE:
                problems.append(_unknown_variable(name))
            elif text == "":
                hint = "unset it, or write none where nothing is meant"
                problems.append(Problem(name, "", "empty_variable", "is set but empty", hint))
            elif setting is not None:
                self._put(values, setting, name, setting.parse(text))
            elif secret_file is not None and secret_file.variable in env:
                message = f"{secret_file.variable} and {name} are both set"
                problems.append(Problem(name, secret_file.key, "secret_twice", message, "keep one of the two"))
            elif secret_file is not None:
                secret = _secret_from_file(name, secret_file.key, Path(text), problems)
                if secret is not None:
                    self._put(values, secret_file, name, secret)
        return values

    def _put(self, values: dict[str, Any], setting: registry.Setting, name: str, value: object) -> None:
        node = values
        for part in setting.path[:-1]:
            node = node.setdefault(part, {})
        node[setting.path[-1]] = value
        self._names[setting.path] = name

    @staticmethod
    def _secret_of_file(name: str) -> registry.Setting | None:
        if not name.endswith(registry.FILE_SUFFIX):
            return None
        setting = registry.settings_by_variable().get(name.removesuffix(registry.FILE_SUFFIX))
        return setting if setting is not None and setting.secret else None

    def place(self, path: KeyPath) -> str:
        """Return the variable's name."""
        for length in range(len(path), 0, -1):
            if (name := self._names.get(path[:length])) is not None:
                return name
        return "environment"


def _unknown_variable(name: str) -> Problem:
    near = registry.nearest(name, registry.known_variables())
    hint = f"did you mean {near}?" if near else "unset it; `recon show` lists the settings there are"
    return Problem(name, "", "unknown_variable", "is no setting of recon", hint)


def _secret_from_file(name: str, key: str, file: Path, problems: list[Problem]) -> str | None:
    """Return a secret file's content without its one final newline; None when something is wrong with it."""
    try:
        mode = file.stat().st_mode
        if stat.S_IMODE(mode) & (stat.S_IRGRP | stat.S_IROTH):
            message = f"{file} can be read by its group or by others"
            problems.append(Problem(name, key, "secret_exposed", message, f"chmod 600 {file}"))
            return None
        secret = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8 text"
        # Not naming the file: a secret put here by mistake would be repeated.
        message = f"the file it names cannot be read: {reason.lower()}"
        problems.append(Problem(name, key, "secret_unreadable", message, "name a readable file of mode 600"))
        return None
    secret = secret.removesuffix("\r\n") if secret.endswith("\r\n") else secret.removesuffix("\n")
    if not secret:
        problems.append(Problem(name, key, "secret_empty", f"{file} is empty", "put the secret in it"))
        return None
    return secret


def _copied(value: Any) -> Any:
    """Return tables as copies: the caller's own must not change when a key is set in them."""
    return {key: _copied(child) for key, child in value.items()} if isinstance(value, Mapping) else value


class OverrideLayer(Layer):
    """What the command line or the caller sets, by dotted key."""

    def __init__(self, overrides: Mapping[str, object]) -> None:
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        # A whole table comes before the keys in it, whatever the caller's order.
        for key, value in sorted(overrides.items(), key=lambda item: item[0].count(".")):
            path = tuple(key.split("."))
            setting = registry.find(path)
            if setting is None or (len(path) > len(setting.path) and setting.kind is not dict):
                keys = frozenset(setting.key for setting in registry.settings_by_path().values())
                near = registry.nearest(key, keys)
                hint = f"did you mean {near}?" if near else "`recon show` lists the keys there are"
                problems.append(Problem(f"--set {key}", key, "unknown_key", "is no setting of recon", hint))
                continue
            node: Any = values
            for part in path[:-1]:
                node = node.setdefault(part, {}) if isinstance(node, dict) else node
            if not isinstance(node, dict):
                continue  # what stands above is no table, and the model says so
            parsed = setting.parse(value) if path == setting.path and isinstance(value, str) else value
            node[path[-1]] = _copied(parsed)
        super().__init__(values, problems)

    def place(self, path: KeyPath) -> str:  # noqa: ARG002 - an override's place is the command line
        """Return `--set`."""
        return "--set"
