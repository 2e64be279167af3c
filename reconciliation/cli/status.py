"""`recon status`: how a running node is, once or as a table that goes on."""

import json
import os
import sys
import time
from typing import Any, Final

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.errors import ExitCode, ReconError
from reconciliation.layers.problems import SettingsError
from reconciliation.settings import Settings

EVERY_SECS: Final = 1.0
"""A node counts once a second."""
_HOME_AND_CLEAR: Final = "\x1b[H\x1b[J"


@click.command("status")
@click.argument("url", metavar="[URL]", required=False)
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C, once a second.")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table; with --watch a line each time.")
@settings_options
def command(settings: Settings | SettingsError, *, url: str | None, watch: bool, as_json: bool) -> None:
    """Ask a running node how it is: exit 0 when it is ready, 1 when it is not or does not answer.

    URL is where it serves, http://127.0.0.1:9464; without it the settings' monitor says where. The user and the
    password that it wants are the settings' monitor.user and monitor.password.
    """
    from reconciliation.cli.status_view import Place, lines

    place = Place.of(usable(settings).monitor, url)

    def asked() -> dict[str, Any]:
        try:
            return place.ask()
        except ReconError as error:
            return {"is_ready": False, "error": str(error)}

    def text(status: dict[str, Any]) -> str:
        return json.dumps(status, indent=None if watch else 2) if as_json else "\n".join(lines(status))

    if not watch:
        status = asked()
        click.echo(text(status), err="error" in status and not as_json)
        raise SystemExit(ExitCode.FINE if status["is_ready"] else ExitCode.NOT_FINE)
    is_redrawn = not as_json and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    try:
        while True:
            click.echo(f"{_HOME_AND_CLEAR if is_redrawn else ''}{text(asked())}")
            sys.stdout.flush()
            time.sleep(EVERY_SECS)
    except KeyboardInterrupt:
        raise SystemExit(ExitCode.FINE) from None
