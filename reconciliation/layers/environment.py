"""The layer that the `RECON_*` variables are."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reconciliation.layers import registry, renames
from reconciliation.layers.problems import Problem
from reconciliation.layers.sources import KeyPath, Layer
from reconciliation.layers.suggest import nearest

_KUBERNETES: Final = re.compile(
    r"RECON_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?"
    r"|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)"
)
"""What a Kubernetes Service named `recon` or `recon-...` puts into every pod of its namespace."""


class EnvironmentLayer(Layer):
    """The `RECON_*` variables.

    Args:
        env: the whole environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._names: dict[KeyPath, str] = {}
        self._texts: dict[KeyPath, str] = {}
        problems: list[Problem] = []
        super().__init__(self._read(env, problems), problems)

    def _read(self, env: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        known = registry.settings_by_variable()
        for name in env:
            if name[:6] != registry.PREFIX:
                if name[:6].upper() == registry.PREFIX:
                    _note_other_case(name, problems)
                continue
            setting = known.get(name)
            if setting is not None and env[name]:
                self._put(values, setting.path, name, setting.parse(env[name]), env[name])
            else:
                self._read_other(name, env, values, problems)
        return values

    def _read_other(self, name: str, env: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
        """Read a variable that is no plain setting: empty, a secret's file, renamed, or unknown."""
        text = env[name]
        setting = registry.settings_by_variable().get(name)
        secret = None if setting else _secret_of_file(name)
        old = None if setting or secret else _renamed(name)
        if setting is None and secret is None and old is None:
            if name != registry.SETTINGS_DIR_VARIABLE:
                problems.append(_unknown_variable(name))
            elif not text:
                problems.append(_empty(name, ""))
        elif not text:
            known = setting or secret
            problems.append(_empty(name, known.key if known else ""))
        elif old is not None:
            successor = registry.settings_by_path()[renames.RENAMED[old].path]
            self._put(values, old, name, successor.parse(text), text)
        elif secret is not None and secret.variable in env:
            message = f"{secret.variable} and {name} are both set"
            problems.append(Problem(name, secret.key, "secret_twice", message, "keep one of the two"))
        elif secret is not None:
            content = _secret_from_file(name, secret.key, Path(text), problems)
            if content is not None:
                self._put(values, secret.path, name, content, "")

    def _put(self, values: dict[str, Any], path: KeyPath, name: str, value: object, text: str) -> None:
        node = values
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
        self._names[path] = name
        self._texts[path] = text

    def _place(self, path: KeyPath) -> str:
        """Return the variable's name."""
        for length in range(len(path), 0, -1):
            if (name := self._names.get(path[:length])) is not None:
                return name
        return "environment"

    def written(self, path: KeyPath) -> Any:
        """Return the variable's text."""
        text = self._texts.get(self._moved.get(path, path))
        return self.get(path) if text is None else text

    def remedy(self) -> str:
        """Return how a user takes a value out of the environment."""
        return "unset it"


def _empty(name: str, key: str) -> Problem:
    hint = "unset it, or write none where nothing is meant"
    return Problem(name, key, "empty_variable", "is set but empty", hint)


def _unknown_variable(name: str) -> Problem:
    if _KUBERNETES.fullmatch(name):
        message = "is no setting of recon; a Kubernetes Service whose name begins with recon puts it into every pod"
        return Problem(name, "", "kubernetes_variable", message, "set enableServiceLinks: false in the pod's spec")
    near = nearest(name, registry.known_variables())
    hint = f"did you mean {near}?" if near else "unset it; `recon env` lists the variables there are"
    return Problem(name, "", "unknown_variable", "is no setting of recon", hint)


def _note_other_case(name: str, problems: list[Problem]) -> None:
    """Report a known variable in other letters; anything else without the prefix is none of our business."""
    if name.upper() in registry.known_variables():
        hint = f"did you mean {name.upper()}?"
        problems.append(Problem(name, "", "unknown_variable", "is no setting of recon", hint))


def _secret_of_file(name: str) -> registry.Setting | None:
    if not name.endswith(registry.FILE_SUFFIX):
        return None
    setting = registry.settings_by_variable().get(name.removesuffix(registry.FILE_SUFFIX))
    return setting if setting is not None and setting.secret else None


def _renamed(name: str) -> KeyPath | None:
    return next((path for path in renames.RENAMED if registry.variable_of(path) == name), None)


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
