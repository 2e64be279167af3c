"""Programs that tests use and no Python package brings: on the PATH, or where `make parts` has put them."""

import os
import sys
from pathlib import Path

import pytest

from monitoring.servers import FOLDER, program
from reconciliation.embedded.failures import ProcessFailedError


def prometheus() -> str:
    """Return the command of the server."""
    return _part("prometheus")


def promtool() -> str:
    """Return the command of what checks rules and metrics and plays rules."""
    return _part("promtool")


def alertmanager() -> str:
    """Return the command of the server; Debian's has a name of its own."""
    return _part("alertmanager", "prometheus-alertmanager")


def redis_server() -> str:
    """Return the command of Debian's Redis; where it was unpacked it needs `redis_libraries`."""
    return _part("redis-server")


def kubectl() -> str:
    """Return the command that makes what a cluster is sent; no cluster is asked."""
    return _part("kubectl")


def kubernetes_validate() -> str:
    """Return the command that judges it."""
    return str(Path(sys.executable).with_name("kubernetes-validate"))


def systemd_analyze() -> str:
    """Return the command that judges a unit; only where systemd is installed."""
    return _part("systemd-analyze")


def redis_libraries() -> dict[str, str]:
    """Return the environment in which an unpacked server finds what it loads."""
    return {"LD_LIBRARY_PATH": str(FOLDER.parent / "lib")}


def _part(*names: str) -> str:
    """Return the first that is there; without one the test is left out, told how to get it, and fails in CI."""
    try:
        return program(*names)
    except ProcessFailedError as error:
        missing = str(error)
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(missing)
    pytest.skip(missing)
