"""What the published nodes come to: who differs, who clashes, and what they hold together."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any, Final, NamedTuple

import click
from msgspec import Struct
from redis.exceptions import RedisError

from reconciliation.cache_client import connect
from reconciliation.engine.holdings import amount_text
from reconciliation.errors import NotReadyError
from reconciliation.layers.problems import printable
from reconciliation.node.fleet_entry import Entry, read
from reconciliation.settings.urls import masked_url

ANSWERS_WITHIN_SECS: Final = 5.0
DIGITS: Final = 100
"""More than sums of what may be published have, so that none is rounded."""

Nets = dict[str, Decimal | None]


class FleetUnreadableError(NotReadyError):
    """The database in which the nodes publish themselves is not usable."""

    def __init__(self, url: str, error: Exception) -> None:
        reason = " ".join(str(error).split())
        super().__init__(
            f"the fleet at {masked_url(url)} cannot be read ({reason})", "correct RECON_CACHE_URL or --redis"
        )


class Account(NamedTuple):
    """One account, as far as nodes can be told apart by theirs.

    Attributes:
        name: as the engine names it; two accounts at one venue have one name.
        key: the digest of its API key; empty where not every node with an account of this name tells one.
    """

    name: str
    key: str


class Fleet(Struct, frozen=True, dict=True):
    """Every node that is published.

    Attributes:
        nodes: by trader id, the oldest first.
        unreadable: keys that no node of ours has written, each with the reason.
    """

    nodes: tuple[Entry, ...]
    unreadable: Mapping[str, str]

    @cached_property
    def reference(self) -> str | None:
        """The fingerprint that most have; None without nodes."""
        found = Counter(node.fingerprint for node in self.nodes).most_common(1)
        return found[0][0] if found else None

    @cached_property
    def differing(self) -> tuple[Entry, ...]:
        """The nodes with another fingerprint."""
        return tuple(node for node in self.nodes if node.fingerprint != self.reference)

    @cached_property
    def accounts(self) -> dict[Account, list[Entry]]:
        """Each account with the nodes that claim it."""
        claims: dict[Account, list[Entry]] = defaultdict(list)
        for node in self.nodes:
            for name in dict.fromkeys(node.accounts):
                claims[self._account(node, name)].append(node)
        return dict(sorted(claims.items()))

    @cached_property
    def contested(self) -> dict[Account, list[Entry]]:
        """Each account that several nodes claim."""
        return {account: nodes for account, nodes in self.accounts.items() if len(nodes) > 1}

    @cached_property
    def namesakes(self) -> dict[str, int]:
        """How many accounts have one name and differ by their keys; whether they are one is not known."""
        return {name: count for name, count in Counter(account.name for account in self.accounts).items() if count > 1}

    @cached_property
    def held(self) -> dict[tuple[Account, str], dict[str, Decimal]]:
        """What each node holds, by account and instrument id, then by instance id."""
        held: dict[tuple[Account, str], dict[str, Decimal]] = defaultdict(dict)
        for node in self.nodes:
            for position in node.positions:
                place = self._account(node, position.account), position.instrument_id
                held[place][node.instance_id] = Decimal(position.net)
        return dict(sorted(held.items()))

    @cached_property
    def nets(self) -> dict[tuple[Account, str], Decimal | None]:
        """What is held, by account and instrument id; None where nodes of one account do not agree."""
        return {place: _agreed(told) for place, told in self.held.items()}

    @cached_property
    def exposure(self) -> Nets:
        """What is held by instrument id, on all accounts; None where that is not known of one of them."""
        sums: Nets = {}
        with localcontext(prec=DIGITS):
            for (_, instrument_id), net in self.nets.items():
                before = sums.get(instrument_id, Decimal(0))
                sums[instrument_id] = None if net is None or before is None else before + net
        return dict(sorted(sums.items()))

    def named(self, name: str) -> Entry:
        """Return the node of this id, of an id that begins so, or of this trader id.

        Raises:
            click.UsageError: there is none, or more than one.
        """
        found = [node for node in self.nodes if node.trader_id == name or node.instance_id.startswith(name)]
        if not found:
            raise click.UsageError(f"'{printable(name)}' is no node here; `recon fleet` lists them")
        if len(found) > 1:
            ids = ", ".join(printable(node.instance_id) for node in found)
            raise click.UsageError(f"'{printable(name)}' is {len(found)} nodes: {ids}")
        return found[0]

    def data(self) -> dict[str, Any]:
        """Return all of it as the stable `--json` form; quantities are signed decimal strings."""
        return {
            "nodes": [node.model_dump(mode="json", exclude={"values", "origins"}) for node in self.nodes],
            "fingerprint": self.reference,
            "differing": [node.instance_id for node in self.differing],
            "contested": [
                {"account": account.name, "nodes": [node.instance_id for node in nodes]}
                for account, nodes in self.contested.items()
            ],
            "accounts": [
                {
                    "account": account.name,
                    "account_key": account.key or None,
                    "instrument_id": instrument_id,
                    "net": _text(self.nets[account, instrument_id]),
                    "nodes": {instance_id: amount_text(amount) for instance_id, amount in told.items()},
                }
                for (account, instrument_id), told in self.held.items()
            ],
            "exposure": {instrument_id: _text(net) for instrument_id, net in self.exposure.items()},
            "skipped": dict(self.unreadable),
        }

    @cached_property
    def _keyless(self) -> frozenset[str]:
        """The names of accounts of which some node does not tell the key."""
        return frozenset(name for node in self.nodes if not node.account_key for name in node.accounts)

    def _account(self, node: Entry, name: str) -> Account:
        is_known = name in node.accounts and name not in self._keyless
        return Account(name, node.account_key or "" if is_known else "")


def fleet_at(url: str) -> Fleet:
    """Read the nodes that are published in a database.

    Raises:
        FleetUnreadableError: it does not answer, or refuses.
    """
    try:
        with connect(url, ANSWERS_WITHIN_SECS) as client:
            found = read(client)
    except (RedisError, OSError) as error:
        raise FleetUnreadableError(url, error) from None
    return Fleet(
        tuple(sorted(found.entries, key=lambda node: (node.trader_id, node.begun, node.instance_id))), found.unreadable
    )


def _agreed(told: Mapping[str, Decimal]) -> Decimal | None:
    amounts = set(told.values())
    return amounts.pop() if len(amounts) == 1 else None


def _text(net: Decimal | None) -> str | None:
    return None if net is None else amount_text(net)
