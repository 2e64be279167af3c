"""A failure as a file: what was played, with which settings, and what came of it; `recon drill --replay` plays it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.outcome import Run
from reconciliation.drill.runs.job import CarrierName, Chosen, Job
from reconciliation.drill.schedule import Schedule
from reconciliation.errors import UnusableError
from reconciliation.layers import known
from reconciliation.layers.problems import SettingsError
from reconciliation.layers.resolve import available_presets, load
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.settings import Settings
from reconciliation.versions import package_version

FORMAT: Final = 1
_SECTIONS: Final = ("reconciliation", "node", "facts", "cache")
"""What a run depends on; venue, addresses and claims are its own."""
_ELSEWHERE: Final = {"cache.url", "cache.data_dir"}
_HOW: Final = "give a file that `recon drill` saved"
_WORDS: Final = re.compile(r"[^a-z0-9]+")


class UnreadableFailureError(UnusableError):
    """A file is no failure that was saved."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(reason, _HOW, str(file))


class SavedAnomaly(BaseModel):
    """One thing that was wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    key: str
    text: str


class Saved(BaseModel):
    """A failure.

    Attributes:
        recon_drill: the form of the file.
        version: of the package that wrote it.
        preset: the shipped preset that the settings start from.
        settings: what differs from it, by dotted key.
        configure: MODULE:FUNCTION of the user; empty where there was none.
        known: the anomalies that were known limits, and why.
        anomalies: all that was wrong.
        digest: of everything that happened; empty over the wire.
        carrier: on which it was played.
        schedule: what was played.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    recon_drill: Literal[1] = FORMAT
    version: str
    preset: str
    settings: dict[str, Any] = Field(default_factory=dict)
    configure: str = ""
    known: dict[Kind, str] = Field(default_factory=dict)
    anomalies: Annotated[tuple[SavedAnomaly, ...], Field(min_length=1)]
    digest: str
    carrier: CarrierName = "virtual"
    schedule: Schedule

    @classmethod
    def of(cls, run: Run) -> Self:
        """Return what there is to save of a run."""
        preset, differing = _differing(run.job.chosen.load())
        return cls(
            version=package_version(),
            preset=preset,
            settings=differing,
            configure=run.job.configure,
            known=dict(run.job.known),
            anomalies=tuple(
                SavedAnomaly(kind=anomaly.kind, key=anomaly.key, text=anomaly.text) for anomaly in run.played.anomalies
            ),
            digest=run.played.digest,
            carrier=run.job.carrier,
            schedule=run.job.schedule,
        )

    def job(self) -> Job:
        """Return what is to be played, whatever the environment and the settings folder here are."""
        chosen = Chosen(preset=self.preset, settings_dir=shipped_settings(), overrides=self.settings, env={})
        return Job(
            chosen=chosen,
            schedule=self.schedule,
            configure=self.configure,
            known=self.known,
            carrier=self.carrier,
        )

    def text(self) -> str:
        """Return it as the file's text, an operation a line."""
        data = self.model_dump(mode="json", exclude={"schedule"})
        schedule = self.schedule.model_dump(mode="json", exclude={"operations"})
        operations = ",\n".join(
            f"   {json.dumps({'do': each.do, **each.model_dump(mode='json', exclude_defaults=True)})}"
            for each in self.schedule.operations
        )
        head = "".join(f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in data.items())
        told = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in schedule.items())
        return f'{{\n{head} "schedule": {{\n{told}  "operations": [\n{operations}\n  ]\n }}\n}}\n'

    def write(self, file: Path) -> None:
        """Write it to a file, in a folder that is made when it is not there.

        Raises:
            UnusableError: it cannot be written.
        """
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text(), "utf-8")
        except OSError as error:
            reason = f"cannot be written: {(error.strerror or str(error)).lower()}"
            raise UnusableError(reason, "name another folder with --failures", str(file)) from None


def read(file: Path) -> Saved:
    """Return a failure that was saved.

    Raises:
        UnreadableFailureError: the file cannot be read, or is none.
    """
    try:
        data = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UnreadableFailureError(file, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError):
        raise UnreadableFailureError(file, "is no JSON") from None
    if not isinstance(data, dict) or data.get("recon_drill") != FORMAT:
        raise UnreadableFailureError(file, "is no failure of a drill")
    try:
        saved = Saved.model_validate(data)
        saved.job().chosen.load()
    except SettingsError as error:
        raise UnreadableFailureError(file, f"its settings cannot be used: {error.problems[0]}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UnreadableFailureError(file, f"{place}: {first['msg']}") from None
    return saved


def file_name(run: Run) -> str:
    """Return what a run's failure is called: `standard-seed-17.json`."""
    title = run.job.title if run.job.is_of_a_seed else f"{run.job.title} seed {run.job.schedule.seed}"
    return f"{_WORDS.sub('-', f'{run.preset} {title}'.lower()).strip('-')}.json"


def _differing(settings: Settings) -> tuple[str, Mapping[str, Any]]:
    """Return the shipped preset of a settings' name, else the standard one, and all that differs from it."""
    preset = settings.preset if settings.preset in available_presets(shipped_settings()) else "standard"
    base = dict(_values(load(preset, env={}, settings_dir=shipped_settings())))
    return preset, {key: value for key, value in _values(settings) if value != base[key]}


def _values(settings: Settings) -> Iterator[tuple[str, Any]]:
    told = settings.masked()
    for setting in known.settings_by_path().values():
        if setting.path[0] in _SECTIONS and not setting.secret and setting.key not in _ELSEWHERE:
            section, name = setting.path
            yield setting.key, told[section][name]
