"""The layer that the `RECON_*` variables are."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reconciliation.layers import known, renames
from reconciliation.layers.problems import Problem
from reconciliation.layers.setting import PREFIX, Setting, variable_of
from reconciliation.layers.settings_folder import Naming
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
        self.settings_dir: Naming | None = None
        self._names: dict[KeyPath, str] = {}
        self._texts: dict[KeyPath, str] = {}
        problems: list[Problem] = []
        super().__init__(self._read(env, problems), problems)

    def _read(self, env: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        by_variable = known.settings_by_variable()
        for name in env:
            if name[:6] != PREFIX:
                if name[:6].upper() == PREFIX:
                    self._note_other_case(name, problems)
                continue
            setting = by_variable.get(name)
            if setting is not None and env[name]:
                self._put(values, setting.path, name, setting.parse(env[name]), env[name])
            else:
                self._read_other(name, env, values, problems)
        return values

    def _read_other(self, name: str, env: Mapping[str, str], values: dict[str, Any], problems: list[Problem]) -> None:
        """Read a variable that is no plain setting: empty, a secret's file, renamed, or unknown."""
        text = env[name]
        setting = known.settings_by_variable().get(name)
        secret = None if setting else _secret_of_file(name)
        old = None if setting or secret else _renamed(name)
        if setting is None and secret is None and old is None:
            if name != known.SETTINGS_DIR_VARIABLE:
                problems.append(self._unknown(name))
            elif not text:
                problems.append(self._empty(name, None))
            else:
                self.settings_dir = Naming(text, self._origin(name))
        elif not text:
            meant = setting or secret or (known.settings_by_path()[renames.RENAMED[old].path] if old else None)
            problems.append(self._empty(name, meant))
        elif old is not None:
            successor = known.settings_by_path()[renames.RENAMED[old].path]
            self._put(values, old, name, successor.parse(text), text)
        elif secret is not None and secret.variable in env:
            message = f"{secret.variable} and {name} are both set"
            problems.append(Problem(self._origin(name), secret.key, "secret_twice", message, "keep one of the two"))
        elif secret is not None:
            content = _secret_from_file(self._origin(name), secret.key, Path(text), problems)
            if content is not None:
                self._put(values, secret.path, name, content if secret.secret else secret.parse(content), "")

    def _put(self, values: dict[str, Any], path: KeyPath, name: str, value: object, text: str) -> None:
        node = values
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
        self._names[path] = name
        self._texts[path] = text

    def _place(self, path: KeyPath) -> str:
        """Return where the variable stands that sets a path or what it lies in."""
        names = (self._names.get(path[:length]) for length in range(len(path), 0, -1))
        return self._origin(next(name for name in names if name is not None))

    def _origin(self, name: str) -> str:
        """Return where a variable stands: in the environment its name says it all."""
        return name

    def written(self, path: KeyPath) -> Any:
        """Return the variable's text."""
        text = self._texts.get(self._moved.get(path, path))
        return self.get(path) if text is None else text

    def remedy(self) -> str:
        """Return how a user takes a value out of the environment."""
        return "unset it"

    def _empty(self, name: str, setting: Setting | None) -> Problem:
        is_nothing = setting is not None and setting.nullable and name == setting.variable
        hint = f"{self.remedy()}, or {'write none where nothing is meant' if is_nothing else 'write a value'}"
        return Problem(self._origin(name), setting.key if setting else "", "empty_variable", "is set but empty", hint)

    def _unknown(self, name: str) -> Problem:
        place, message = self._origin(name), "is no setting of recon"
        if _KUBERNETES.fullmatch(name):
            message += "; a Kubernetes Service whose name begins with recon puts it into every pod"
            return Problem(place, "", "kubernetes_variable", message, "set enableServiceLinks: false in the pod's spec")
        meant = known.by_engine_name(name.removeprefix(PREFIX))
        near = variable_of(tuple(meant.split("."))) if meant else nearest(name, known.variables())
        hint = f"did you mean {near}?" if near else f"{self.remedy()}; `recon env` lists the variables there are"
        return Problem(place, "", "unknown_variable", message, hint)

    def _note_other_case(self, name: str, problems: list[Problem]) -> None:
        """Report a known variable in other letters; anything else without the prefix is none of our business."""
        if name.upper() in known.variables():
            hint, place = f"did you mean {name.upper()}?", self._origin(name)
            problems.append(Problem(place, "", "unknown_variable", "is no setting of recon", hint))


def _secret_of_file(name: str) -> Setting | None:
    if not name.endswith(known.FILE_SUFFIX):
        return None
    setting = known.settings_by_variable().get(name.removesuffix(known.FILE_SUFFIX))
    return setting if setting is not None and setting.may_hold_secrets else None


def _renamed(name: str) -> KeyPath | None:
    return next((path for path in renames.RENAMED if variable_of(path) == name), None)


def _is_exposed(found: os.stat_result) -> bool:
    """Whether others than this process's user may read a file.

    What root owns and lets a group read was put there for whoever is in that group: so Kubernetes mounts a Secret
    (`fsGroup`), and so look the credentials of systemd, whose access list shows as the group's bits.
    """
    if stat.S_ISDIR(found.st_mode):
        return False
    is_handed_over = found.st_uid == 0 and os.geteuid() != 0
    return bool(stat.S_IMODE(found.st_mode) & (stat.S_IROTH if is_handed_over else stat.S_IRGRP | stat.S_IROTH))


def _secret_from_file(origin: str, key: str, file: Path, problems: list[Problem]) -> str | None:
    """Return a secret file's content without its one final newline; None when something is wrong with it."""
    try:
        if _is_exposed(file.stat()):
            message = f"{file} can be read by its group or by others"
            problems.append(Problem(origin, key, "secret_exposed", message, f"chmod 600 {file}"))
            return None
        secret = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8 text"
        # Not naming the file: a secret put here by mistake would be repeated.
        message = f"the file it names cannot be read: {reason.lower()}"
        problems.append(Problem(origin, key, "secret_unreadable", message, "name a readable file of mode 600"))
        return None
    secret = secret.removesuffix("\r\n") if secret.endswith("\r\n") else secret.removesuffix("\n")
    if not secret:
        problems.append(Problem(origin, key, "secret_empty", f"{file} is empty", "put the secret in it"))
        return None
    return secret
