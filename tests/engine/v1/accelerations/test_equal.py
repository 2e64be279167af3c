"""Accelerated or not, the same comes of it: each order, fill and position, event by event, in the same order."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import count
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from virtual import histories, settings_with

from reconciliation.drill.scenario import CLAIMS
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fill,
    Kill,
    Place,
    Schedule,
    Seed,
    Stop,
    Submit,
    Until,
    Wait,
    Withdraw,
)
from reconciliation.drill.seeds.derive import derive
from reconciliation.drill.virtual import VirtualRun
from reconciliation.settings.accelerations import ACCELERATIONS
from reconciliation.settings.guards import GUARDS

LOTS: Final = {"BTCUSDT": Decimal("0.010"), "ETHUSDT": Decimal("0.200"), "SOLUSDT": Decimal(2)}
RESTING: Final = {"BTCUSDT": Decimal(50_000), "ETHUSDT": Decimal(2_500), "SOLUSDT": Decimal(100)}
WITHOUT_HISTORY: Final = tuple(guard for guard in GUARDS if guard not in {"whole_history", "matched_histories"})

EXACT: Final = tuple(
    name for name in ACCELERATIONS if name not in {"matched_instruments", "concurrent_queries", "yielding_checks"}
)
"""Those with which a node asks the same at the same times, and so is told the same; the others are looked at by
themselves."""

few = hypothesis_settings(
    max_examples=max(4, hypothesis_settings().max_examples // 100), deadline=None, suppress_health_check=()
)


@st.composite
def trades(draw: st.DrawFn, numbers: Iterator[int]) -> tuple[AnyOperation, ...]:
    """A few orders of the node's own and from outside: filled, filled in part, resting, withdrawn; flips among them."""
    made: list[AnyOperation] = []
    for _ in range(draw(st.integers(1, 4))):
        symbol = draw(st.sampled_from(sorted(LOTS)))
        name, lots = f"order-{next(numbers)}", draw(st.integers(1, 3))
        order: dict[str, Any] = {
            "name": name,
            "symbol": symbol,
            "side": draw(st.sampled_from(["BUY", "SELL"])),
            "quantity": LOTS[symbol] * lots,
        }
        kind = Place if draw(st.booleans()) else Submit
        match draw(st.sampled_from(["market", "resting", "part", "ended"])):
            case "market":
                made.append(kind(**order))
            case what:
                resting = order | {"side": "BUY", "price": RESTING[symbol]}
                made += [kind(**resting), Wait(secs=2)]
                if what != "resting" and lots > 1:
                    made.append(Fill(name=name, quantity=LOTS[symbol]))
                if what == "ended":
                    made.append(Withdraw(name=name))
        made.append(Wait(secs=draw(st.sampled_from([1, 10, 45]))))
    return tuple(made)


@st.composite
def lives(draw: st.DrawFn) -> tuple[AnyOperation, ...]:
    """What happened before the first boot, two or three lives, and what happens between them."""
    numbers = count(1)
    seeded = [
        Seed(symbol=symbol, fills=draw(st.integers(1, 6)), net=LOTS[symbol] * draw(st.integers(-2, 2)), age_mins=20)
        for symbol in draw(st.lists(st.sampled_from(sorted(LOTS)), unique=True))
    ]
    operations: list[AnyOperation] = [*seeded]
    for _ in range(draw(st.integers(1, 2))):
        operations += [Boot(), Until(event="Started")]
        operations += draw(trades(numbers))
        operations.append(Stop() if draw(st.booleans()) else Kill())
        operations += (each for each in draw(trades(numbers)) if isinstance(each, Place | Fill | Withdraw | Wait))
    return (*operations, Boot(), Until(event="Started"), Wait(secs=10))


def came_of_it(settings: Any, schedule: Schedule) -> tuple[list[str], list[tuple[str, str, tuple[Any, ...]]]]:
    """Return what was heard and asked, and what was written of orders, positions and accounts, in its order."""
    run = VirtualRun(settings, schedule)
    run.play()
    heard = [f"{entry.ns} {entry.kind} {entry.text}" for entry in run.world.trace if entry.kind != "database"]
    database: Any = run.store
    return heard, [
        (write.command, write.key, tuple(map(without_ids, write.values)))
        for write in database._log
        if not write.key.startswith("index:")
    ]


