"""Many runs with the shipped presets, stock or guarded, several at once."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Final

import click

from reconciliation.drill.runs.job import Chosen, Job
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.stage import Played
from reconciliation.layers.settings_folder import shipped_settings

PRESETS: Final = ("conservative", "standard", "aggressive")
STOCK: Final = {
    "node.guards": (),
    "node.gate": "report",
    "node.on_stuck": "report",
    "node.accept": ("E03", "E04", "E05", "E21"),
}
"""The stock engine and client, which deny nothing and do not end by themselves, and the rules that they break."""
TOLD_EVERY_SECS: Final = 5.0


def chosen(preset: str, *, guarded: bool) -> Chosen:
    """Return a shipped preset, with every guard or with none, whatever the environment says."""
    return Chosen(preset=preset, settings_dir=shipped_settings(), env={}, overrides={} if guarded else STOCK)


def played(jobs: Iterable[Job], *, at_once: int | None = None) -> Sequence[Played]:
    """Play jobs and return what came of each, in their order; stderr is told how far it is.

    Args:
        jobs: the runs.
        at_once: how many processes play; a core each when absent.
    """
    asked = tuple(jobs)
    found: dict[int, Played] = {}
    begun = told = time.monotonic()
    with Pool(min(at_once or os.cpu_count() or 1, len(asked))) as pool:
        for finished in pool.play(asked):
            found[id(finished.job)] = finished.played
            if (now := time.monotonic()) - told > TOLD_EVERY_SECS or len(found) == len(asked):
                told = now
                click.echo(f"{len(found)} of {len(asked)} runs after {now - begun:.0f} s", file=sys.stderr)
    return [found[id(each)] for each in asked]
