"""`recon rules`: what settings are judged by."""

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from reconciliation.cli.text import table, wrapped
from reconciliation.engine.generation import generation
from reconciliation.layers.problems import printable
from reconciliation.layers.suggest import nearest
from reconciliation.rules.catalogue import RULES, named
from reconciliation.rules.finding import Rule
from reconciliation.settings.guards import GUARDS

STOCK_CLIENTS: Final = "W37"
"""The rule that hangs on what each stock client does."""


@click.command("rules")
@click.argument("rule_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def command(rule_id: str | None, *, as_json: bool) -> None:
    """List the rules that settings are judged by, or tell one whole.

    An error (E) refuses to boot, a warning (W) says so. node.accept lets named rules through.

    \b
      recon rules E04
    """  # noqa: D301 - click reads the backspace
    if rule_id is None:
        listed = [("id", "severity", "proof", "rule"), *((r.id, r.severity, r.proof, r.title) for r in RULES)]
        click.echo(json.dumps([r.data() for r in RULES], indent=2) if as_json else "\n".join(table(listed)))
        return
    rule = named(rule_id)
    if rule is None:
        near = nearest(rule_id, [r.id for r in RULES])
        hint = f"did you mean {near}?" if near else "`recon rules` lists them"
        raise click.UsageError(f"'{printable(rule_id)}' is no rule; {hint}")
    click.echo(json.dumps(as_data(rule), indent=2) if as_json else "\n".join(lines(rule)))


def as_data(rule: Rule) -> dict[str, Any]:
    """Return all there is to say of a rule as plain data."""
    return {**rule.data(), "why": rule.why, "cure": rule.cure, "held": rule.held or None}


def lines(rule: Rule) -> Iterator[str]:
    """Yield a rule told whole."""
    severities = {
        "error": "error: a node does not boot with it",
        "warning": "warning: a node boots with it and says so",
    }
    proofs = {
        "run": "run: its harm was shown on the real engine",
        "read": "read in the engine's source",
        "computed": "computed",
    }
    yield f"{rule.id}  {rule.title}"
    yield ""
    yield from table(
        [
            ("  severity", severities[rule.severity]),
            ("  otherwise", rule.why),
            ("  cure", rule.cure),
            ("  keys", ", ".join(rule.keys) or "any"),
            ("  proof", proofs[rule.proof]),
            ("  in a node of recon's", f"held by construction: {rule.held}" if rule.held else "a setting can break it"),
        ]
    )
    if rule.id == STOCK_CLIENTS:
        yield from _clients()


def _clients() -> Iterator[str]:
    """Yield what is known of stock clients; the engine loads here."""
    for name, facts in generation().stock_clients():
        stock, guarded = ("; ".join(facts.remaining(guards)) for guards in ((), GUARDS))
        yield f"\n  {name}"
        yield from wrapped(f"    a stock one: {stock}", 6)
        yield from wrapped(f"    in a node of recon's: {guarded or 'nothing that was found'}", 6)
