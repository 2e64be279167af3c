"""Rules about the database behind the cache."""

from typing import Final

from reconciliation.rules.figures import counted, duration, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.subject import Subject

LONGEST_BOOT_WAIT_SECS: Final = 30.0
"""What a supervisor, and an operator, still take for a boot."""


@rule(
    "E13",
    "cache.flush_on_start",
    "facts.database_shared",
    proof="run",
    why="The engine sends FLUSHDB: everything that any trader keeps in that database is gone, this node's own history"
    " with it.",
    cure="flush_on_start = false, or facts.database_shared = false where the database is this node's alone",
    held="recon never flushes a database",
    repair=False,
)
def shared_database_is_kept(s: Subject) -> Violation | None:
    """A shared database is not flushed."""
    if s.database is None or not s.database.flush_on_start or s.facts.database_shared is False:
        return None
    known = "others keep data in it" if s.facts.database_shared else "nothing says that it is this node's alone"
    return Violation(
        f"the database is flushed at every start; {known}",
        change={"cache.flush_on_start": False},
    )


@rule(
    "E14",
    "cache.use_instance_id",
    "node.instance_id",
    proof="read",
    why="Each start draws a new instance id, so nothing that was kept under the old one is ever found again.",
    cure="use_instance_id = false, or a fixed instance_id",
    held="recon keys by the trader id alone",
    repair=False,
)
def instance_id_is_fixed(s: Subject) -> Violation | None:
    """Keys that hold the instance id have a fixed one."""
    if s.database is None or not s.database.use_instance_id or s.node.instance_id is not None:
        return None
    return Violation(
        "keys hold the instance id, and it is drawn anew at each start",
        f"or a fixed {s.name('node.instance_id')}",
        change={"cache.use_instance_id": False},
    )


@rule(
    "E15",
    "cache.load_cache",
    proof="read",
    why="Orders and positions that the node knew look external after a restart, and belong to no strategy.",
    cure="load_cache = true",
    repair=False,
)
def database_is_loaded(s: Subject) -> Violation | None:
    """What the database holds is loaded."""
    if s.load_cache or s.no_database:
        return None
    return Violation("the database is not read at start", change={"cache.load_cache": True})


@rule(
    "E18",
    "cache.number_of_retries",
    "cache.database.factor",
    "cache.database.max_delay",
    proof="run",
    why="The engine waits for the database in its constructor, deaf to SIGTERM: a supervisor sees a node that neither"
    " starts nor stops.",
    cure="number_of_retries of 1 to 3, factor=1, max_delay=1",
    held="the model takes 1 to 3 retries only, a second apart at the most",
    repair=False,
)
def database_wait_is_bounded(s: Subject) -> Violation | None:
    """A boot without its database fails soon."""
    if s.database is None or s.database.boot_wait_secs <= LONGEST_BOOT_WAIT_SECS:
        return None
    return Violation(
        f"{counted(s.database.number_of_retries, 'retry', 'retries')}: at least {duration(s.database.boot_wait_secs)}"
        " until a boot without the database fails",
        change={"cache.number_of_retries": 3, "cache.database.factor": 1, "cache.database.max_delay": 1},
    )


@rule(
    "E20",
    "cache.database.username",
    "cache.database.password",
    proof="run",
    why="The engine puts both into a url as they are: a / # ? or % in them breaks it, and the boot fails.",
    cure="user and password in percent-encoding",
    held="recon encodes both",
    repair=False,
)
def credentials_are_escaped(s: Subject) -> Violation | None:
    """User and password survive the engine's url."""
    if s.database is None or not s.database.unescaped:
        return None
    keys = tuple(f"cache.database.{name}" for name in s.database.unescaped)
    return Violation(
        f"{several([s.name(key) for key in keys])} would break the url",
        "pass urllib.parse.quote(value, safe='')",
        keys=keys,
    )


@rule(
    "W33",
    "node.load_state",
    "node.save_state",
    "reconciliation.purge_from_database",
    "snapshot_orders",
    "snapshot_positions",
    proof="read",
    why="Without a database these settings do nothing, and what they promise is missed only after a restart.",
    cure="a database for the cache, or those settings left out",
    held="recon always gives the cache a database",
    repair=False,
)
def what_is_kept_has_a_database(s: Subject) -> Violation | None:
    """What is to be kept has a database."""
    if not s.no_database:
        return None
    on = {
        "node.load_state": s.node.load_state,
        "node.save_state": s.node.save_state,
        "reconciliation.purge_from_database": s.reconciliation.purge_from_database,
    }
    keys = (*(key for key, is_on in on.items() if is_on), *s.persisting)
    if not keys:
        return None
    return Violation(
        f"{several([s.name(key) for key in keys])} {'does' if len(keys) == 1 else 'do'} nothing",
        "give the cache a database, or leave out what needs one",
        keys=keys,
    )


@rule(
    "W39",
    "node.lease",
    proof="run",
    why="Two nodes with one trader id write into the same histories, which the engine cannot load again: every later"
    " boot dies. A rolling deploy is enough.",
    cure="lease = true",
    repair=False,
)
def one_node_writes(s: Subject) -> Violation | None:
    """No second node starts on a trader id or an account that has one."""
    if not s.by_recon or s.node.lease:
        return None
    return Violation("nothing keeps a second node from starting beside this one", change={"node.lease": True})
