"""`recon venue`: a local venue that speaks the Binance USD-M futures wire, and Bybit's."""

import json
import os
import shlex
import signal
import threading
from pathlib import Path

import click


@click.command("venue")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", default=0, help="Port to listen on; 0 picks a free one."
)
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Keep the ledger and the keys here.")
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Loopback address to listen on."
)
@click.option(
    "--market-seed", type=int, metavar="N", default=1, show_default=True, help="What the quotes are drawn from."
)
@click.option(
    "--symbols",
    type=click.IntRange(20, 1_000),
    metavar="N",
    default=20,
    show_default=True,
    help="How many contracts it lists; those above twenty are made up.",
)
@click.option("--env", "as_env", is_flag=True, help="Print lines that a shell can source, in place of JSON.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True)
def command(  # noqa: PLR0913 - options
    port: int,
    data_dir: Path | None,
    host: str,
    market_seed: int,
    symbols: int,
    *,
    as_env: bool,
    until_stdin_closes: bool,
) -> None:
    """Run a venue on loopback until SIGTERM or Ctrl-C; its addresses are the first on stdout.

    It speaks the Binance USD-M futures wire and Bybit's v5 one (linear), over one account. Market data are quotes that
    wander around a price that stands still; Bybit's clients are told none. Its control API seeds history, places and
    fills orders by hand, fails calls, and shows its ledger.

    \b
      for another shell     recon venue --env > venue.env &
      in that shell         . ./venue.env; recon run my_node:configure
    """  # noqa: D301 - click reads the backspace
    from reconciliation.venue import run_venue
    from reconciliation.venue.symbols import list_more

    if until_stdin_closes:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    list_more(symbols)
    shown = _sourced if as_env else json.dumps
    raise SystemExit(run_venue(port, data_dir, host, market_seed=market_seed, shown=shown))


def _sourced(ready: dict[str, str]) -> str:
    """Return the lines that point a shell's nodes at a venue, and the shell's user at its control API."""
    from reconciliation.embedded.venue import variables

    named = variables(ready) | {"VENUE_CONTROL_URL": ready["control_url"]}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in named.items())


def _stop_with_stdin() -> None:
    """End this process when whoever started it is gone, even by SIGKILL: its end of the pipe closes."""
    # Unbuffered: at the interpreter's end a thread may not hold the lock of a buffered stream.
    while os.read(0, 4_096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
