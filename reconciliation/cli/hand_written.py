"""A hand-written engine configuration: the facts it is judged by, and the verdict."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import click
from msgspec import Struct
from msgspec.structs import asdict, replace
from pydantic import ValidationError

from reconciliation.cli.options import overrides_of
from reconciliation.cli.places.fields import FieldPlaces
from reconciliation.engine.generation import generation
from reconciliation.layers import known
from reconciliation.layers.environment import EnvironmentLayer
from reconciliation.layers.origins import LayerOrigins
from reconciliation.layers.overrides import OverrideLayer
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.refusals import problems_of
from reconciliation.layers.setting import variable_of
from reconciliation.layers.sources import merged
from reconciliation.rules.check import check
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import FACTS, NothingToJudge
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from reconciliation.engine.hand_written import HandWritten

WHOLE: Final = "TradingNodeConfig"
"""What a configuration is called that is a whole node's."""
_OURS: Final = {"preset": "--preset", "settings_dir": "--settings-dir", "env_file": "--env-file"}


class Facts(Struct, frozen=True):
    """What a configuration of the engine's cannot hold and rules judge it by.

    Attributes:
        settings: that hold them; the rest is not read.
        origins: where each comes from, by dotted key.
    """

    settings: Settings
    origins: Mapping[str, str]


class Judged(Struct, frozen=True):
    """A verdict on one configuration; plain data.

    Attributes:
        source: where the configuration stands, as its user knows it.
        what: its class.
        at: its venues.
        spared: why there was nothing to judge; empty where there was.
        findings: what is wrong with it.
        places: of each finding, where the fields concerned are set, or where what leaves them at their defaults is
            constructed, `FILE:LINE:COLUMN`; none where it is not known.
    """

    source: str
    what: str
    at: str
    spared: str
    findings: tuple[Finding, ...]
    places: tuple[tuple[str, ...], ...]

    def data(self) -> dict[str, Any]:
        """Return it as it can be read again."""
        return asdict(self) | {"findings": tuple(map(asdict, self.findings))}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return what was written."""
        findings = tuple(
            Finding(**each | {key: tuple(each[key]) for key in ("keys", "origins", "assumed")})
            for each in data["findings"]
        )
        return cls(**{**data, "findings": findings, "places": tuple(map(tuple, data["places"]))})


def given_facts(option: str) -> Facts | SettingsError:
    """Return the facts of the command that runs; see `facts_of`.

    Args:
        option: that asks for them; no other that names settings goes with it.

    Raises:
        click.UsageError: an assignment is no fact, or an option does not go with this one.
    """
    given: dict[str, Any] = click.get_current_context().params
    for name, other in _OURS.items():
        if given.get(name) is not None:
            raise click.UsageError(f"{other} does not go with {option}, which reads no settings of recon's")
    for key in overrides_of(given["assignments"]):
        if key not in FACTS:
            raise click.UsageError(
                f"--set {printable(key)} is no fact that {option} takes; there are: {', '.join(FACTS)}"
            )
    return facts_of(given["assignments"])


def facts_of(assignments: tuple[str, ...]) -> Facts | SettingsError:
    """Return the facts that assignments and the environment give over the models' defaults."""
    overrides = overrides_of(assignments)
    variables = {variable_of(tuple(key.split("."))) for key in FACTS}
    # Other settings of recon's do not matter here; a name that is none of them is a slip.
    ours = set(known.variables()) - variables
    env = {name: value for name, value in os.environ.items() if name not in ours}
    layers = (OverrideLayer(overrides), EnvironmentLayer(env))
    problems = [problem for layer in layers for problem in layer.problems]
    try:
        settings = Settings(**merged(layers))
    except ValidationError as error:
        return SettingsError([*problems, *problems_of(error, layers)])
    if problems:
        return SettingsError(problems)
    return Facts(settings, LayerOrigins(settings, layers))


def judged(config: object, by: Facts, source: str, places_of: Callable[[str], FieldPlaces]) -> Judged:
    """Judge a configuration, or what was kept of a node.

    Args:
        config: the configuration, or the node.
        by: the facts that it is judged by.
        source: where it stands, as its user knows it.
        places_of: gives the places of its fields, by its class.

    Raises:
        NotAConfigError: it is neither.
    """
    subject = generation().subject_of_engine(config, by.settings, by.origins, source)
    if isinstance(subject, NothingToJudge):
        return Judged(source, WHOLE, "", subject.reason, (), ())
    venues = ", ".join(dict.fromkeys(client.venue for client in subject.clients))
    assumed = " (assumed; --set venue.name=BYBIT says otherwise)" if subject.assumed_venue else ""
    what = WHOLE if subject.whole_node else "LiveExecEngineConfig"
    found, fields = check(subject), places_of(what)
    places = tuple(fields.of(_own_keys(finding, source)) for finding in found)
    findings = tuple(_placed(finding, source, fields) for finding in found)
    return Judged(source, what, f"{venues}{assumed}", "", findings, places)


def _own_keys(finding: Finding, source: str) -> list[str]:
    """Return the fields of a finding that the configuration itself holds; the others are facts."""
    return [key for key, origin in zip(finding.keys, finding.origins, strict=True) if origin == source]


def _placed(finding: Finding, source: str, fields: FieldPlaces) -> Finding:
    """Return a finding whose fields have their own places for origins."""
    own = set(_own_keys(finding, source))
    origins = (
        fields.of_one(key) or origin if key in own else origin
        for key, origin in zip(finding.keys, finding.origins, strict=True)
    )
    return replace(finding, origins=tuple(origins))


def each_configuration(found: object, source: str) -> Iterator[tuple[object, str]]:
    """Yield what was found, each with where it stands: many a function returns a configuration beside other things."""
    if isinstance(found, dict):
        yield from ((value, f"{source}[{key!r}]") for key, value in found.items())
    elif isinstance(found, tuple | list):
        yield from ((value, source if len(found) == 1 else f"{source}[{place}]") for place, value in enumerate(found))
    else:
        yield found, source


def whole_or_all[T: Judged | HandWritten](seen: Sequence[T]) -> Sequence[T]:
    """Return those that are a node's whole, if any: what stands in one is not looked at once more by itself."""
    return [each for each in seen if each.what == WHOLE] or seen
