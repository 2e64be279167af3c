"""One run that is to be played: everything it needs, as it travels to the process that plays it."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct, field

from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.checks import Refused
from reconciliation.drill.schedule import Schedule, Settle, Silence, Until, Wait
from reconciliation.drill.stage import Played
from reconciliation.layers.resolve import load
from reconciliation.settings import Settings

OF_A_SEED: Final = "seed"
"""What a schedule is named that a seed derived."""
CarrierName = Literal["virtual", "wire"]
LEAST_PATIENCE_SECS: Final = 60.0
SLOWEST: Final = 5.0
"""How many times faster than the clock a run in virtual time is at least; one that is slower hangs."""
WIRE_PATIENCE_SECS: Final = 600.0
"""What starts and stops may take over the wire, beside all that the schedule waits for."""


class Recording(StrEnum):
    """Of which runs is kept what a person wants to see of them."""

    NONE = "none"
    WRONG = "wrong"
    """When an anomaly was there."""
    EVERY = "every"


class Chosen(Struct, frozen=True, kw_only=True):
    """Which settings: what `load()` needs, in whatever process.

    Attributes:
        preset: its name; None where the settings themselves name it.
        settings_dir: the folder that the user names.
        env_file: the file of variables that the user names.
        overrides: values by dotted key, above all of these.
        needs: what a scenario needs of them, by dotted key, above everything.
        env: the environment; None is that of the process.
    """

    preset: str | None = None
    settings_dir: Path | None = None
    env_file: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    needs: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, str] | None = None

    def load(self) -> Settings:
        """Resolve the settings of a run.

        Whose orders are whose is the run's to say: claims of the user's own are left out.

        Raises:
            SettingsError: they are unusable.
        """
        settings = load(self.preset, self.env, self.settings_dir, {**self.overrides, **self.needs}, self.env_file)
        if any(key.partition(".")[0] == "claims" for key in self.needs):
            return settings
        return settings.with_sections("drill", claims={})

    @property
    def fingerprint(self) -> str:
        """That of the settings as the user made them, which `recon show` tells too.

        Raises:
            SettingsError: they are unusable.
        """
        return load(self.preset, self.env, self.settings_dir, self.overrides, self.env_file).fingerprint


class Job(Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        chosen: with which settings.
        schedule: what is played.
        configure: MODULE:FUNCTION of the user, whose strategies live beside the drill's; empty where there is none.
        known: what the engine cannot do right here, and why.
        never: what these settings never repair, by their plan.
        text: what happens and what must hold, in one sentence; empty where a seed derived it.
        recording: whether it is recorded, which takes its time.
        carrier: in virtual time, or over processes and sockets.
    """

    chosen: Chosen
    schedule: Schedule
    configure: str = ""
    known: Mapping[Kind, str] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    text: str = ""
    recording: Recording = Recording.NONE
    carrier: CarrierName = "virtual"

    @property
    def is_of_a_seed(self) -> bool:
        """Whether a seed derived all of it."""
        return self.schedule.name == OF_A_SEED

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"{OF_A_SEED} {self.schedule.seed}" if self.is_of_a_seed else self.schedule.name

    @property
    def longest_secs(self) -> float:
        """How long it may last in its own time."""
        return sum(map(_secs_of, self.schedule.operations))

    @property
    def patience_secs(self) -> float:
        """How long it may take by the clock; one that takes longer hangs."""
        if self.carrier == "wire":
            return self.longest_secs + WIRE_PATIENCE_SECS
        return max(LEAST_PATIENCE_SECS, self.longest_secs / SLOWEST)

    def failed(self, reason: str) -> Played:
        """Return what came of it where the drill itself went wrong."""
        anomaly = Anomaly(Kind.DRILL_FAILED, "drill", " ".join(reason.split()))
        return Played(schedule=self.schedule, preset=self.chosen.preset or "", anomalies=(anomaly,))


def _secs_of(operation: object) -> float:
    match operation:
        case Wait() | Silence():
            return operation.secs
        case Until() | Settle() | Refused():
            return operation.within_secs
    return 0.0
