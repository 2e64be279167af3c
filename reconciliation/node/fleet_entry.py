"""What a node publishes of itself in the cache's database, and how all that are there are read."""

from collections.abc import Mapping
from itertools import batched
from typing import Annotated, Any, Final

import redis
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX: Final = "recon:fleet:"
"""What every key here begins with; the engine's begin with `trader-`."""

SCANNED: Final = 1_000
"""How many keys the database looks at in one round trip; all of its keys are looked at, those of the engine too."""

READ: Final = 200
"""How many values one round trip brings; one is some 7 KB."""

LONGEST: Final = 2_000
"""How many characters one text may have."""

Text = Annotated[str, Field(max_length=LONGEST)]
Time = Annotated[float, Field(ge=0, le=1e11)]
Quantity = Annotated[str, Field(pattern=r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$")]


class _Told(BaseModel):
    """What others wrote into a database: looked at strictly; a newer node may tell more than is known here."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class NetPosition(_Told):
    """What a node holds of one instrument on one account: a signed decimal."""

    account: Text
    instrument_id: Text
    net: Quantity


class Entry(_Told):
    """One node, as it was at most some seconds ago.

    Attributes:
        instance_id: drawn anew at each boot, so that two nodes with one trader id are two.
        accounts: those that it trades, as the engine names them: two accounts at one venue have one name.
        account_key: equal where the accounts' API key is; None where it is not known.
        begun: when its boot began, seconds since the epoch.
        since: since when it is in its state.
        is_ready: what its `/readyz` answers.
        reason: why it is not ready; empty when it is.
        positions: what it holds; flat ones left out.
        values: every effective setting by section, secrets masked.
        origins: where each came from, by dotted key.
    """

    instance_id: Text
    trader_id: Text
    accounts: tuple[Text, ...]
    account_key: Text | None
    host: Text
    pid: int
    begun: Time
    preset: Text
    fingerprint: Text
    version: Text
    engine_version: Text
    monitor_url: Text
    state: Text
    since: Time
    is_reconciled: bool
    is_ready: bool
    reason: Text
    positions: tuple[NetPosition, ...]
    values: dict[str, Any]
    origins: dict[str, Text]

    @property
    def key(self) -> str:
        """Where it is published."""
        return f"{PREFIX}{self.trader_id}:{self.instance_id}"


class Found(Struct, frozen=True):
    """What stands in a database under `recon:fleet:`.

    Attributes:
        entries: the nodes, in no order.
        unreadable: keys whose value no node of ours has written, each with the reason.
    """

    entries: tuple[Entry, ...]
    unreadable: Mapping[str, str]


def read(client: redis.Redis) -> Found:
    """Read every node that is published: one round trip for a thousand keys looked at, one for each 200 found.

    Needs the right to `scan`, `mget` and `type` on `recon:fleet:*`.

    Raises:
        RedisError: the database does not answer, or refuses.
    """
    keys: set[bytes] = set(client.scan_iter(f"{PREFIX}*", SCANNED))
    entries: list[Entry] = []
    unreadable: dict[str, str] = {}
    for some in batched(sorted(keys), READ):
        values: Any = client.mget(some)
        told = dict(zip(some, values, strict=True))
        for key, value in told.items():
            if value is not None:
                _take(key.decode(errors="backslashreplace"), value, entries, unreadable)
        for key in _no_texts(client, [key for key, value in told.items() if value is None]):
            unreadable[key.decode(errors="backslashreplace")] = "it is no text"
    return Found(tuple(entries), dict(sorted(unreadable.items())))


def _take(key: str, value: bytes, entries: list[Entry], unreadable: dict[str, str]) -> None:
    try:
        entry = Entry.model_validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        unreadable[key] = f"{place}: {first['msg']}" if place else first["msg"]
        return
    if entry.key == key:
        entries.append(entry)
    else:
        unreadable[key] = f"it belongs to {entry.key}"


def _no_texts(client: redis.Redis, keys: list[bytes]) -> list[bytes]:
    """Return the keys that hold something else than text; one that has expired meanwhile holds nothing."""
    if not keys:
        return []
    asked = client.pipeline(transaction=False)
    for key in keys:
        asked.type(key)
    return [key for key, kind in zip(keys, asked.execute(), strict=True) if kind not in {b"none", b"string"}]
