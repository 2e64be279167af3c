"""`recon fleet`: the nodes that run, and where they differ or clash."""

import json
import time
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click
from pydantic import SecretStr

from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.text import colored, table
from reconciliation.engine.holdings import amount_text
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.settings import Settings
from reconciliation.settings.urls import masked_url, valid_cache_url

if TYPE_CHECKING:
    from reconciliation.cli.fleet_view import Fleet
    from reconciliation.node.fleet_entry import Entry

DIFFERENT: Final = "*"
NAMED: Final = 10
"""How many nodes a line names."""


@click.command("fleet")
@click.option("--redis", "address", metavar="URL", help="Where the nodes publish; beats the settings' cache.url.")
@click.option(
    "--diff", "pair", nargs=2, metavar="A B", help="Compare the settings of two nodes: exit 1 when not the same."
)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of tables.")
@settings_options
def command(
    settings: Settings | SettingsError, *, address: str | None, pair: tuple[str, str] | None, as_json: bool
) -> None:
    """List the nodes that run: exit 1 when two of them trade one account.

    A node with a monitor publishes itself in its cache's Redis while it runs. A star marks those whose settings do
    other things than most; --diff says where two differ, each named by its id, the beginning of its id, or its trader
    id. What the nodes hold is added up by instrument; an account that two of them trade counts once.
    """
    from reconciliation.cli.failures import with_failures_shown
    from reconciliation.cli.fleet_view import fleet_at

    url = _url(settings, address)

    def body() -> int:
        fleet = fleet_at(url)
        for key, reason in fleet.unreadable.items():
            click.echo(printable(f"skipped {key}: {reason}"), err=True)
        return (
            _listed(fleet, masked_url(url), as_json=as_json)
            if pair is None
            else _compared(fleet, *pair, as_json=as_json)
        )

    raise SystemExit(with_failures_shown(body))


def _url(settings: Settings | SettingsError, address: str | None) -> str:
    if address is None:
        url = usable(settings).cache.url
        if url is None:
            raise click.UsageError("no Redis is named; set RECON_CACHE_URL, or give --redis redis://HOST:PORT")
        return url.get_secret_value()
    try:
        return valid_cache_url(SecretStr(address)).get_secret_value()
    except ValueError as error:
        raise click.BadParameter(f"it {error}", param_hint="--redis") from None


def _compared(fleet: "Fleet", a: str, b: str, *, as_json: bool) -> ExitCode:
    from reconciliation.cli.diff import compare, side_of

    left, right = fleet.named(a), fleet.named(b)
    sides = (side_of(node.values, node.origins) for node in (left, right))
    return compare(_name(left), next(sides), _name(right), next(sides), as_json=as_json)


def _listed(fleet: "Fleet", where: str, *, as_json: bool) -> ExitCode:
    if as_json:
        click.echo(json.dumps(fleet.data(), indent=2))
    else:
        for line in _lines(fleet, where):
            click.echo(line)
    return ExitCode.NOT_FINE if fleet.contested else ExitCode.FINE


def _lines(fleet: "Fleet", where: str) -> Iterator[str]:
    if not fleet.nodes:
        yield f"no node is published at {where}; one is while it runs with RECON_MONITOR_ENABLED=true"
        return
    yield f"{_counted(fleet.nodes)} at {where}\n"
    heads = ("", "node", "trader", "account", "state", "ready", "preset", "fingerprint", "recon", "engine", "up")
    now = time.time()
    rows = [_row(node, now, is_different=node.fingerprint != fleet.reference) for node in fleet.nodes]
    for line in table([(*heads, "monitor", "host", "why not ready"), *rows]):
        yield colored(line, bold=True) if line.startswith(DIFFERENT) else line
    yield ""
    yield from _notes(fleet)
    if fleet.held:
        yield ""
        yield from table([("account", "instrument", "net", "nodes"), *_held(fleet)])
        yield ""
        yield from table([("exposure", "net"), *((key, _net(net)) for key, net in fleet.exposure.items())])


def _row(node: "Entry", now: float, *, is_different: bool) -> tuple[str, ...]:
    from reconciliation.rules.figures import duration

    return (
        DIFFERENT if is_different else "",
        node.instance_id,
        node.trader_id,
        ",".join(node.accounts),
        node.state,
        "yes" if node.is_ready else "no",
        node.preset,
        node.fingerprint,
        node.version,
        node.engine_version,
        duration(max(round(now - node.begun), 0)),
        node.monitor_url,
        f"{node.host}:{node.pid}",
        node.reason,
    )


def _notes(fleet: "Fleet") -> Iterator[str]:
    """Yield what somebody should look at."""
    if fleet.differing:
        other = fleet.differing[0]
        usual = next(node for node in fleet.nodes if node.fingerprint == fleet.reference)
        yield printable(
            f"{DIFFERENT} {_counted(fleet.differing)} with another fingerprint than most ({usual.fingerprint});"
            f" where: recon fleet --diff {usual.instance_id} {other.instance_id}"
        )
    else:
        yield "all do the same: one fingerprint"
    for account, nodes in fleet.contested.items():
        yield colored(printable(f"account {account.name} is claimed by {_named(nodes)}"), fg="red", bold=True)
    for name, count in fleet.namesakes.items():
        yield printable(f"{count} API keys are in use for accounts of the name {name}: taken for {count} accounts")
    if doubtful := [node for node in fleet.nodes if not node.is_reconciled]:
        yield printable(f"not reconciled, and what they hold is doubtful: {_named(doubtful)}")


def _held(fleet: "Fleet") -> Iterator[tuple[str, ...]]:
    for (account, instrument_id), told in fleet.held.items():
        is_one_of_several = account.name in fleet.namesakes
        name = f"{account.name} (key {account.key[:6]})" if is_one_of_several else account.name
        net = fleet.nets[account, instrument_id]
        nodes = _first(told) if net is not None else _first(f"{node} {amount:f}" for node, amount in told.items())
        yield name, instrument_id, _net(net), nodes


def _net(net: Decimal | None) -> str:
    return "unclear" if net is None else amount_text(net)


def _named(nodes: Collection["Entry"]) -> str:
    return f"{_counted(nodes)}: {_first(_name(node) for node in nodes)}"


def _name(node: "Entry") -> str:
    return f"{node.instance_id} ({node.trader_id} at {node.host}:{node.pid})"


def _first(names: Iterable[str]) -> str:
    shown = list(names)
    more = f" and {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return f"{', '.join(shown[:NAMED])}{more}"


def _counted(nodes: Collection["Entry"]) -> str:
    return "1 node" if len(nodes) == 1 else f"{len(nodes)} nodes"
