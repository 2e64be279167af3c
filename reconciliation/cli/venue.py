"""`recon venue`: a local venue that speaks the Binance USD-M futures wire."""

import os
import signal
import threading
from pathlib import Path

import click


@click.command("venue")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 picks a free one.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Keep the ledger and the keys here.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to listen on.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True)
def command(port: int, data_dir: Path | None, host: str, *, until_stdin_closes: bool) -> None:
    """Run a venue on loopback until SIGTERM or Ctrl-C; its first line on stdout is JSON with its addresses."""
    from reconciliation.venue import run_venue

    if until_stdin_closes:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    raise SystemExit(run_venue(port=port, data_dir=data_dir, host=host))


def _stop_with_stdin() -> None:
    """End this process when whoever started it is gone, even by SIGKILL: its end of the pipe closes."""
    # Unbuffered: at the interpreter's end a thread may not hold the lock of a buffered stream.
    while os.read(0, 4_096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
