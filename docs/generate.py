"""Writes what follows from the code; `--check` compares.

That is .env.example, the schema, the pages of settings, metrics and rules, the diagrams, the rule files of Prometheus
and Grafana, and Grafana's dashboard. Run it after a setting, a rule, a metric or an alert was added or changed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from diagrams import diagrams

from monitoring.files import files
from reconciliation.cli import rules
from reconciliation.cli.env import default_text, example_lines
from reconciliation.cli.text import value_text
from reconciliation.engine.generation import fields, generation
from reconciliation.layers import known
from reconciliation.layers.resolve import load
from reconciliation.layers.schema import SCHEMA_FILE, toml_schema
from reconciliation.layers.setting import Setting, range_text, type_text
from reconciliation.monitor.durations import BOUNDS_SECS
from reconciliation.monitor.families import FAMILIES, PREFIX, Family
from reconciliation.monitor.metrics import NODE_LABELS
from reconciliation.node.observation import Observation
from reconciliation.presets import ReconciliationPreset
from reconciliation.rules.catalogue import RULES
from reconciliation.rules.client import StockFacts
from reconciliation.rules.finding import Rule
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of
from reconciliation.settings.guards import GUARDS

ROOT = Path(__file__).resolve().parents[1]

HEAD = """# Which settings are there?

This page is generated from the models. `none` stands for nothing, in TOML and in the environment alike. A secret may
stand in a file that the variable `<NAME>_FILE` names, and never in TOML. The units stand in the names: `_secs`, `_ms`,
`_mins`; timeouts are in seconds.
"""

RULES_HEAD = """# What are settings judged by?

This page is generated from the rules. The engine accepts settings that reject live orders, invent flat positions or
leave a lost fill unrepaired for ever; each rule names one such way. `recon check` and every boot judge by all of them.

- Where an **error** (E) is found, a node does not boot: exit code 2. A **warning** (W) is told, and fails
  `recon check --strict`.
- `RECON_NODE_ACCEPT=E06` lets a node boot although it breaks that rule. The rule is told all the same.
- Some rules need a fact that no setting of the engine holds, such as `facts.symbols`. Without it they are silent.
- *Held by construction*: a node which recon builds cannot break the rule. It matters for a hand-written configuration,
  which `recon check --engine MODULE:OBJECT` [judges](check-your-existing-config.md).
- With `enabled = false` nothing is reconciled, and the rules about repair do not apply.
- The proof is **run** where a test shows the harm on the real engine, **read** where the harm was found in the engine's
  source, and **computed** where it follows from a computation.
"""

ADAPTERS_HEAD = """# What does my venue's client do when its venue fails?

This page is generated from what is declared of NautilusTrader's stock clients. Nearly all of them answer a query that
failed with nothing, so that orders and positions seem to be gone. Many call an order REJECTED whose submit failed,
though the venue may have taken it. Some cannot ask for one order by itself, so that an order without an answer can only
be rejected.

