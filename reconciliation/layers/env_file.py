"""The layer that a file of `RECON_*` variables is: what the process environment does not say."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciliation.layers.environment import EnvironmentLayer
from reconciliation.layers.problems import Problem
from reconciliation.layers.setting import PREFIX
from reconciliation.layers.sources import display
from reconciliation.layers.toml_file import BYTE_ORDER_MARK

if TYPE_CHECKING:
    from dotenv.parser import Binding

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class EnvFileLayer(EnvironmentLayer):
    """A file of NAME=VALUE lines, as shells and `docker --env-file` have them; nothing in it is expanded.

    Args:
        file: its path.
    """

    def __init__(self, file: Path) -> None:
        self._file = display(file)
        self._lines: dict[str, int] = {}
        problems: list[Problem] = []
        super().__init__(self._variables(file, problems))
        self.problems[:0] = problems

    def _variables(self, file: Path, problems: list[Problem]) -> dict[str, str]:
        from dotenv.parser import parse_stream  # noqa: PLC0415 - most nodes have no such file

        found: dict[str, str] = {}
        for binding in parse_stream(io.StringIO(self._text(file, problems))):
            line, name = _line_of(binding), binding.key
            if binding.error:
                # Not repeating the line: it may hold a secret.
                message, hint = "is not NAME=VALUE", "write one variable a line, and close every quote"
                problems.append(Problem(f"{self._file}:{line}", "", "malformed", message, hint))
            elif name is not None and name.upper().startswith(PREFIX):
                if name in found:
                    message = f"stands in line {self._lines[name]} already"
                    place = f"{self._file}:{line} {name}"
                    problems.append(Problem(place, "", "variable_twice", message, "keep one of the two"))
                    continue
                self._lines[name] = line
                found[name] = binding.value or ""
        return found

    def _text(self, file: Path, problems: list[Problem]) -> str:
        """Return the file's text; nothing, and why, where it has none."""
        try:
            text = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            message, hint = f"byte {error.start + 1} is not UTF-8", "save the file as UTF-8"
            problems.append(Problem(self._file, "", "not_utf8", message, hint))
            return ""
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            hint = "name a readable file of NAME=VALUE lines, or leave it out"
            problems.append(Problem(self._file, "", "unreadable", f"cannot be read: {reason}", hint))
            return ""
        if text.startswith(BYTE_ORDER_MARK):
            message, hint = "begins with a byte-order mark", "save the file as UTF-8 without one"
            problems.append(Problem(self._file, "", "byte_order_mark", message, hint))
            return ""
        return text

    def _origin(self, name: str) -> str:
        """Return `FILE:LINE NAME`."""
        return f"{self._file}:{self._lines[name]} {name}"

    def remedy(self) -> str:
        """Return how a user takes a value out of the file."""
        return "remove the line"


def _line_of(binding: "Binding") -> int:
    """Return the line a binding stands on; the parser counts the blank lines above it in."""
    text = binding.original.string
    above = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(_LINE_END.findall(above))
