"""What a start takes by its orders: the constants of `recon plan`, from what `make bench` kept.

A start takes the same whatever its account, and then so much for each thousand orders: a line of least squares, one of
cold starts and one of warm ones, over all sizes of built-up positions. The two lines begin at about the same height,
and the constant is their mean. Of round trips a node holds hardly any order, so that what they take above that is the
telling. How much of the rest is reconciliation, and not the loading before it, `recon reconcile --apply` reports.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from statistics import linear_regression, mean, median
from typing import Any, Final

from benchmarks.limits import figures
from benchmarks.limits.measuring import RECON
from benchmarks.limits.starts import COLD, ROUND_TRIPS, WARM, Found
from figures.page import ROOT

FILE: Final = ROOT / "reconciliation" / "rules" / "startup.py"
THOUSAND: Final = 1_000
_RECONCILED: Final = re.compile(
    r"recon reconcile --apply, ([\d,]+) orders, (cold|warm): reconciliation, as it reports it"
)


def derived(startup: Mapping[str, Any], command: Mapping[str, Any]) -> dict[str, float]:
    """Return the constants by their names in `reconciliation/rules/startup.py`, seconds.

    Args:
        startup: what starts came to, as `figures/startup.json` holds it.
        command: what `recon reconcile --apply` came to, as `figures/command.json` holds it.
    """
    found = Found.read(startup["starts"])
    lines = {state: _line(found, state) for state in (COLD, WARM)}
    base = mean(height for height, _ in lines.values())
    told = mean(
        (median(each.secs) - base) / (each.orders / THOUSAND)
        for each in found.starts
        if (each.kind, each.history) == (RECON, ROUND_TRIPS) and each.secs
    )
    (known,) = (
        each.recon / int(name[1].replace(",", "")) * THOUSAND - told
        for each in figures.read(command["figures"])
        if (name := _RECONCILED.fullmatch(each.name)) and name[2] == WARM and each.recon is not None
    )
    constants = {
        "BASE_SECS": base,
        "TOLD_SECS": told,
        "BOOKED_SECS": lines[COLD][1] - told,
        "KNOWN_SECS": known,
        "LOADED_SECS": lines[WARM][1] - told - known,
    }
    return {name: round(max(secs, 0.0), 3) for name, secs in constants.items()}


def _line(found: Found, state: str) -> tuple[float, float]:
    """Return what any start takes, and how much more for each thousand orders; of the medians of each size."""
    curve = found.curve(RECON, state)
    line = linear_regression([orders / THOUSAND for orders, _ in curve], [median(starts.secs) for _, starts in curve])
    return line.intercept, line.slope


def written(text: str, constants: Mapping[str, float]) -> str:
    """Return the module's text with these constants.

    Raises:
        ValueError: it has no such constant.
    """
    for name, secs in constants.items():
        text, count = re.subn(rf"^({name}: Final = ).*$", rf"\g<1>{secs}", text, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{FILE.name} has no {name}")
    return text


def write(startup: Mapping[str, Any], command: Mapping[str, Any], file: Path = FILE) -> None:
    """Write the constants into the module."""
    file.write_text(written(file.read_text("utf-8"), derived(startup, command)), "utf-8")
