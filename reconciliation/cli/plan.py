"""`recon plan`: what the settings mean, told before a node runs."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.text import colored, table, wrapped
from reconciliation.config import ReconciliationConfig
from reconciliation.layers.problems import SettingsError
from reconciliation.rules.budget import Budget
from reconciliation.rules.database import database_load
from reconciliation.rules.figures import counted, duration, number
from reconciliation.rules.fleet import Fleet, fleet
from reconciliation.rules.plan import ANSWERS, Kept, Plan, plan
from reconciliation.rules.startup import STATES, StartCost
from reconciliation.rules.subject import subject_of
from reconciliation.rules.timings import Span
from reconciliation.settings import Settings

_MINUTE_SECS: Final = 60.0
_LABEL: Final = 33
"""Width of the first column, the same in every block."""


@click.command("plan")
@click.option(
    "--symbols", type=click.IntRange(1), metavar="N", help="How many symbols are traded; else facts.symbols, else 1."
)
@click.option(
    "--resting",
    type=click.IntRange(0),
    metavar="N",
    default=0,
    help="How many orders rest longer than the open check looks back.",
)
@click.option(
    "--nodes", type=click.IntRange(1), metavar="N", help="Also say what so many nodes ask for, and how they start."
)
@click.option(
    "--orders",
    type=click.IntRange(0),
    metavar="N",
    help="Of how many orders, each of about one fill, the venue tells a start; else facts.history_orders, else 0.",
)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
@settings_options
def command(  # noqa: PLR0913 - an argument an option
    settings: Settings | SettingsError,
    *,
    symbols: int | None,
    resting: int,
    nodes: int | None,
    orders: int | None,
    as_json: bool,
) -> None:
    """Say what the settings mean: when checks run, what they conclude and repair, and what they cost.

    \b
      recon plan --preset aggressive --symbols 12 --resting 200
      recon plan --preset conservative --nodes 20

    It takes recon's own client for granted, or a stock one at another venue; the boot event means those really added.

    Times hold to within one tick of the check loop. At --json, null is never, without limit, or off:

    \b
      symbols, resting         what was asked for
      checks                   tick_secs, and the period of each check: inflight_, open_, position_secs
      first_checks             the first run of each, from the end of startup reconciliation
      called_dead              submitted, accepted: {no_such_order, refused, error:
                               {soonest_secs, latest_secs}}, by what the venue answers
      position_gives_up_secs   until the position check gives up on a difference
      outage_outlived_secs     how long the venue may be away
      repaired                 fill_secs, cancel_secs, ack_secs: the latest for what the stream lost
      cost                     venue, unit, estimate, source; idle_, worst_, limit_per_min in units;
                               idle_, worst_requests_per_min by call
      kept                     closed_orders, closed_positions, account_events: {least_, most_mins}
      startup                  connection_, reconciliation_, portfolio_, total_secs
      start                    at a venue, of so many orders: requests by call ({} where they were not counted),
                               weight, limit_per_min; cold, warm, closed (either, where positions were closed
                               again): reconciling_secs, running_secs, as measured on one machine
      shutdown_secs            a supervisor must allow more
      fleet                    with --nodes: what each asks for in a minute (running_, worst_per_min, first_min),
                               how many an address bears, bears_at_worst, addresses, starts_apart_secs; of the
                               cache's database: commands_ and bytes_per_sec of one at rest, order_commands,
                               order_bytes on top for each order that trades
    """  # noqa: D301 - click reads the backspace
    resolved = usable(settings)
    subject = subject_of(resolved)
    planned = plan(subject, symbols=symbols, resting=resting, orders=orders)
    load = database_load(resolved, accounts=len(subject.clients))
    together = None if nodes is None else fleet(planned, load, nodes=nodes)
    if as_json:
        click.echo(json.dumps(planned.data() | ({"fleet": together.data()} if together else {}), indent=2))
        return
    for line in lines(planned, resolved):
        click.echo(line)
    if together is not None:
        for line in _block(_fleet(together, planned.budget.unit)):
            click.echo(line)


def lines(planned: Plan, settings: Settings) -> Iterator[str]:
    """Yield the plan as text."""
    guards = counted(len(settings.node.guards), "guard")
    symbols = counted(planned.symbols, "symbol")
    yield from wrapped(f"preset {settings.preset}, {planned.budget.venue}, {symbols}, {guards}")
    yield from _block(_checks(planned, settings.reconciliation))
    yield from _block(_dead(planned))
    yield from _block(_repaired(planned))
    yield from _block(_cost(planned.budget))
    if planned.budget.estimate:
        yield from wrapped("  an estimate: this venue's limit or its adapter's calls are not certain")
    yield from _block(_start(planned.start))
    trip = f"at a round trip of {number(planned.start.round_trip_secs * 1_000)} ms"
    trips = trip if planned.start.requests else "without round trips"
    yield from wrapped(f"  seconds as measured on one machine, with every acceleration, {trips}")
    if not planned.start.requests:
        yield from wrapped("  what a start asks this venue's client for was not counted")
    yield from _block(_around(planned))


def _block(rows: list[Sequence[str]]) -> Iterator[str]:
    head, *rest = table((row[0].ljust(_LABEL), *row[1:]) for row in rows)
    yield ""
    yield colored(head, bold=True)
    yield from rest


def _checks(planned: Plan, r: ReconciliationConfig) -> list[Sequence[str]]:
    inflight_ms = r.inflight_check_interval_ms
    named = (
        ("in-flight orders", planned.periods.inflight_secs, inflight_ms and inflight_ms / 1_000),
        ("open orders", planned.periods.open_secs, r.open_check_interval_secs),
        ("positions", planned.periods.position_secs, r.position_check_interval_secs),
    )
    rows: list[Sequence[str]] = [("checks", "every", "first after", "")]
    for name, every, wanted in named:
        why = "" if every in {None, wanted} else f"{duration(wanted)} rounded up to whole ticks"
        rows.append((f"  {name}", _or(every, "off"), _or(planned.first_secs(every), ""), why))
    return rows


def _dead(planned: Plan) -> list[Sequence[str]]:
    return [
        ("called dead when the venue", "does not know it", "refuses connections", "answers 5xx"),
        ("  order submitted, not answered", *(_span(planned.submitted[answer]) for answer in ANSWERS)),
        ("  order accepted, not found", *(_span(planned.accepted[answer]) for answer in ANSWERS)),
        ("  outage outlived", _or(planned.outage_outlived, "any"), "", ""),
        ("  differing position given up", duration(planned.position_gives_up), "", ""),
    ]


def _repaired(planned: Plan) -> list[Sequence[str]]:
    return [
        ("lost by the stream, repaired", "within"),
        ("  fill", duration(planned.lost_fill)),
        ("  cancel", duration(planned.lost_cancel)),
        ("  acknowledgement", duration(planned.lost_ack)),
    ]


def _cost(cost: Budget) -> list[Sequence[str]]:
    requests = ("  requests", number(cost.idle_requests_per_min), number(cost.worst_requests_per_min), "")
    idle, worst, limit = cost.idle_weight_per_min, cost.worst_weight_per_min, cost.limit_per_min
    rows = [("cost a minute", "idle", "worst", "limit"), requests]
    if cost.unit == "weight":
        rows.append(("  weight", number(idle), number(worst), ""))
    if limit is None:
        return [*rows[:-1], (*rows[-1][:3], "unknown")]
    shares = ("  of the limit", f"{idle / limit:.0%}", f"{worst / limit:.0%}", "")
    return [*rows[:-1], (*rows[-1][:3], number(limit)), shares]


def _fleet(together: Fleet, unit: str) -> list[Sequence[str]]:
    def row(label: str, each: float | None) -> tuple[str, ...]:
        return (label, "unknown", "unknown") if each is None else (label, number(each), number(each * together.nodes))

    borne, limit, apart = together.bears, together.limit_per_min, together.starts_apart_secs
    starts = "unknown" if apart is None else f"{duration(apart)} apart" if apart else "all at once"
    is_counted = together.first_min is not None
    wanted = "none is enough" if borne == 0 else _known(together.addresses)
    while_running = "" if is_counted or borne is None else "while none starts"
    load = together.database
    return [
        ("several nodes", "one", str(together.nodes), "limit of an address"),
        (*row(f"  {unit} a minute", together.running_per_min), "unknown" if limit is None else number(limit)),
        (*row(f"  {unit} at the worst", together.worst_per_min), ""),
        (*row(f"  {unit} of a first minute", together.first_min), ""),
        ("  nodes that an address bears", _known(borne), while_running, ""),
        ("  at the worst", _known(together.bears_at_worst), while_running, ""),
        ("  addresses wanted", "", wanted if is_counted or not borne else f"{wanted} or more", ""),
        ("  starts on one address", "", starts, ""),
        (*row("  database commands a second", load.commands_per_sec), ""),
        (*row("  database kB a second", load.bytes_per_sec / 1_000), ""),
        ("  commands an order that trades", number(load.order_commands), "", ""),
        ("  kB an order that trades", number(load.order_bytes / 1_000), "", ""),
    ]


def _known(count: int | None) -> str:
    return "unknown" if count is None else str(count)


def _start(cost: StartCost) -> list[Sequence[str]]:
    requests = number(sum(cost.requests.values())) if cost.requests else "not counted"
    weight = "" if cost.weight is None else number(cost.weight)
    return [
        (f"a start, {counted(cost.orders, 'order')} told", "reconciles", "runs after", "requests", "weight"),
        *(
            (
                f"  {'either, positions closed again' if state == 'closed' else state}",
                duration(cost.reconciling_secs[state]),
                duration(cost.running_secs[state]),
                requests,
                weight,
            )
            for state in STATES
        ),
    ]


def _around(planned: Plan) -> list[Sequence[str]]:
    stages = ", ".join(f"{stage} {duration(secs)}" for stage, secs in planned.startup.items())
    return [
        ("around it", "at most"),
        ("  startup", f"{duration(sum(planned.startup.values()))}: {stages}"),
        ("  shutdown", duration(planned.shutdown)),
        ("  closed orders kept", _kept(planned.closed_orders)),
        ("  closed positions kept", _kept(planned.closed_positions)),
        ("  account events kept", _kept(planned.account_events)),
    ]


def _or(secs: float | None, nothing: str) -> str:
    return nothing if secs is None else duration(secs)


def _span(span: Span | None) -> str:
    if span is None:
        return "never"
    if span.latest_secs is None:
        return f"{duration(span.soonest_secs)}, or never"
    return _range(span.soonest_secs, span.latest_secs)


def _range(least_secs: float, most_secs: float) -> str:
    least, most = duration(least_secs), duration(most_secs)
    if least == most:
        return most
    unit = most.partition(" ")[2]
    return f"{least.removesuffix(f' {unit}')} to {most}"


def _kept(kept: Kept) -> str:
    if kept.least_mins is None or kept.most_mins is None:
        return "for ever"
    return _range(kept.least_mins * _MINUTE_SECS, kept.most_mins * _MINUTE_SECS)
