"""What `recon plan` says a start asks for, held against what a real node asks in virtual time, request by request.

A start with its preflight, over sockets, is held in `tests/journeys/test_start_weight.py`.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import pytest
from virtual import STARTED, run_of, settings_with

from reconciliation.drill.schedule import Seed, Stop, Wait
from reconciliation.rules.limits import LIMITS
from reconciliation.rules.startup import start_cost
from reconciliation.rules.subject import subject_of
from reconciliation.settings.guards import GUARDS

LOTS: Final = {"BTCUSDT": Decimal("0.010"), "ETHUSDT": Decimal("0.200"), "SOLUSDT": Decimal(5)}
PREFLIGHT: Final = Counter({call.name: made for call, made in LIMITS["BINANCE"].calls.at_start["preflight"].items()})
"""What a boot asks before there is a node; in virtual time it does not."""


def history(symbols: int, orders: int, days: int) -> list[Seed]:
    """Orders of each symbol, spread over the days; together they are its position."""
    return [
        Seed(symbol=symbol, fills=1, net=lot * number, age_mins=1 + (orders - number) * days * 1_440 // orders)
        for number in range(1, orders + 1)
        for symbol, lot in list(LOTS.items())[:symbols]
    ]


def asked(seeds: list[Seed], overrides: Mapping[str, object]) -> tuple[Counter[str], Counter[str]]:
    """What a cold and a warm start ask for."""
    run = run_of(*seeds, *STARTED, Wait(secs=1), Stop(), *STARTED, overrides=overrides)
    run.play()
    starts: list[Counter[str]] = []
    starting = False
    for entry in run.world.trace:
        if entry.kind == "node" and entry.text.startswith("Booting"):
            starts.append(Counter())
            starting = True
        elif entry.kind == "node" and entry.text.startswith("Started"):
            starting = False
        elif entry.kind == "request" and starting:
            starts[-1][entry.text.partition("?")[0]] += 1
    cold, warm = starts
    return cold, warm


@pytest.mark.parametrize(
    ("symbols", "orders", "days", "lookback_mins"),
    [
        (1, 6, 0, None),
        (3, 6, 0, None),
        (1, 999, 0, None),
        (1, 1_000, 0, None),
        (2, 1_500, 0, None),
        (1, 2_000, 0, None),
        (2, 40, 20, 21 * 1_440),
        (1, 2_100, 20, 21 * 1_440),
    ],
)
def test_a_start_makes_the_requests_predicted(symbols: int, orders: int, days: int, lookback_mins: int | None) -> None:
    overrides = {"reconciliation.lookback_mins": lookback_mins, "node.timeout_reconciliation": 600.0}
    cold, warm = asked(history(symbols, orders, days), overrides)
    subject = subject_of(settings_with(overrides=overrides))
    predicted = start_cost(subject, symbols=symbols, orders=symbols * orders)
    assert cold + PREFLIGHT == warm + PREFLIGHT == dict(predicted.requests)


def test_without_the_symbol_guard_a_warm_start_asks_for_each_symbol_twice() -> None:
    guards = tuple(guard for guard in GUARDS if guard != "symbols")
    overrides = {"node.guards": guards, "node.accept": ("E21",)}
    cold, warm = asked(history(2, 6, 0), overrides)
    predicted = start_cost(subject_of(settings_with(overrides=overrides)), symbols=2, orders=12)
    assert warm + PREFLIGHT == dict(predicted.requests)
    assert cold["GET /fapi/v1/allOrders"] == 2
