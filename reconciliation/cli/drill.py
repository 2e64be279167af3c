"""`recon drill`: break the venue on purpose, let it heal, and hold the node's books against the venue's ledger."""

from pathlib import Path
from typing import Any

import click

from reconciliation.cli.failures import until_stopped
from reconciliation.cli.options import env_file_option, preset_option, set_option, settings_dir_option
from reconciliation.errors import ExitCode
from reconciliation.node.signals import StopRequest


@click.command("drill")
@click.argument("names", metavar="[SCENARIO]...", nargs=-1)
@click.option(
    "--list",
    "lists",
    is_flag=True,
    help="Name every scenario with what happens in it and which alerts it raises, and play none.",
)
@click.option("--matrix", is_flag=True, help="With the presets conservative, standard and aggressive.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Derive a run from a seed, in place of scenarios.")
@click.option("--runs", type=click.IntRange(1), metavar="K", default=1, help="Play with the seeds N to N+K-1.")
@click.option(
    "--minutes",
    type=click.FloatRange(0, 10_000, min_open=True),
    metavar="M",
    help="How long a derived run trades under faults.  [default: 10]",
)
@click.option("--kills", is_flag=True, help="Also kill the node about every minute of a derived run.")
@click.option("--replay", type=click.Path(path_type=Path), metavar="FILE", help="Play a failure that was saved again.")
@click.option("--wire", is_flag=True, help="Over real processes, sockets and a real Valkey, in real time.")
@click.option(
    "--venue",
    type=click.Choice(["binance", "bybit"]),
    default="binance",
    show_default=True,
    help="Where; at bybit over the wire alone, because what its client sends cannot be caught in virtual time.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 1_000),
    metavar="N",
    help="Runs at a time.  [default: one a core; 16 over the wire]",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write data; - is stdout.")
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write JUnit XML.")
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write a page with timelines."
)
@click.option(
    "--failures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("drill-failures"),
    show_default=True,
    help="Where failures are saved; made only when there is one.",
)
@click.option(
    "--scenarios", "modules", multiple=True, metavar="MODULE", help="Scenarios of your own: what its SCENARIOS holds."
)
@click.option(
    "--configure", metavar="MODULE:FUNCTION", help="Your function that `recon run` takes; what it adds lives beside."
)
@preset_option
@settings_dir_option
@env_file_option
@set_option
def command(**given: Any) -> None:
    """Drill your settings: a real node in virtual time, a venue that fails, and an oracle that compares ledgers.

    Engine, adapter, guards and rules are those of your node. Venue, cache and claims are the drill's own, and nothing
    is asked of the network. Hours of market take seconds, and a seed replays exactly. Exit 0 only when nothing was
    wrong but known limits.

    \b
      every scenario, your settings         recon drill
      one story in all its variations       recon drill "lost fill"
      a thousand derived runs               recon drill --seed 1 --runs 1000
      every scenario, three presets         recon drill --matrix
      every scenario, by the clock          recon drill --wire
      those that are played at Bybit        recon drill --wire --venue bybit
      what there is                         recon drill --list

    SCENARIO is a name, or the name without its bracket for all variations. Where scenarios are played, the seeds are
    what delays are drawn from. Node and venue must agree within the time that `recon plan` predicts. A failed seed is
    cut down to what is needed, printed as a timeline, and saved for --replay.

    At --json, seconds unless the name says otherwise:

    \b
      version, fine, stopped_by     of recon; whether exit is 0; the signal that ended it early, or null
      wanted, workers               runs asked for, processes
      wall_, virtual_secs           by the clock, in the runs' own time; times_real_time
      summary                       a scenario, or all seeds, under one preset: preset, scenario, verdict (pass, known
                                    limit, fail), runs, failed, agreed_p50_, p95_, max_secs, anomalies: {kind: runs},
                                    known: {kind: reason}
      runs                          preset, scenario (null: a seed's), seed, verdict, anomalies: [{kind, key, text,
                                    known}], agreed_secs, never_repaired, boots, refused, orders, fills, virtual_,
                                    wall_secs, digest
    """  # noqa: D301 - click reads the backspace

    def body(stop: StopRequest) -> int:
        from reconciliation.cli import drilling  # loads what plays

        return drilling.run(drilling.Asked(**given), stop)

    raise SystemExit(until_stopped(body, code=ExitCode.NOT_FINE))
