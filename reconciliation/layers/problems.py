"""What is wrong with settings, as data and as text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where it stands, what is wrong, and what to do."""

    origin: str
    """`settings/standard.toml:12`, `RECON_OPEN_CHECK_INTERVAL_SECS`, `--set`."""
    key: str
    """The dotted key concerned, or an empty string."""
    code: str
    """A short stable word: `unknown_variable`, `unknown_key`, `out_of_range`, ..."""
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.message}; {self.hint}" if self.hint else f"{self.origin}: {self.message}"


class SettingsError(Exception):
    """The settings are unusable; `.problems` holds every reason at once, sorted by origin."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
