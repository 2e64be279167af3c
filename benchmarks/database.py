"""What a node asks of the database behind its cache, by the counters of a real Valkey: at rest, and for an order.

The model that is held against it is that of `recon plan --nodes`. The server counts what a transaction and a script run
beside the transaction and the script. What a start and a stop ask for is the same however much is traded between them,
and so falls out of the difference of two nodes that trade little and more.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import click
from msgspec import Struct, convert, to_builtins

from benchmarks import results
from benchmarks.limits.measuring import PRESET, RECON, cache, surroundings, told_by
from benchmarks.limits.node import SUBMITS_A_SEC
from reconciliation.cache_client import connect
from reconciliation.layers.resolve import load
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.database import DatabaseLoad, database_load

REST_SECS: Final = 60
"""Twice as long as a lease lasts."""
ORDERS: Final = (10, 50)
"""Few and more; even, from flat to flat."""
WITHIN: Final = 0.10
"""How far the model may be off."""
WATCHED: Final = {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": "0"}
_ASKED_BY_THIS: Final = frozenset({"info", "hello", "client|setinfo", "client|setname"})

type Tell = Callable[[str], None]


class Sent(Struct, frozen=True):
    """What a server has counted: commands, and bytes that came in."""

    commands: float
    bytes: float

    def __sub__(self, other: "Sent") -> "Sent":
        return Sent(self.commands - other.commands, self.bytes - other.bytes)

    def __truediv__(self, number: float) -> "Sent":
        return Sent(self.commands / number, self.bytes / number)


class Measured(Struct, frozen=True):
    """What one node asked for, and what the model says of it.

    Attributes:
        at_rest: of a second, not watched.
        watched: of a second, at rest.
        order: of one that trades.
        model: not watched.
        watched_model: watched.
    """

    at_rest: Sent
    watched: Sent
    order: Sent
    model: DatabaseLoad
    watched_model: DatabaseLoad

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Measured":
        """Return it from plain data."""
        return convert(told, cls)

    def data(self) -> dict[str, Any]:
        """Return it as plain data, which `read` takes."""
        return cast("dict[str, Any]", to_builtins(self))

    def rows(self) -> Iterator[tuple[str, float, float]]:
        """Yield what there is with what the model says and what was measured."""
        for name, model, sent in (
            ("at rest", self.model, self.at_rest),
            ("at rest, watched", self.watched_model, self.watched),
        ):
            yield f"commands a second, {name}", model.commands_per_sec, sent.commands
            yield f"kB a second, {name}", model.bytes_per_sec / 1_000, sent.bytes / 1_000
        yield "commands an order that trades", self.model.order_commands, self.order.commands
        yield "kB an order that trades", self.model.order_bytes / 1_000, self.order.bytes / 1_000

    @property
    def holds(self) -> bool:
        """Whether the model is near all that was measured."""
        return all(abs(model / measured - 1) <= WITHIN for _, model, measured in self.rows())

    def lines(self) -> Iterator[str]:
        """Yield a table."""
        yield "| of one node | model | measured | off |"
        yield "|---|---|---|---|"
        for name, model, measured in self.rows():
            yield f"| {name} | {model:.1f} | {measured:.2f} | {round((model / measured - 1) * 100):+d}% |"


def measured(folder: Path, tell: Tell, *, rest_secs: int = REST_SECS, orders: tuple[int, int] = ORDERS) -> Measured:
    """Run nodes, one after another, each on an account of its own of one symbol.

    Args:
        folder: where they run.
        tell: told how far it is.
        rest_secs: for how long each rests; many renewals of a lease, or the figure is one of chance.
        orders: how many the one and the other trade.
    """
    few, more = orders
    at_rest, watched = (_rested(variables, folder, rest_secs, tell) for variables in ({}, WATCHED))
    traded = {number: _traded(folder, number, tell) for number in orders}
    longer_secs = (more - few) / SUBMITS_A_SEC
    of_rest = Sent(at_rest.commands * longer_secs, at_rest.bytes * longer_secs)
    order = (traded[more] - traded[few] - of_rest) / (more - few)
    return Measured(at_rest=at_rest, watched=watched, order=order, model=model({}), watched_model=model(WATCHED))


def model(variables: Mapping[str, str]) -> DatabaseLoad:
    """Return what the model says of such a node."""
    return database_load(load(PRESET, variables, shipped_settings()), accounts=1)


def _rested(variables: Mapping[str, str], folder: Path, secs: int, tell: Tell) -> Sent:
    """Return what a node asks for in a second that does nothing."""
    tell(f"a node rests for {secs} s")
    with _around(tell) as (env, server):
        lives = told_by(RECON, {**env, **variables}, folder, "rest", secs)
        begun, ended = [_counted(server) for _, told in lives if "rest" in told]
    return (ended - begun) / secs


def _traded(folder: Path, orders: int, tell: Tell) -> Sent:
    """Return what a node asks for that starts, trades so many orders and stops."""
    tell(f"a node trades {orders} orders")
    with _around(tell) as (env, server):
        for _ in told_by(RECON, env, folder, "trades", 1, orders):
            pass
        return _counted(server)


@contextmanager
def _around(tell: Tell) -> Iterator[tuple[dict[str, str], Any]]:
    """Run a venue and a Valkey that know of no node, and yield a node's environment and a client of the second."""
    with (
        surroundings(fills=0, open_orders=1, symbols=1, progress=tell) as env,
        cache() as url,
        connect(url["RECON_CACHE_URL"]) as server,
    ):
        yield env | url, server


def _counted(server: Any) -> Sent:
    by_name = cast("dict[str, dict[str, int]]", server.info("commandstats"))
    calls = Counter({name.removeprefix("cmdstat_"): counts["calls"] for name, counts in by_name.items()})
    commands = sum(count for name, count in calls.items() if name not in _ASKED_BY_THIS)
    return Sent(commands, server.info("stats")["total_net_input_bytes"])


@click.command("database")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, json_file: Path | None) -> None:
    """Hold what `recon plan --nodes` says of a cache's database against real nodes: three minutes."""
    with TemporaryDirectory() as folder:
        found = measured(Path(folder), lambda text: click.echo(text, err=True))
    for line in found.lines():
        click.echo(line)
    if json_file is not None:
        results.keep(json_file, {"database": found.data()}, [])


if __name__ == "__main__":
    main()
