"""Rules about the life of a node: that it starts in time, stops in order and is started again."""

from reconciliation.rules.figures import duration
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.stages import shutdown_secs
from reconciliation.rules.subject import Subject


@rule(
    "W30",
    "node.graceful_shutdown_on_exception",
    "facts.supervisor_restarts",
    proof="run",
    why="After a graceful stop the process exits 0: a supervisor that restarts on failure takes it for a wanted end.",
    cure="graceful_shutdown_on_exception = false, or a supervisor that always restarts",
    held="recon exits 1 when a node died, whatever way it stopped",
    repair=False,
)
def broken_node_is_restarted(s: Subject) -> Violation | None:
    """A node that broke is started again."""
    exits_1 = s.by_recon or not s.node.graceful_shutdown_on_exception
    if exits_1 or s.facts.supervisor_restarts != "on-failure":
        return None
    return Violation(
        "an engine exception ends the process with exit code 0, and the supervisor restarts on failure",
        "or let the supervisor always restart",
        change={"node.graceful_shutdown_on_exception": False},
    )


@rule(
    "W31",
    "facts.container_grace_secs",
    "node.timeout_post_stop",
    "node.timeout_disconnection",
    "node.timeout_shutdown",
    proof="computed",
    why="The process is killed before strategies have saved their state and clients have disconnected.",
    cure="container_grace_secs above timeout_post_stop + timeout_disconnection + timeout_shutdown + 15 s for the cache",
    repair=False,
)
def grace_covers_shutdown(s: Subject) -> Violation | None:
    """The supervisor waits for an orderly stop."""
    grace, needed = s.facts.container_grace_secs, shutdown_secs(s.node, by_recon=s.by_recon)
    if grace is None or grace > needed:
        return None
    return Violation(
        f"a stop may take {duration(needed)}; the supervisor kills after {duration(grace)}",
        f"allow more than {duration(needed)} before SIGKILL, or shorten {s.name('node.timeout_post_stop')}",
    )


@rule(
    "W35",
    "reconciliation.enabled",
    "node.timeout_reconciliation",
    proof="run",
    why="The engine only checks that the timeout is positive: a venue that hangs is awaited for ever.",
    cure="a node that recon builds, which enforces it",
    held="recon enforces the timeout itself",
)
def startup_has_a_time_limit(s: Subject) -> Violation | None:
    """Startup reconciliation ends in time."""
    if s.by_recon or not s.whole_node or not s.reconciliation.enabled:
        return None
    return Violation(
        f"{duration(s.node.timeout_reconciliation)} are allowed, and nothing ends it then",
        "await the engine's reconcile_execution_state under asyncio.wait_for, or build the node with"
        " LiveTradingNodeConfig.build_node",
        keys=("node.timeout_reconciliation",),
    )
