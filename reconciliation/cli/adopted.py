"""A hand-written configuration as a preset of one's own: what of it is taken, what is not, and how that reads."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import tomli_w
from msgspec import Struct

from reconciliation.engine.hand_written import HandWritten
from reconciliation.layers import known
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.reading import NOTHING
from reconciliation.layers.resolve import load
from reconciliation.layers.schema import SCHEMA_LINE
from reconciliation.layers.settings_folder import SHIPPED
from reconciliation.presets import ReconciliationPreset
from reconciliation.settings import Settings

_ABSENT: Final = object()


class Adopted(Struct, frozen=True):
    """What becomes of a configuration.

    Attributes:
        written: the configuration.
        nearest: the preset of recon's with the fewest other values.
        values: by key, in the order of the settings; usable, and where something was not taken, the preset's.
        others: what the preset says instead, by key, of the values that differ from it; `None` for claims too.
        untaken: by key, why a value of the configuration is not among them, or acts as another.
    """

    written: HandWritten
    nearest: str
    values: Mapping[str, Any]
    others: Mapping[str, Any]
    untaken: Mapping[str, str]

    def file(self) -> str:
        """Return the preset file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield SCHEMA_LINE
        yield f"# What {printable(self.written.source)}, a {self.written.what}, says. The nearest preset of recon's is"
        yield f"# {self.nearest}; where a value differs from it, the line's end tells what it has."
        if self.written.remains:
            yield "#"
            yield "# What no setting here holds:"
            yield from (f"#   {printable(line)}" for line in self.written.remains)
        table = ""
        for key, value in self.values.items():
            section, _, name = key.rpartition(".")
            if section != table:
                yield from ("", f"[{section}]")
                table = section
            setting = known.at(tuple(key.split(".")))
            if setting is not None:
                yield f"# {setting.field.description}"
            if key in self.untaken:
                yield f"# Not as it was: {printable(self.untaken[key])}"
            mark = f"  # {self.nearest}: {toml_text(self.others[key])}" if key in self.others else ""
            yield f"{name} = {toml_text(value)}{mark}"


def toml_text(value: Any) -> str:
    """Return a value as it stands in a file, on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    return tomli_w.dumps({"x": NOTHING if value is None else value}).removeprefix("x = ").rstrip()


def adopted(written: HandWritten) -> Adopted:
    """Return what becomes of a configuration: as near to it as settings may be, and what is not as it was."""
    presets = _presets()
    nearest = min(presets, key=lambda name: len(_differing(presets[name], written.values)))
    taken, refused = dict(written.values), {key: f"{key}: {why}" for key, why in written.refused.items()}
    acting = _plain(_usable(nearest, taken, refused))
    known_here = {key: taken.get(key, acting.get(key, _ABSENT)) for key in _in_order({**taken, **refused})}
    values = {key: value for key, value in known_here.items() if value is not _ABSENT}
    others = {key: presets[nearest].get(key) for key in _differing(presets[nearest], values)}
    untaken = _instead(written, values, refused) | {
        key: f"{key} = {toml_text(value)} acts as {toml_text(acting[key])}, because enabled = false masks it"
        for key, value in _differing(acting, taken).items()
    }
    return Adopted(written, nearest, values, others, untaken)


def _instead(written: HandWritten, values: Mapping[str, Any], refused: Mapping[str, str]) -> dict[str, str]:
    """Return why something was refused with what stands in its place; of two that clash, one may be as it was."""
    other = written.refused.keys() | _differing(values, written.values).keys()
    return {
        key: f"{why}; here it is {toml_text(values[key])}" if key in values else why
        for key, why in refused.items()
        if key in other
    }


@cache
def _presets() -> Mapping[str, Mapping[str, Any]]:
    """Return what each preset of recon's says, by key."""
    return {name: _plain(load(name, env={}, settings_dir=SHIPPED)) for name in ReconciliationPreset}


def _usable(preset: str, taken: dict[str, Any], refused: dict[str, str]) -> Settings:
    """Return the settings of a preset with what may be taken; what may not is moved, with the reason."""
    while True:
        try:
            return load(preset, env={}, settings_dir=SHIPPED, overrides=taken)
        except SettingsError as error:
            found = {
                key: problem.message
                for problem in error.problems
                for key in taken
                for at in problem.between or (problem.key,)
                if f"{key}.".startswith(f"{at}.")
            }
            if not found:
                raise
            refused |= found
            for key in found:
                del taken[key]


def _plain(settings: Settings) -> dict[str, Any]:
    """Return the settings as they act, by key, as JSON has them."""
    tree = settings.masked() | {"reconciliation": settings.reconciliation.effective.model_dump(mode="json")}
    tree["claims"] = {f"{name}.instrument_ids": claim["instrument_ids"] for name, claim in tree["claims"].items()}
    return {f"{section}.{name}": value for section, table in tree.items() for name, value in table.items()}


def _differing(plain: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that another configuration has not."""
    return {key: value for key, value in values.items() if plain.get(key, _ABSENT) != value}


def _in_order(keys: Mapping[str, Any]) -> list[str]:
    """Return keys in the order of the settings, so that each table is written once."""
    order = {setting.key: number for number, setting in enumerate(known.settings_by_path().values())}
    return sorted(keys, key=lambda key: order.get(key, len(order)))
