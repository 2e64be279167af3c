"""The layer that one TOML file is."""

import re
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from reconciliation.layers import known, renames
from reconciliation.layers.nesting import too_deep
from reconciliation.layers.problems import Excerpt, Problem
from reconciliation.layers.reading import NOTHING
from reconciliation.layers.setting import Setting
from reconciliation.layers.sources import KeyPath, Layer, display
from reconciliation.layers.toml_plain import plain_document

BYTE_ORDER_MARK: Final = "\ufeff"
_AT: Final = re.compile(r" ?\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_BARE: Final = re.compile(r"[A-Za-z_][\w.-]*")
_HUGE: Final = re.compile(r"[0-9_]{4000,}")
_STATEMENT: Final = re.compile(r"\s*(?P<statement>.*?)\s*(?:#[^'\"]*)?$")


class TomlLayer(Layer):
    """One TOML file.

    Args:
        file: its path.
        is_default: whether it is default.toml, the one file that may name a preset.
    """

    def __init__(self, file: Path, *, is_default: bool = False) -> None:
        self.file = file
        self.text = ""
        self._lines: dict[KeyPath, int] | None = None
        problems: list[Problem] = []
        values = self._read(problems)
        if "preset" in values and not is_default:
            path = ("preset",)
            message, hint = "a preset file cannot name a preset", "name it in default.toml or RECON_PRESET"
            problems.append(Problem(self._place(path), "preset", "preset_in_preset", message, hint, self.excerpt(path)))
            del values["preset"]
        self._settle(values, problems)
        super().__init__(values, problems)

    def _read(self, problems: list[Problem]) -> dict[str, Any]:
        try:
            self.text = self.file.read_bytes().decode("utf-8")
            if self.text.startswith(BYTE_ORDER_MARK):
                message, hint = "begins with a byte-order mark", "save the file as UTF-8 without one"
                problems.append(Problem(self._name, "", "byte_order_mark", message, hint))
                return {}
            plain = plain_document(self.text)
            if plain is not None:
                self._lines = plain.lines
                return plain.values
            import tomllib  # noqa: PLC0415 - a plain file needs none of it

            values = tomllib.loads(self.text)
            if not too_deep(values):
                return values
            problems.append(self._malformed(RecursionError()))
        except UnicodeDecodeError as error:
            message, hint = f"byte {error.start + 1} is not UTF-8", "save the file as UTF-8"
            problems.append(Problem(self._name, "", "not_utf8", message, hint))
        except (OSError, ValueError, RecursionError) as error:
            problems.append(self._malformed(error) if self.text else self._unreadable(error))
        return {}

    def _unreadable(self, error: Exception) -> Problem:
        """Say why the file could not be read; a NUL in its path is a ValueError."""
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        return Problem(self._name, "", "unreadable", f"cannot be read: {reason}", "make it a readable file")

    def _malformed(self, error: Exception) -> Problem:
        """Say where the parser stopped; the line itself may hold a secret, and is not repeated."""
        import tomllib  # noqa: PLC0415 - as above

        reason = (
            str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a value is too large or nested too deeply"
        )
        match, where = _AT.search(reason), self._name
        if match is not None:
            lines = [line.rstrip("\r") for line in self.text.removesuffix("\n").split("\n")]
            where += f":{match['line'] or len(lines)}:{match['column'] or len(lines[-1]) + 1}"
        elif (huge := _HUGE.search(self.text)) is not None:
            before = self.text[: huge.start()]
            where += f":{before.count('\n') + 1}:{len(before) - before.rfind('\n')}"
        return Problem(where, "", "malformed", f"is not TOML: {_AT.sub('', reason)}", self._cure(where))

    def _cure(self, where: str) -> str:
        """Return what to write where the parser stopped at a bare word, without repeating it."""
        line, _, column = where.removeprefix(self._name).removeprefix(":").partition(":")
        rest = self.text.split("\n")[int(line) - 1][int(column) - 1 :] if column else ""
        word = _BARE.match(rest)
        if word is None:
            return "correct it there"
        if word[0].lower() in {"true", "false"}:
            return "write true and false in lower case"
        if word[0].lower() in {"yes", "no", "on", "off"}:
            return "write true or false, or put a text in quotes"
        return 'write "none", in quotes' if word[0].lower() in {"none", "null", "nil"} else "put a text in quotes"

    def _settle(self, values: dict[str, Any], problems: list[Problem]) -> None:
        """Read `"none"` as nothing where a field may be nothing, and take secrets out."""
        for above, table in known.tables(values):
            whole = known.at(above)
            if whole is not None and whole.free:
                self._settle_free(above, table, problems)
                continue
            for key in tuple(table):
                path = (*above, key)
                renamed = renames.RENAMED.get(path)
                setting = known.at(renamed.path if renamed else path)
                if setting is None:
                    continue
                if setting.secret:
                    problems.append(self._secret(setting, path))
                    del table[key]
                    if renamed and not table:
                        del values[above[0]]
                elif setting.free and isinstance(table[key], dict):
                    self._settle_free(path, table[key], problems)
                elif setting.nullable and table[key] == NOTHING:
                    table[key] = None

    def _settle_free(self, above: KeyPath, table: dict[str, Any], problems: list[Problem]) -> None:
        """Take out of a table of the engine's, and of the tables in it, what is secret by its name."""
        for key in tuple(table):
            path = (*above, key)
            setting = known.at(path)
            if isinstance(table[key], dict):
                self._settle_free(path, table[key], problems)
            elif setting is not None and setting.secret:
                problems.append(self._secret(setting, path))
                del table[key]

    def _secret(self, setting: Setting, path: KeyPath) -> Problem:
        whole = known.settings_by_variable()[setting.variable]
        file = f" or {setting.variable}{known.FILE_SUFFIX}" if whole.may_hold_secrets else ""
        as_json = ", as JSON," if whole.may_hold_secrets and not whole.secret else ""
        message = f"{setting.key} is a secret, and secrets never stand in TOML"
        hint = f"set {setting.variable}{file}{as_json} instead"
        return Problem(self._place(path), setting.key, "secret_in_toml", message, hint)

    def _place(self, path: KeyPath) -> str:
        """Return `FILE:LINE`; the line of the nearest enclosing table where the key itself has none."""
        line = self._line(path)
        return f"{self._name}:{line}" if line else self._name

    @cached_property
    def _name(self) -> str:
        return display(self.file)

    def _line(self, path: KeyPath) -> int | None:
        if self._lines is None:
            from reconciliation.layers.toml_positions import key_lines  # noqa: PLC0415 - a plain file has its lines

            self._lines = key_lines(self.text)
        for length in range(len(path), 0, -1):
            if (line := self._lines.get(path[:length])) is not None:
                return line
        return None

    def excerpt(self, path: KeyPath) -> Excerpt | None:
        """Return the line a value stands on, with its statement marked; none where a secret may stand beside it."""
        line = self._line(path)
        lines = self.text.split("\n")
        if line is None or line > len(lines) or self._hides_secret(path, line):
            return None
        text = lines[line - 1].rstrip("\r")
        match = _STATEMENT.match(text)
        start, end = match.span("statement") if match else (0, len(text))
        return Excerpt(text, start, end - start)

    def _hides_secret(self, path: KeyPath, line: int) -> bool:
        """Whether an inline table puts a secret, or an unknown key that may be one, on the line of a key."""
        beside = (other for other, at in (self._lines or {}).items() if at == line and other != path[: len(other)])
        settings = (known.find(other) for other in beside)
        return any(setting is None or setting.secret for setting in settings)

    def remedy(self) -> str:
        """Return how a user takes a value out of a file."""
        return "remove the line"