In a node that recon builds, two [guards](../guides/guards.md) work in every one of them. With `query_errors` each query
raises that failed, and each that a time limit cut short; one order is looked up in the list where it cannot be asked
for. With `unknown_outcomes` an order stays in flight whose submit failed without a refusal, until the in-flight check
has asked for it. A test shows it by the adapters' own classes, with objects in them that fail; those of Betfair,
Interactive Brokers and Polymarket are tried where their extras are installed (`make test-extras`), their submits were
read. What remains is told by [W37](../guides/rules.md#w37). Binance USD-M futures has guards of its own for all of it.
"""
ADAPTERS_COLUMNS = (
    "client",
    "a failed query is answered with nothing for",
    "one order",
    "a failed submit",
    "what remains with the guards",
)

METRICS_HEAD = """# Which metrics are there?

This page is generated from the table of metrics. A node serves them at `/metrics`, as
[the guide on monitoring](../guides/monitoring.md) tells.

- Every metric bears {node_labels} beside its own labels. No order and no trade is ever a label.
- A count that has not begun is zero. A metric of a check that is off, or of a database that is not there, is left out.
- Times are timestamps, in seconds since the epoch: an age is `time() - METRIC`. A timestamp of 0 means that it has not
  happened yet, so ask for `METRIC > 0` first.
- A counter begins at 0 with each start of a node.
- A histogram has `_bucket`, `_sum` and `_count`; its buckets end at {bounds} s.
- `process_cpu_seconds_total`, `process_resident_memory_bytes` and the like come from the Python client library, and
  bear neither of these labels.
"""
FREE_LABELS = {"fingerprint", "preset", "version", "engine_version"}
"""Labels whose values are not a list that could be told."""


def main() -> int:
    """Write or compare every generated file; return how it went."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, text in generated().items():
        file = ROOT / name
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    for name in stale:
        print(f"{name} is out of date; run: make generate" if check else f"written {name}", file=sys.stderr)
    return 1 if check and stale else 0


def generated() -> dict[str, str]:
    """Return every generated file's text by its path in the repository."""
    return {
        ".env.example": "\n".join(example_lines()) + "\n",
        f"settings/{SCHEMA_FILE}": json.dumps(toml_schema(), indent=2) + "\n",
        "docs/reference/settings.md": "\n".join(_reference()) + "\n",
        "docs/reference/metrics.md": "\n".join(_metrics()) + "\n",
        "docs/reference/adapters.md": "\n".join(_adapters()) + "\n",
        "docs/guides/rules.md": "\n".join(_rules()) + "\n",
        **diagrams(),
        **files(),
    }


def _reference() -> Iterator[str]:
    yield HEAD
    presets = {name: load(preset=name, env={}, settings_dir=ROOT / "settings") for name in ReconciliationPreset}
    section = ""
    for setting in known.settings_by_path().values():
        if setting.path[0] != section:
            section = setting.path[0]
            yield f"## {section}\n"
        yield from _entry(setting, {name: _value(settings.masked(), setting) for name, settings in presets.items()})
        for inner in setting.in_entry("NAME").values():
            yield from _entry(inner, {})


def _entry(setting: Setting, values: dict[ReconciliationPreset, str]) -> Iterator[str]:
    yield f"### `{setting.key}`\n"
    yield f"{setting.field.description}\n"
    rows = {
        "variable": f"`{setting.variable}`",
        "type": type_text(setting).replace("|", "\\|"),
        "unit": setting.unit,
        "range": range_text(setting),
        "default": "" if setting.field.is_required() else f"`{default_text(setting)}`",
        "engine field": f"`{field}`" if (field := fields().by_key(setting.key)) else "none: recon acts on it",
    }
    if setting.path[0] == "reconciliation":
        rows |= {name: f"`{value}`" for name, value in values.items()}
    yield "| | |\n|---|---|"
    for name, text in rows.items():
        if text:
            yield f"| {name} | {text} |"
    yield ""


def _value(values: dict[str, dict[str, object]], setting: Setting) -> str:
    return value_text(values[setting.path[0]][setting.path[1]]) if len(setting.path) > 1 else ""


def _adapters() -> Iterator[str]:
    yield ADAPTERS_HEAD
    yield f"| {' | '.join(ADAPTERS_COLUMNS)} |"
    yield f"|{'---|' * len(ADAPTERS_COLUMNS)}"
    for name, facts in generation().stock_clients():
        cells = (
            name,
            ", ".join(facts.empties) or "none",
            _one_order(facts),
            "is called REJECTED" if facts.rejects_unknown else "is left open",
            "; ".join(facts.remaining(GUARDS)) or "nothing that was found",
        )
        yield f"| {' | '.join(cells)} |"


def _one_order(facts: StockFacts) -> str:
    if facts.cancels_unanswered:
        return "is CANCELED when the query fails"
    return "is asked for" if facts.asks_single else "is never asked for"


def _metrics() -> Iterator[str]:
    """Yield the page; values of labels are those of a node with the standard preset and a database."""
    yield METRICS_HEAD.format(
        node_labels=" and ".join(f"`{label}`" for label in NODE_LABELS),
        bounds=", ".join(f"{bound:g}" for bound in BOUNDS_SECS),
    )
    env = {"RECON_CACHE_URL": "redis://127.0.0.1:6379"}
    settings = load(preset="standard", env=env, settings_dir=ROOT / "settings")
    node = Observation(settings, plan(subject_of(settings)), ("BINANCE-USDT_FUTURES-master",), now=lambda: 1.0)
    yield "| metric | kind | labels of its own | meaning |\n|---|---|---|---|"
    for family in FAMILIES:
        name = PREFIX + family.name + ("_total" if family.kind == "counter" else "")
        yield f"| `{name}` | {family.kind} | {'; '.join(_labels(family, node))} | {family.text} |"


def _labels(family: Family, node: Observation) -> Iterator[str]:
    found = [*family.read(node.status.picture, node.identity)]
    for place, label in enumerate(family.labels):
        values = dict.fromkeys(labels[place] for labels in found)
        yield f"`{label}`" if label in FREE_LABELS else f"`{label}`: {', '.join(values)}"


def _rules() -> Iterator[str]:
    yield RULES_HEAD
    example = next(rule for rule in RULES if rule.id == "E06")
    yield "\n".join(("```console", f"$ recon rules {example.id}", *rules.lines(example), "```")) + "\n"
    yield "| id | rule | proof |\n|---|---|---|"
    for rule in RULES:
        yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {rule.proof} |"
    for rule in RULES:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"\n## {rule.id}\n"
    yield f"**{rule.title}.** {rule.why}\n"
    yield f"- severity: {rule.severity}"
    yield f"- cure: {rule.cure}"
    yield f"- keys: {', '.join(f'`{key}`' for key in rule.keys) or 'any'}"
    yield f"- proof: {rule.proof}"
    if rule.held:
        yield f"- held by construction: {rule.held}"


if __name__ == "__main__":
    sys.exit(main())
