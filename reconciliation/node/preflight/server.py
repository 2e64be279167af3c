"""Is the server behind the cache usable, and kept as a cache of the engine's must be?"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Self

import redis
from msgspec import Struct
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from reconciliation.cache_client import connect
from reconciliation.node.lease import PREFIX as LEASES
from reconciliation.node.preflight.outcome import Outcome, not_asked
from reconciliation.node.preflight.rights import Rights, rights_of
from reconciliation.settings.node import NodeSettings
from reconciliation.settings.urls import masked_url

CACHE: Final = "cache"
LEAST_VERSION: Final = (6, 2)
"""The engine's own requirement, for streams."""
SLOW_MS: Final = 5.0
"""Each history is read by itself when a node starts, and a fill is ten transactions, one after another: at 12 ms 102
histories took 2.2 s longer to load (measured). At this a thousand take nine seconds."""
_READ_TRIPS: Final = 1.8
_FILL_TRIPS: Final = 10
NEARLY_FULL: Final = 0.9
_ROUND_TRIPS: Final = 5
"""The quickest counts: what a busy machine adds is not the way to the server."""


def short(error: Exception) -> str:
    """Return an error of the client's on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def reached(url: str) -> Outcome:
    """Say whether a server answers, within two seconds, and takes the credentials."""
    where = masked_url(url)
    try:
        with connect(url) as client, suppress(ResponseError):  # what is refused is answered
            client.ping()
    except AuthenticationError as error:
        return Outcome(
            CACHE,
            "fail",
            f"the cache at {where} refuses the credentials ({short(error)})",
            "check user and password in RECON_CACHE_URL",
        )
    except (RedisError, OSError) as error:
        return Outcome(
            CACHE,
            "fail",
            f"the cache at {where} cannot be reached ({short(error)})",
            "start it, or correct RECON_CACHE_URL",
        )
    return Outcome(CACHE, "ok", f"{where} answers")


def server_outcomes(url: str, node: NodeSettings) -> list[Outcome]:
    """Judge the server; some eight round trips of two seconds at the most, and none after one that was late."""
    outcome = reached(url)
    if outcome.verdict == "fail":
        return [outcome, *not_asked(JUDGES, "the cache cannot be used")]
    try:
        with connect(url) as client:
            facts = Facts.asked(client, node)
    except (RedisError, OSError) as error:
        late = f"the cache at {masked_url(url)} stopped to answer ({short(error)})"
        return [Outcome(CACHE, "fail", late, "see why it hangs"), *not_asked(JUDGES, "the cache cannot be used")]
    return [outcome, *(Outcome(name, *judge(facts)) for name, judge in JUDGES.items())]


class Facts(Struct, frozen=True):
    """What a server tells.

    Attributes:
        info: its answer to INFO; None where the user may not ask.
        save: its setting of that name; None where the user may not ask.
        round_trip_ms: of one question, the quickest of some.
        rights: of the user.
    """

    info: dict[str, Any] | None
    save: str | None
    round_trip_ms: float
    rights: Rights

    @classmethod
    def asked(cls, client: redis.Redis, node: NodeSettings) -> Self:
        """Ask for all of it.

        Raises:
            RedisError: it does not answer.
        """
        info = save = None
        with suppress(NoPermissionError):
            info = client.info()
        took = [_round_trip_ms(client) for _ in range(_ROUND_TRIPS)]
        if info is not None and not info.get("aof_enabled"):
            with suppress(ResponseError):
                save = str(client.config_get("save").get("save", ""))
        return cls(info, save, min(took), rights_of(client, node))


def _round_trip_ms(client: redis.Redis) -> float:
    begun = time.perf_counter()
    with suppress(ResponseError):
        client.ping()
    return (time.perf_counter() - begun) * 1_000


Judged = tuple[Any, ...]
"""Verdict, what was found, what to do."""
_NO_INFO: Final[Judged] = ("unknown", "not asked: the user may not ask INFO")


def _version(facts: Facts) -> Judged:
    if facts.info is None:
        return _NO_INFO
    server = "Valkey" if facts.info.get("server_name") == "valkey" else "Redis"
    told = str(facts.info.get("valkey_version") or facts.info.get("redis_version", "0"))
    version = str(facts.info.get("redis_version", "0"))
    if facts.info.get("loading"):
        return "fail", f"{server} {told} still loads its data", "wait until it has"
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < LEAST_VERSION:
        return "fail", f"{server} is version {version}", "the engine needs 6.2 or newer"
    return "ok", f"{server} {told}"


def _round_trip(facts: Facts) -> Judged:
    told = f"{facts.round_trip_ms:.2g} ms" if facts.round_trip_ms < 10 else f"{facts.round_trip_ms:.0f} ms"  # noqa: PLR2004
    if facts.round_trip_ms <= SLOW_MS:
        return "ok", told
    cost = (
        f"1,000 orders take {facts.round_trip_ms * _READ_TRIPS:.0f} s to load when a node starts, and a fill"
        f" {facts.round_trip_ms * _FILL_TRIPS:.0f} ms to be written"
    )
    return "warn", f"{told}; {cost}", "put the cache near the node"


def _eviction(facts: Facts) -> Judged:
    if facts.info is None:
        return _NO_INFO
    policy, limit = str(facts.info.get("maxmemory_policy", "")), int(facts.info.get("maxmemory", 0))
    if policy == "noeviction":
        return "ok", policy
    cure = "CONFIG SET maxmemory-policy noeviction, and in its configuration file"
    if not limit:
        return "warn", f"maxmemory-policy is {policy}, harmless only as long as no maxmemory is set", cure
    if policy.startswith("volatile"):
        return "warn", f"maxmemory-policy is {policy}: a full database drops what recon itself keeps there", cure
    return "fail", f"maxmemory-policy is {policy}: a full database drops orders of the cache without a word", cure


def _persistence(facts: Facts) -> Judged:
    info = facts.info
    if info is None:
        return _NO_INFO
    for key, what in (("aof_last_write_status", "append to its file"), ("rdb_last_bgsave_status", "save a snapshot")):
        if info.get(key, "ok") != "ok":
            return "warn", f"the last attempt to {what} failed", "see its log; the disk may be full"
    if info.get("aof_enabled"):
        return "ok", "AOF"
    if facts.save or info.get("rdb_saves"):
        return (
            "ok",
            f"RDB{f' (save {facts.save})' if facts.save else ''}; a crash loses what came since the last snapshot",
        )
    if facts.save is None:
        return "unknown", "not asked: AOF is off, and the user may not ask whether snapshots are taken (CONFIG GET)"
    return (
        "warn",
        "neither AOF nor RDB is on: a restart of the server empties the cache, and every order becomes external",
        "CONFIG SET appendonly yes, and in its configuration file",
    )


def _memory(facts: Facts) -> Judged:
    if facts.info is None:
        return _NO_INFO
    used, limit = int(facts.info.get("used_memory", 0)), int(facts.info.get("maxmemory", 0))
    megabytes = f"{used / 2**20:.1f} MB used"
    if not limit:
        return "ok", f"{megabytes}, no limit"
    share = f"{megabytes} of {limit / 2**20:.0f} MB"
    if used < NEARLY_FULL * limit:
        return "ok", share
    state = "full" if used >= limit else "nearly full, and full it refuses what the engine writes"
    return "warn", f"{share}: {state}", "raise maxmemory, or purge"


def _writes(facts: Facts) -> Judged:
    info = facts.info or {}
    if info.get("role") == "slave":
        master = f"{info.get('master_host')}:{info.get('master_port')}"
        return "fail", f"it is a replica of {master}, which overwrites it", "name the primary in RECON_CACHE_URL"
    if facts.rights.refusal:
        return "fail", f"it takes no writes ({facts.rights.refusal})", "mend that at the server"
    if not facts.rights.may_write:
        return "unknown", "not asked: the user may not write"
    return "ok", "taken"


def _rights(facts: Facts) -> Judged:
    if facts.rights.engine:
        denied = ", ".join(facts.rights.engine)
        return (
            "fail",
            f"the user may not use {denied} on the trader's keys, and the engine does",
            "`recon doctor --acl` prints the command that gives a user what a node needs",
        )
    if facts.rights.own:
        lost = "; ".join(f"{own.prefix}*: {own.otherwise}" for own in facts.rights.own)
        is_lease = any(own.prefix == LEASES for own in facts.rights.own)
        return (
            "fail" if is_lease else "warn",
            f"the user may not use {lost}",
            "`recon doctor --acl` prints the command that lets it",
        )
    return "ok", "what the engine and recon need"


JUDGES: Final[dict[str, Callable[[Facts], Judged]]] = {
    "cache version": _version,
    "cache round trip": _round_trip,
    "cache eviction": _eviction,
    "cache persistence": _persistence,
    "cache memory": _memory,
    "cache writes": _writes,
    "cache rights": _rights,
}
"""What is judged of a server that answers, by name."""
