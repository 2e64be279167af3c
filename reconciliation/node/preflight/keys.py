"""What stands in the cache's database: other traders, and what of this one's the engine will make."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from redis.exceptions import RedisError, ResponseError

from reconciliation.cache_client import connect
from reconciliation.engine.generation import generation
from reconciliation.engine.stored import EXTERNAL, Loaded, Stored, Unloadable
from reconciliation.node.preflight.outcome import Outcome, not_asked
from reconciliation.node.preflight.server import short
from reconciliation.rules.figures import counted
from reconciliation.settings import Settings

if TYPE_CHECKING:
    import redis

SCANNED: Final = 1_000
"""How many keys the server looks at in one round trip."""
READ: Final = 500
"""How many values one round trip brings."""
NAMED: Final = 10
"""How many of a kind an outcome names; beyond that it counts."""
HISTORIES: Final = ("orders", "positions", "accounts")
TRADERS, EXTERNALS, LOADS, FORM = "other traders", "external orders", "histories", "cache form"
CLIENT: Final = "engine's client"
NAMES: Final = (CLIENT, TRADERS, EXTERNALS, LOADS, FORM)


class Database(Struct, frozen=True):
    """What stands in a database.

    Attributes:
        traders: all that have keys there, with how many.
        stored: of one of them.
    """

    traders: Counter[str]
    stored: Stored


def read(url: str, trader_id: str) -> Database:
    """Read all that the engine would load for a trader, and count what others keep there.

    Raises:
        RedisError: the server does not answer, or refuses.
    """
    prefix = f"trader-{trader_id}:"
    with connect(url) as client:
        keys = {key.decode(errors="replace") for key in client.scan_iter("trader-*", SCANNED)}
        own = {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}
        histories = sorted(key for key in own if key.partition(":")[0] in HISTORIES)
        instruments = sorted(key for key in own if key.startswith("instruments:"))
        read_lists = _read(client, "lrange", prefix, histories, 0, -1)
        read_values = _read(client, "get", prefix, instruments)
        ids: Any = client.smembers(f"{prefix}index:orders")
    stored = Stored(
        histories={key: tuple(events) for key, events in read_lists.items() if events},
        instruments={key.partition(":")[2]: value for key, value in read_values.items() if value is not None},
        order_ids=frozenset(order_id.decode(errors="replace") for order_id in ids),
    )
    return Database(Counter(key.removeprefix("trader-").partition(":")[0] for key in keys), stored)


def _read(client: "redis.Redis", command: str, prefix: str, keys: Sequence[str], *arguments: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for some in batched(keys, READ):
        asking: Any = client.pipeline(transaction=False)
        for key in some:
            asking.execute_command(command, f"{prefix}{key}", *arguments)
        values |= zip(some, asking.execute(), strict=True)
    return values


def key_outcomes(settings: Settings, url: str) -> list[Outcome]:
    """Judge what stands in a database whose server has just answered."""
    refusal = generation().cache_refusal(settings)
    client = Outcome(
        CLIENT,
        "fail" if refusal else "ok",
        f"it cannot use RECON_CACHE_URL: {refusal}" if refusal else "it connects as it will in a node",
        "give the cache a user and a password that it can use" if refusal else "",
    )
    try:
        database = read(url, settings.node.trader_id)
    except ResponseError as error:
        return [client, *not_asked(NAMES[1:], f"the keys cannot be read ({short(error)})")]
    except (RedisError, OSError) as error:
        late = Outcome(TRADERS, "fail", f"the cache stopped to answer ({short(error)})", "see why it hangs")
        return [client, late, *not_asked(NAMES[2:], "the keys were not read")]
    loaded = generation().loaded(database.stored)
    return [
        client,
        _traders(settings, database.traders),
        _externals(settings, loaded),
        _loads(settings, loaded),
        _form(settings, loaded),
    ]


def unloadable(settings: Settings) -> list[Outcome]:
    """Return what in the cache keeps the engine from being built; nothing where the cause is another."""
    if settings.cache.url is None or not settings.cache.load_cache:
        return []
    try:
        database = read(settings.cache.url.get_secret_value(), settings.node.trader_id)
    except (RedisError, OSError):
        return []
    loaded = generation().loaded(database.stored)
    return [outcome for outcome in (_loads(settings, loaded), _form(settings, loaded)) if outcome.verdict == "fail"]


def _traders(settings: Settings, traders: Counter[str]) -> Outcome:
    own = settings.node.trader_id
    others = [f"{name} ({count} keys)" for name, count in sorted(traders.items()) if name != own]
    if not others:
        return Outcome(TRADERS, "ok", f"none; {own} has {traders[own]} keys")
    found = f"{_some(others)} beside {own} ({traders[own]} keys)"
    if settings.facts.database_shared:
        return Outcome(TRADERS, "ok", found)
    return Outcome(
        TRADERS,
        "warn",
        found,
        "RECON_FACTS_DATABASE_SHARED=true where that is meant, or give each a database of its own",
    )


def _externals(settings: Settings, loaded: Loaded) -> Outcome:
    claimed = {name: owner for owner, claim in settings.claims.items() for name in claim.instrument_ids}
    claims_all = next((owner for owner, claim in settings.claims.items() if claim.claim_all), None)
    counts: Counter[str] = Counter()
    lost: Counter[tuple[str, str]] = Counter()
    for order in loaded.orders:
        if order.strategy_id != EXTERNAL or not order.is_open:
            continue
        counts[order.instrument_id] += 1
        if (owner := claimed.get(order.instrument_id, claims_all)) is not None:
            lost[order.instrument_id, owner] += 1
    if lost:
        return Outcome(
            EXTERNALS,
            "warn",
            "open and owned by nobody though claimed: "
            + _some(f"{count} of {instrument} ({owner})" for (instrument, owner), count in sorted(lost.items())),
            "a claim covers only what the cache does not know; cancel and place them again, or let them end",
        )
    told = _some(f"{count} of {instrument}" for instrument, count in sorted(counts.items()))
    return Outcome(EXTERNALS, "ok", f"open, and claimed by nobody: {told}" if counts else "none that is open")


def _loads(settings: Settings, loaded: Loaded) -> Outcome:
    refused = [found for found in loaded.unloadable if found.trouble == "refused"]
    unread = [found for found in loaded.unloadable if found.trouble == "unread"]
    if refused:
        several = f"{len(refused)} histories end" if len(refused) > 1 else "a history ends"
        return Outcome(
            LOADS,
            "fail",
            f"{several} every boot: {_told(refused)}",
            f"stop all nodes of {settings.node.trader_id}, then `recon doctor --repair`",
        )
    if unread:
        action = "what is open comes back from the venue, as external"
        return Outcome(LOADS, "warn", f"the engine starts without {_told(unread)}", action)
    orders = len(loaded.orders)
    return Outcome(LOADS, "ok", f"{counted(orders, 'order')} {'loads' if orders == 1 else 'load'}")


def _form(settings: Settings, loaded: Loaded) -> Outcome:
    foreign = [found for found in loaded.unloadable if found.trouble == "foreign"]
    if not foreign:
        return Outcome(FORM, "ok", "that of this engine")
    return Outcome(
        FORM,
        "fail",
        f"{len(foreign)} histories of {settings.node.trader_id} are in another engine's form: {_told(foreign)}",
        "give this node a RECON_NODE_TRADER_ID or a database of its own",
    )


def _told(found: Sequence[Unloadable]) -> str:
    return _some(f"{history.key} ({history.reason})" for history in found)


def _some(told: Iterable[str]) -> str:
    texts = list(told)
    more = len(texts) - NAMED
    return ", ".join(texts[:NAMED]) + (f" and {more} more" if more > 0 else "")
