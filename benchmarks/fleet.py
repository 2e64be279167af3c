"""What a fleet asks a venue for, simulated: twenty nodes behind one address, each with an account of its own.

Each node lives in a world of its own in virtual time, one after another; what they ask is summed by the minute of the
venue's clock, as the venue counts an address. What a boot asks before there is a node is not played there, and added.
The model that is held against it is that of `recon plan --nodes`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

import click

from reconciliation.drill.runs.job import Chosen
from reconciliation.drill.schedule import Boot, Schedule, Seed, Until, Wait
from reconciliation.drill.virtual import START_NS, VirtualRun
from reconciliation.engine.simulation import Entry
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.database import DatabaseLoad, database_load
from reconciliation.rules.fleet import Fleet, fleet
from reconciliation.rules.limits import LIMITS
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of
from reconciliation.venue.binance.weights import weight_of

NODES: Final = 20
MINUTES: Final = 8
NS: Final = 1_000_000_000
WITHIN: Final = 0.10
"""How far the model may be off. It takes a check to need no time, and counts parts of checks in a first minute."""
TRADED: Final = "BTCUSDT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What some nodes asked for, and what the model says.

    Attributes:
        preset: whose settings they had.
        nodes: how many.
        predicted: by the model.
        together: weight in each minute, all started at once.
        apart: weight in each minute, started a minute apart.
        address: weight in each minute of as many as the model says that an address bears, started at once.
    """

    preset: str
    nodes: int
    predicted: Fleet
    together: tuple[int, ...]
    apart: tuple[int, ...]
    address: tuple[int, ...]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Return it from plain data."""
        series = {name: tuple(told[name]) for name in ("together", "apart", "address")}
        predicted = {**told["predicted"], "database": DatabaseLoad(**told["predicted"]["database"])}
        return cls(**{**told, **series, "predicted": Fleet(**predicted)})

    def data(self) -> dict[str, Any]:
        """Return it as plain data, which `read` takes."""
        return asdict(self) | {"predicted": self.predicted.data()}

    @property
    def running(self) -> float:
        """The mean weight of a minute in which all run."""
        later = self.together[1:]
        return sum(later) / len(later)

    @property
    def off(self) -> float:
        """By what part the model is above that."""
        return self.predicted.running_per_min * self.nodes / self.running - 1

    @property
    def first_off(self) -> float:
        """By what part the model is above the minute in which all start."""
        return (self.predicted.first_min or 0) * self.nodes / self.together[0] - 1

    @property
    def holds(self) -> bool:
        """Whether the model is near what was asked for, and an address bears what it says."""
        near = all(abs(off) <= WITHIN for off in (self.off, self.first_off))
        return near and max(self.address) <= (self.predicted.limit_per_min or 0)

    def cells(self) -> Iterator[str]:
        """Yield it as cells of a table."""
        predicted, limit = self.predicted, self.predicted.limit_per_min or 0
        yield self.preset
        yield f"{predicted.running_per_min * self.nodes:,.0f}"
        yield f"{self.running:,.0f} ({max(self.together[1:]):,} at the most)"
        yield f"{self.off:+.0%}"
        yield f"{(predicted.first_min or 0) * self.nodes:,.0f}"
        yield f"{self.together[0]:,}"
        yield f"{self.first_off:+.0%}"
        yield f"{max(self.apart):,}"
        yield f"{predicted.bears}: {max(self.address):,} of {limit:,.0f}"
        yield str(predicted.addresses)


HEAD: Final = (
    "preset",
    "weight a minute, model",
    "simulated",
    "off",
    "first minute, all at once, model",
    "simulated",
    "off",
    "the most in any minute, a minute apart",
    "nodes that an address bears, and the most they asked for in a minute",
    "addresses that they need",
)


def table(found: list[Simulated]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---|" + "---|" * (len(HEAD) - 1)
    for each in found:
        yield f"| {' | '.join(each.cells())} |"


def asked_by(preset: str, seed: int, minutes: int) -> list[tuple[float, int]]:
    """Let one node live, and return when it asked for something, seconds from its start, and what that weighs."""
    settings = Chosen(preset=preset, settings_dir=shipped_settings(), env={}).load()
    history = Seed(symbol=TRADED, fills=20, open_orders=1, net=Decimal("0.010"))
    operations = (history, Boot(), Until(event="Started"), Wait(secs=minutes * 60))
    run = VirtualRun(settings, Schedule(name="fleet", seed=seed, operations=operations))
    run.world.is_traced = False
    preflight = LIMITS["BINANCE"].calls.at_start["preflight"]
    asked = [(0.0, sum(weight_of(call.name, "") * made for call, made in preflight.items()))]

    def hear(entry: Entry) -> None:
        if entry.kind == "request":
            call, _, query = entry.text.partition("?")
            asked.append(((entry.ns - START_NS) / NS, weight_of(call, query)))

    run.world.hear(hear)
    run.play()
    return asked


def simulated(preset: str, nodes: int, minutes: int, progress: Callable[[str], None]) -> Simulated:
    """Let so many nodes live, and sum what they asked for."""
    settings = Chosen(preset=preset, settings_dir=shipped_settings(), env={}).load()
    planned = plan(subject_of(settings), symbols=1)
    predicted = fleet(planned, database_load(settings, accounts=1), nodes=nodes)
    together: Counter[int] = Counter()
    apart: Counter[int] = Counter()
    address: Counter[int] = Counter()
    for number in range(nodes):
        for secs, weight in asked_by(preset, number + 1, minutes + nodes - number):
            minute = int(secs // 60)
            apart[minute + number] += weight
            if minute < minutes:
                together[minute] += weight
                address[minute] += weight if number < (predicted.bears or 0) else 0
        progress(f"{preset}: node {number + 1} of {nodes}")
    return Simulated(
        preset=preset,
        nodes=nodes,
        predicted=predicted,
        together=tuple(together[minute] for minute in range(minutes)),
        apart=tuple(apart[minute] for minute in range(nodes + minutes)),
        address=tuple(address[minute] for minute in range(minutes)),
    )


@click.command("fleet")
@click.option("--nodes", type=click.IntRange(1), default=NODES, show_default=True, help="Behind one address.")
@click.option("--minutes", type=click.IntRange(2), default=MINUTES, show_default=True, help="In which all run.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, nodes: int, minutes: int, json_file: Path | None) -> None:
    """Hold the model of `recon plan --nodes` against simulated nodes: two minutes."""
    presets = ("conservative", "standard")
    found = [simulated(preset, nodes, minutes, lambda text: click.echo(text, err=True)) for preset in presets]
    for line in table(found):
        click.echo(line)
    if json_file is not None:
        json_file.write_text(json.dumps([each.data() for each in found], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
