"""`recon`: the group of commands, each loaded only when it is called."""

import gc
import os
from importlib import import_module
from typing import Final

import click

COMMANDS: Final = {
    "check": "say whether the settings are usable: exit 0, or 2",
    "claims": "whose is an order that somebody else placed?",
    "demo": "watch a node reconcile, be killed, come back and recover",
    "diff": "where two configurations differ, and why",
    "doctor": "is everything around a node as it should be?",
    "drill": "break the venue on purpose and compare ledgers: a real node in virtual time",
    "env": "every RECON_* variable, its default and what it is for",
    "explain": "one setting, told whole",
    "fleet": "the nodes that run, and where they differ or clash",
    "init": "write settings of your own to start from",
    "plan": "what the settings mean: how soon, how often, at what cost",
    "presets": "what there is to choose from, side by side",
    "reconcile": "what would my node believe if it started now?",
    "rules": "what settings are judged by",
    "run": "boot a node, reconcile and watch",
    "schema": "the JSON Schema of the TOML files",
    "show": "every effective value and where it came from",
    "status": "how a running node is",
    "venue": "run a local venue that speaks the Binance USD-M and the Bybit v5 wire",
}
"""Each command is `reconciliation.cli.<name>:command`."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the base's signature
        """Return the commands by name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"reconciliation.cli.{cmd_name}").command
        gc.freeze()
        gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; of one that does not exist, say which was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from reconciliation.layers.suggest import nearest

            near = nearest(args[0], sorted(COMMANDS))
            if near is None:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near}'?", error.ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _terminal_width() -> int:
    """Return the width to wrap help at; click would load three compression modules to find it out."""
    try:
        return min(os.get_terminal_size().columns, 100)
    except OSError:
        return 80


def _tell_versions(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click's signature
    if not is_asked or ctx.resilient_parsing:
        return
    import platform

    from reconciliation.versions import engine_version, package_version

    click.echo(f"recon {package_version()}")
    click.echo(f"nautilus_trader {engine_version()}, with its Binance adapter")
    click.echo(f"Python {platform.python_version()}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _terminal_width()},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_versions,
    help="Show the versions of recon, the engine and Python, and exit.",
)
def main() -> None:
    """Reconciliation settings for a NautilusTrader live node: resolved, refused when harmful, booted, proven.

    Settings come from settings/default.toml, a preset file and RECON_* variables, in rising order.

    Exit codes: 0 fine; 1 not fine; 2 unusable settings or usage; 3 cache or venue not usable; 4 another node holds the
    trader id or account; 128 + n ended at once by a second signal n.
    """