def without_ids(value: bytes) -> Any:
    """What was written without the ids that each event draws for itself."""
    try:
        told = msgspec.msgpack.decode(value)
    except msgspec.DecodeError:
        return value
    return (
        {key: each for key, each in told.items() if key not in {"event_id", "id"}} if isinstance(told, dict) else told
    )


def assert_equal(schedule: Schedule, guards: Collection[str] = GUARDS, lookback_mins: int | None = None) -> None:
    def played(names: Collection[str]) -> Any:
        more = {"node.accelerate": list(names), "reconciliation.lookback_mins": lookback_mins}
        return came_of_it(settings_with(guards, more), schedule)

    assert played(EXACT) == played(())


@pytest.mark.property
@few
@given(operations=lives(), lookback_mins=st.sampled_from([None, 1, 30]), seed=st.integers(1, 1_000))
@pytest.mark.parametrize("guards", [GUARDS, WITHOUT_HISTORY, ()], ids=["guarded", "adjusted", "stock"])
def test_generated_histories(
    guards: Collection[str], operations: tuple[AnyOperation, ...], lookback_mins: int | None, seed: int
) -> None:
    schedule = Schedule(name="test", seed=seed, claims=CLAIMS, operations=operations)
    assert_equal(schedule, guards, lookback_mins)


@pytest.mark.property
@few
@given(operations=lives(), seed=st.integers(1, 1_000))
def test_generated_histories_by_concurrent_queries(operations: tuple[AnyOperation, ...], seed: int) -> None:
    """A start is over sooner, so that times differ, and nothing else."""
    schedule = Schedule(name="test", seed=seed, claims=CLAIMS, operations=operations)
    told = []
    for names in (ACCELERATIONS, ()):
        run = VirtualRun(settings_with(overrides={"node.accelerate": list(names)}), schedule)
        played = run.play()
        told.append((played.anomalies, histories(run)))
    assert told[0] == told[1]


@pytest.mark.property
@few
@given(operations=lives(), seed=st.integers(1, 1_000))
def test_generated_histories_without_what_is_known(operations: tuple[AnyOperation, ...], seed: int) -> None:
    """What the engine makes up of an instrument that it knows is left out; all else is the same."""
    schedule = Schedule(name="test", seed=seed, claims=CLAIMS, operations=operations)
    told = []
    for names in (["matched_instruments"], []):
        run = VirtualRun(settings_with(WITHOUT_HISTORY, {"node.accelerate": names}), schedule)
        played = run.play()
        told.append((dict(histories(run)), {str(anomaly) for anomaly in played.anomalies}))
    (quick, wrong), (plain, wrong_of_plain) = told
    assert wrong <= wrong_of_plain
    assert trades_of(quick) == trades_of(plain)
    assert made_up(quick) <= made_up(plain)
    if not made_up(plain):
        assert quick.keys() == plain.keys()
        assert all(is_among(events, plain[key]) for key, events in quick.items())


def is_among(events: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether others are these and more in between: adjusted in vain, an order that is over is updated."""
    rest = iter(others)
    return all(event in rest for event in events)


def trades_of(stored: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The venue's own trades, which have numbers, by what holds them."""
    found = {key: [event for event in events if event.rpartition(" ")[2].isdecimal()] for key, events in stored.items()}
    return {key: events for key, events in found.items() if events}


def made_up(stored: Mapping[str, tuple[str, ...]]) -> int:
    """How many fills of orders are no trades of the venue's."""
    orders = (events for key, events in stored.items() if key.startswith("orders:"))
    filled = (event for events in orders for event in events if event.startswith("OrderFilled"))
    return sum(not event.rpartition(" ")[2].isdecimal() for event in filled)


@pytest.mark.parametrize("seed", range(1, 11))
def test_seeds_of_the_drill(seed: int) -> None:
    """With faults at venue, stream and cache, and kills."""
    assert_equal(derive(seed, minutes=2, settle_secs=60, silence_secs=2, kills=False))
