"""How an event reads on a terminal: a short line, and a few aligned ones for what a boot has to tell."""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Final

from reconciliation.node.startup_words import startup_words

WIDEST: Final = 160
"""What is longer is cut here; JSON has it whole."""
_COLORS: Final = {"debug": "2", "warning": "33", "error": "31"}
_MARKS: Final = {"warning": "warn", "error": "FAIL"}
_NAME, _LABEL = 20, 14
_INDENT: Final = " " * 14


def rendered(event: MutableMapping[str, Any], *, colored: bool) -> str:
    """Return an event as one or more lines.

    Args:
        event: with `event`, `level` and `timestamp`; the rest is what it tells.
        colored: what is doubtful in color.
    """
    told = dict(event)
    name, level, at = (str(told.pop(key, "")) for key in ("event", "level", "timestamp"))
    head = f"{at[11:19]} {_MARKS.get(level, ''):<4}"
    if name == "engine":
        lines = [f"{head} {told.get('component', '')}: {told.get('message', '')}"]
    else:
        first, *more = _BLOCKS.get(name, _flat)(told) or [""]
        words = name.replace("_", " ")
        lines = [f"{head} {words:<{_NAME}} {first}".rstrip(), *(f"{_INDENT}{line}" for line in more)]
    text = "\n".join(_cut(line) for line in lines)
    color = _COLORS.get(level) if colored else None
    return f"\x1b[{color}m{text}\x1b[0m" if color else text


def _flat(told: Mapping[str, Any]) -> list[str]:
    """What an event tells in one line, its reason last; nothing of what is not there."""
    reason = told.get("reason") or ""
    shown = [
        f"{key.replace('_', ' ')} {_value(value)}" for key, value in told.items() if key != "reason" and _has(value)
    ]
    return ["; ".join(filter(None, (", ".join(shown), str(reason))))]


def _has(value: Any) -> bool:
    return value is not None and value != "" and value not in ([], {})


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(item)}" for key, item in value.items() if _has(item))
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def _rows(rows: Mapping[str, str]) -> list[str]:
    return [f"{label:<{_LABEL}} {text}" for label, text in rows.items() if text]


def _every(checks: Mapping[str, Any], names: Mapping[str, str], word: str) -> str:
    return ", ".join(f"{label} {word}{_value(checks[key])} s" for key, label in names.items() if checks.get(key))


def _boot(told: Mapping[str, Any]) -> list[str]:
    plan, node = told.get("plan", {}), told.get("node", {})
    checks = {"inflight_secs": "in-flight", "open_secs": "open orders", "position_secs": "positions"}
    repairs = {"fill_secs": "lost fill", "cancel_secs": "lost cancel", "ack_secs": "lost ack"}
    cost = plan.get("cost", {})
    idle, worst, limit = (cost.get(f"{key}_per_min") for key in ("idle", "worst", "limit"))
    costs = f"{_value(idle)} idle, {_value(worst)} at worst" if idle is not None else ""
    rows = {
        "settings": str(told.get("settings_dir") or ""),
        "guards": f"{len(told.get('guards', ()))} in place",
        "checks": _every(plan.get("checks", {}), checks, "every "),
        "repairs": _every(plan.get("repaired", {}), repairs, "within "),
        "cost a minute": f"{costs} {cost.get('unit', '')}, of {_value(limit)}" if costs and limit else costs,
        "left out": _value(told.get("filters", ())),
        "rules broken": _value(told.get("rules_broken", ())),
    }
    first = (
        f"{node.get('trader_id')}, {node.get('position_mode')}, preset {told.get('preset')}, {told.get('fingerprint')}"
    )
    return [first, *_rows(rows)]


def _reconciled(told: Mapping[str, Any]) -> list[str]:
    venue, node = told.get("venue") or {}, told.get("node") or {}
    lines = [f"{told.get('duration_secs')} s" + (f"; {told['reason']}" if told.get("reason") else "")]
    there, here = venue.get("positions", {}), node.get("positions", {})
    names = sorted({*there, *here})
    wide = max(map(len, ("open orders", *names)))
    lines.append(f"{'':<{wide}} {'venue':>12} {'node':>12}")
    lines.append(f"{'open orders':<{wide}} {venue.get('open_orders', '-'):>12} {node.get('open_orders', '-'):>12}")
    lines += [f"{name:<{wide}} {there.get(name, '0'):>12} {here.get(name, '0'):>12}" for name in names]
    counts = ("fills_recovered", "inferred_fills", "external_orders")
    lines.append(", ".join(f"{key.replace('_', ' ')} {node.get(key, 0)}" for key in counts))
    lines += list(_beside(told))
    return lines


def _beside(told: Mapping[str, Any]) -> Iterator[str]:
    for item in told.get("differences", ()):
        yield f"differs: {item['kind']} {item['key']}: venue {item['venue']}, node {item['node']}"
    for label in ("left_out", "unverified_clients"):
        if told.get(label):
            yield f"{label.replace('_', ' ')}: {_value(told[label])}"


def _rule(told: Mapping[str, Any]) -> list[str]:
    return [f"{told.get('id')} {told.get('figure')}", str(told.get("message", "")), f"-> {told.get('hint', '')}"]


def _warning(told: Mapping[str, Any]) -> list[str]:
    return [f"{told.get('origin')}: {told.get('message')}", f"-> {told.get('hint', '')}"]


def _progress(told: Mapping[str, Any]) -> list[str]:
    return [startup_words(told)]


def _wait(told: Mapping[str, Any]) -> list[str]:
    return [f"up to {_value(told.get('up_to_secs'))} s for {told.get('what')}"]


_BLOCKS: Final = {
    "settings_warning": _warning,
    "startup_progress": _progress,
    "stop_waits": _wait,
    "node_boot": _boot,
    "node_reconciled": _reconciled,
    "node_not_reconciled": _reconciled,
    "rule_broken": _rule,
    "rule_accepted": _rule,
}
