"""The guide on the local venue names every control call with every key that it takes."""

import re
from pathlib import Path
from typing import Final

from reconciliation.venue import bodies
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.exchange import Exchange
from reconciliation.venue.symbols import SYMBOLS

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "guides" / "local-venue.md"
ROW: Final = re.compile(r"^\| `([A-Z]+ \w+)` \| (.*?) \|", re.MULTILINE)
BODIES: Final[dict[str, type[bodies.Body]]] = {
    "POST seed": bodies.SeedBody,
    "POST orders": bodies.OrderBody,
    "POST fills": bodies.FillBody,
    "POST amendments": bodies.AmendBody,
    "POST cancels": bodies.NamedOrderBody,
    "POST faults": bodies.FaultBody,
    "POST stream": bodies.StreamBody,
    "POST reach": bodies.ReachBody,
    "POST clock": bodies.ClockBody,
}


def test_the_table_has_every_call_and_every_key() -> None:
    told = {call: set(re.findall(r"`(\w+)`", keys)) for call, keys in ROW.findall(PAGE.read_text("utf-8"))}
    exchange = Exchange(lambda: 0, KeyPair.generate())
    assert tuple(told) == exchange.control.names
    for call, keys in told.items():
        assert keys == (set(BODIES[call].model_fields) if call in BODIES else set()), call


def test_there_are_as_many_symbols_as_the_guide_counts() -> None:
    assert len(SYMBOLS) == 20
