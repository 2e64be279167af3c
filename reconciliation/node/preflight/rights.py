"""What a user of the cache's database may do, and whether the database takes writes; nothing is carried out.

A command that is queued in a transaction is judged at once, by the user's rights first and by the server's state then,
and `DISCARD` drops the queue (Redis 6.2 to 7.0, Valkey 9.1).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from redis.exceptions import NoPermissionError, ResponseError

from reconciliation.node.lease import PREFIX as LEASES
from reconciliation.settings.node import NodeSettings

if TYPE_CHECKING:
    import redis

Command = tuple[str, ...]

MULTI: Final = "multi"

ENGINE_COMMANDS: Final[tuple[Command, ...]] = (
    ("info", "server"),
    ("scan", "0"),
    ("get", "{key}"),
    ("mget", "{key}"),
    ("lrange", "{key}", "0", "-1"),
    ("smembers", "{key}"),
    ("hgetall", "{key}"),
    ("set", "{key}", ""),
    ("rpush", "{key}", ""),
    ("rpushx", "{key}", ""),
    ("sadd", "{key}", ""),
    ("srem", "{key}", ""),
    ("hset", "{key}", "field", ""),
    ("hdel", "{key}", "field"),
    ("del", "{key}"),
)
"""What the engine's client of the cache does beside MULTI and EXEC, counted by a server under a node's whole life."""


class OwnKeys(Struct, frozen=True):
    """Keys that recon itself writes beside the engine's.

    Attributes:
        prefix: what they begin with.
        commands: what is done with them.
        otherwise: what is lost without the right to.
    """

    prefix: str
    commands: tuple[Command, ...]
    otherwise: str


OWN_KEYS: Final = (
    OwnKeys("recon:probe:", (("set", "{key}", ""),), "a full database or a replica is not noticed while a node runs"),
    OwnKeys("recon:fleet:", (("set", "{key}", ""), ("del", "{key}")), "`recon fleet` does not see the node"),
    OwnKeys(
        LEASES,
        (
            ("set", "{key}", ""),
            ("get", "{key}"),
            ("incrby", "{key}", "1"),
            ("del", "{key}"),
            ("pttl", "{key}"),
            ("pexpire", "{key}", "1"),
            ("evalsha", "0" * 40, "1", "{key}"),
            ("script", "load", "return 0"),
        ),
        "no lease can be taken, without which a node does not start (node.lease)",
    ),
)


class Rights(Struct, frozen=True):
    """What was found.

    Attributes:
        engine: commands that the engine needs and the user may not use.
        own: which of recon's own keys it may not use as they are used.
        refusal: why the server takes no write of anybody's; empty where it does.
        may_write: whether the user may do enough for that to be known.
    """

    engine: tuple[str, ...]
    own: tuple[OwnKeys, ...]
    refusal: str
    may_write: bool


def rights_of(client: "redis.Redis", node: NodeSettings) -> Rights:
    """Find out what a user may do with a trader's keys and with recon's own.

    Raises:
        RedisError: the server does not answer.
    """
    engine = _filled(ENGINE_COMMANDS, f"trader-{node.trader_id}:recon:preflight")
    own = {
        keys: _filled(keys.commands, f"{keys.prefix}preflight")
        for keys in OWN_KEYS
        if node.lease or keys.prefix != LEASES
    }
    pool = client.connection_pool
    connection: Any = pool.get_connection()
    try:
        if isinstance(_told(connection, [(MULTI,)])[0], NoPermissionError):
            # What follows would be carried out.
            return Rights((MULTI,), (), "", may_write=False)
        wanted = [*engine, *(command for commands in own.values() for command in commands)]
        told = dict(zip(wanted, _told(connection, wanted), strict=True))
    finally:
        connection.disconnect()  # and the transaction with it
        pool.release(connection)
    denied = {command for command, answer in told.items() if isinstance(answer, NoPermissionError)}
    writes = [told[command] for command in engine if command[0] in {"set", "rpush"} and command not in denied]
    return Rights(
        engine=tuple(command[0] for command in engine if command in denied),
        own=tuple(keys for keys, commands in own.items() if denied & set(commands)),
        refusal=next((" ".join(str(answer).split()) for answer in writes if isinstance(answer, ResponseError)), ""),
        may_write=bool(writes),
    )


def _filled(commands: Iterable[Command], key: str) -> list[Command]:
    return [tuple(part.replace("{key}", key) for part in command) for command in commands]


def _right(command: Command) -> str:
    """Return what an ACL calls a command."""
    return "|".join(command[:2]) if command[0] == "script" else command[0]


def _told(connection: Any, commands: list[Command]) -> list[object]:
    """Send commands in one round trip; return each answer, or the error that it is."""
    connection.send_packed_command(connection.pack_commands(commands))
    told: list[object] = []
    for _ in commands:
        try:
            told.append(connection.read_response())
        except ResponseError as error:
            told.append(error)
    return told


def acl_line(trader_id: str, user: str) -> str:
    """Return the command that makes a user who may do what a node and a repair need, and nothing else."""
    keys = (f"trader-{trader_id}:", *(keys.prefix for keys in OWN_KEYS))
    own_commands = (command for own in OWN_KEYS for command in own.commands)
    commands = dict.fromkeys((*map(_right, ENGINE_COMMANDS), MULTI, "exec", "watch", *map(_right, own_commands)))
    patterns = " ".join(f"~{key}*" for key in keys)
    return f"ACL SETUSER {user} reset on >PASSWORD {patterns} {' '.join(f'+{name}' for name in commands)}"
