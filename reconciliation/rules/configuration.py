"""Rules about the configuration as such: what the engine can read, and what contradicts itself."""

from typing import Final

from reconciliation.rules.figures import several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.subject import Subject
from reconciliation.settings.whole import ENGINE_PARTS

_CHECKS: Final = {
    "reconciliation.inflight_check_interval_ms": "in-flight orders",
    "reconciliation.open_check_interval_secs": "open orders",
    "reconciliation.position_check_interval_secs": "positions",
}


@rule(
    "E01",
    proof="run",
    why="The engine's constructor checks nothing: a wrong type ends a task or the check loop in silence, while the node"
    " looks alive.",
    cure="LiveExecEngineConfig.parse(json), which checks types, ranges and names",
    held="recon emits the engine's configuration through parse",
    repair=False,
)
def parse_takes_it(s: Subject) -> Violation | None:
    """The engine's configuration holds what the engine can use."""
    if not s.refused:
        return None
    return Violation(
        "; ".join(f"{s.name(key)}: {why}" for key, why in s.refused.items()),
        "give what the field's type says, or build the configuration with its parse()",
        keys=tuple(s.refused),
    )


@rule(
    "E22",
    *ENGINE_PARTS,
    proof="run",
    why="The engine imports and configures them while the node is being built, one after the other, and ends with a"
    " traceback at the first fault; a strategy_id in a configuration is one by itself.",
    cure="paths MODULE:CLASS that can be imported, and fields that the configuration class has, of its types",
    repair=False,
)
def parts_can_be_made(s: Subject) -> Violation | None:
    """What the settings name of a node can be imported, and is configured with what it takes."""
    if not s.unusable:
        return None
    return Violation(
        "; ".join(f"{key}: {why}" for key, why in s.unusable.items()),
        "correct each; `recon check` judges them again without starting anything",
        keys=tuple(s.unusable),
    )


@rule(
    "E16",
    "reconciliation.enabled",
    *_CHECKS,
    proof="read",
    why="The checks run all the same, before clients connect and without the startup delay: orders are called REJECTED"
    " that nobody asked about.",
    cure="every check off, or reconciliation on",
    held="recon emits every check as off when enabled is false",
)
def no_check_without_reconciliation(s: Subject) -> Violation | None:
    """Reconciliation that is off has its checks off."""
    running = [key for key in _CHECKS if getattr(s.reconciliation, key.partition(".")[2]) is not None]
    if s.reconciliation.enabled or not running:
        return None
    return Violation(
        f"reconciliation is off, and {several([_CHECKS[key] for key in running])} are checked",
        f"or {s.written(dict.fromkeys(running))}",
        change={"reconciliation.enabled": True},
        keys=("reconciliation.enabled", *running),
    )
