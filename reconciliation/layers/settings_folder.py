"""Which folder the TOML files come from, who named it, and what is wrong with it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from reconciliation.layers.known import SETTINGS_DIR_VARIABLE
from reconciliation.layers.problems import Problem, SettingsError

DEFAULT_FILE: Final = "default.toml"
SHIPPED: Final = "shipped"
"""What names the copy that comes with recon, unless a settings folder of that name is here."""
_OPTION: Final = "--settings-dir"
_HERE: Final = Path("settings")
_NAME_IT: Final = f"set {SETTINGS_DIR_VARIABLE} to the folder that is meant ({SHIPPED}: the copy that comes with recon)"


class Naming(Struct, frozen=True):
    """A folder that somebody named."""

    text: str
    origin: str
    """`--settings-dir`, `RECON_SETTINGS_DIR`, or the place in an environment file."""


class SettingsFolder(Struct, frozen=True):
    """The folder that is used, or would be if nothing were wrong with it."""

    path: Path
    problem: Problem | None = None
    is_stopgap: bool = False
    """Whether it is the shipped copy and nobody asked for it."""

    def warning(self) -> Problem | None:
        """Return what is to be said where the shipped copy stands in."""
        return self._stopgap("", "the copy that comes with recon is used, which has nothing of yours")

    def refusal(self, environment: str) -> Problem | None:
        """Return why the shipped copy may not stand in where an account of a real venue is traded."""
        unasked = "whose trader id is not yours, is not used unasked"
        reason = f"at a real venue (venue.environment = {environment}) the copy that comes with recon, {unasked}"
        return self._stopgap("venue.environment", reason)

    def _stopgap(self, key: str, reason: str) -> Problem | None:
        if not self.is_stopgap:
            return None
        hint = f"start from the folder that has one, or {_NAME_IT}"
        return Problem(str(_HERE), key, "shipped_settings", f"there is no such folder here; {reason}", hint)


def settings_folder(*namings: Naming | None) -> SettingsFolder:
    """Return the first folder that is named, else `./settings`, else the copy that comes with recon."""
    named = next((naming for naming in namings if naming is not None), None)
    return _here() if named is None else _named(named)


def by_argument(argument: Path | str | None) -> Naming | None:
    """Return the folder that a caller or the command line names."""
    return None if argument is None else Naming(str(argument), _OPTION)


def settings_directory(argument: Path | str | None, env: Mapping[str, str]) -> Path:
    """Return the path of the settings folder, for commands that read files only.

    Raises:
        SettingsError: there is none, or it has no default.toml.
    """
    text = env.get(SETTINGS_DIR_VARIABLE)
    folder = settings_folder(by_argument(argument), Naming(text, SETTINGS_DIR_VARIABLE) if text else None)
    if folder.problem is not None:
        raise SettingsError([folder.problem])
    return folder.path


def shipped_settings() -> Path:
    """Return the settings that come with the package: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped_settings"
    return installed if installed.is_dir() else package.parent / "settings"


def _named(naming: Naming) -> SettingsFolder:
    folder = Path(naming.text)
    wrong = _wrong(folder)
    if wrong and naming.text == SHIPPED:
        return SettingsFolder(shipped_settings())
    if not wrong:
        return SettingsFolder(folder.absolute())
    hint = f"name the folder that holds {DEFAULT_FILE}, or {SHIPPED} for the copy that comes with recon"
    return SettingsFolder(folder, Problem(naming.origin, "", "settings_folder", f"{naming.text} {wrong}", hint))


def _here() -> SettingsFolder:
    if not os.path.lexists(_HERE):
        return SettingsFolder(shipped_settings(), is_stopgap=True)
    wrong = _wrong(_HERE)
    if not wrong:
        return SettingsFolder(_HERE.absolute())
    cure = "write one with `recon init .`" if _HERE.is_dir() else "move it away"
    hint = f"{cure}, or {_NAME_IT}"
    return SettingsFolder(_HERE, Problem(str(_HERE), "", "settings_folder", wrong, hint))


def _wrong(folder: Path) -> str:
    """Say why a folder is none of settings; empty when it is one, whatever is wrong with its files."""
    if os.path.lexists(folder / DEFAULT_FILE):
        return ""
    if not os.path.lexists(folder):
        return "does not exist"
    is_folder = os.path.isdir(folder)  # noqa: PTH112 - Path's raises where a link leads to what may not be looked at
    return f"has no {DEFAULT_FILE}" if is_folder else "is not a folder"
