"""`make soak`: thirty days of a guarded node in virtual time, with fresh orders and a fault each hour. Linux only.

The engine's own timers purge, the checks run as they always do, and at the end of each day everything is held against
the venue's ledger. Exit 0 when all of it held, 1 when not.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from benchmarks.soak.findings import Findings, found
from benchmarks.soak.looks import Look, Looking
from benchmarks.soak.market import NS, Market
from reconciliation.config import ReconciliationConfig
from reconciliation.drill.runs.job import Chosen
from reconciliation.drill.schedule import Boot, Schedule, Until, Wait
from reconciliation.drill.virtual import VirtualRun
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.settings import Settings

DAY_SECS: Final = 86_400.0
STARTED_SECS: Final = 30.0
"""The node has started by then; a start takes a second."""
HEALED_SECS: Final = 590.0
"""Before each look everything works for so long."""
DAYS: Final = 30
ORDERS_A_DAY: Final = 24
"""One an hour. Each open check reads all orders of the last seven days again, and so does the venue here: ten times as
many take ten times as long."""
FAULT_SECS: Final = 3_600.0
"""From one fault to the next."""
PRESET: Final = "standard"


def settings_of(preset: str, env: dict[str, str] | None = None) -> Settings:
    """Return a preset as it is shipped.

    Args:
        preset: its name.
        env: variables above it.
    """
    return Chosen(preset=preset, settings_dir=shipped_settings(), env=env or {}).load()


def soaked(  # noqa: PLR0913 - what there is to choose
    settings: Settings,
    *,
    days: float,
    orders_a_day: int,
    look_secs: float = DAY_SECS,
    fault_secs: float = FAULT_SECS,
    promised: ReconciliationConfig | None = None,
    progress: Callable[[Look], None] = lambda _: None,
) -> Findings:
    """Have a node trade for so many days, and look at it again and again.

    Args:
        settings: of the node.
        days: of virtual time.
        orders_a_day: one at a time, evenly; none in the last ten minutes before a look.
        look_secs: from one look to the next.
        fault_secs: from one fault to the next.
        promised: what purges are held against; the settings' own when absent.
        progress: told of each look.

    Returns:
        What was found; up to the last look where somebody ends it by Ctrl-C.
    """
    operations = (Boot(), Until(event="Started"), Wait(secs=days * DAY_SECS + 1))
    schedule = Schedule(name="soak", seed=1, operations=operations)
    run = VirtualRun(settings, schedule)
    run.world.is_traced = False
    begun, begun_ns = time.monotonic(), run.now_ns
    looking = Looking(run, settings, schedule, promised)
    market = Market(run, DAY_SECS / orders_a_day, look_secs, fault_secs, looking.submitted)

    def later(secs: float, action: Callable[[], None]) -> None:
        run.world.at(begun_ns + int(secs * NS), action)

    later(STARTED_SECS, looking.listen)
    later(STARTED_SECS, market.open)
    for number in range(1, int(days * DAY_SECS / look_secs) + 1):
        later(number * look_secs - HEALED_SECS, market.heal)
        later(number * look_secs, lambda: progress(looking.look(market)))
    try:
        looking.breaches += map(str, run.play().anomalies)
    except KeyboardInterrupt:
        if not looking.looks:
            raise
    if run.heard.boots != 1:
        looking.breaches.append(f"the node started {run.heard.boots} times")
    return found(settings, looking, market, wall_secs=time.monotonic() - begun)


@click.command("soak")
@click.option("--days", type=float, default=DAYS, show_default=True, help="Of virtual time.")
@click.option("--orders", type=int, default=ORDERS_A_DAY, show_default=True, help="A day, one at a time.")
@click.option("--preset", default=PRESET, show_default=True, help="Whose settings the node has.")
@click.option("--look", type=float, default=24.0, show_default=True, help="Hours from one look to the next.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, days: float, orders: int, preset: str, look: float, json_file: Path | None) -> None:
    """Have a node trade for a month of virtual time: some fifteen minutes."""
    told = soaked(
        settings_of(preset),
        days=days,
        orders_a_day=orders,
        look_secs=look * 3_600,
        progress=lambda seen: click.echo(seen.line(), err=True),
    )
    for line in told.lines():
        click.echo(line)
    for breach in told.breaches:
        click.echo(f"BREACH {breach}")
    if json_file is not None:
        json_file.write_text(json.dumps(asdict(told), indent=1) + "\n", "utf-8")
    sys.exit(1 if told.breaches else 0)


if __name__ == "__main__":
    main()
