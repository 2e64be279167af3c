"""Nothing of the engine or its clients is touched for a guard that is not named."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from arena import OFF, Arena, node_on, nowhere
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from other_venue import NAME, SwallowingClientConfig, SwallowingClientFactory

from reconciliation import NodeBuilder
from reconciliation.engine.v1.adapters.binance.factory import GUARD_CLASSES
from reconciliation.engine.v1.adapters.binance.listening import ListeningClient
from reconciliation.engine.v1.queries.time_limits import REPORT_CALLS
from reconciliation.settings.guards import BINANCE_GUARDS, GUARDS


@dataclass(frozen=True)
class Touched:
    """What is put in place of a method on one object, by the object."""

    engine: frozenset[str] = frozenset()
    client: frozenset[str] = frozenset()
    http_client: frozenset[str] = frozenset()
    account_api: frozenset[str] = frozenset()


ONE_ORDER, ORDERS = "generate_order_status_report", "generate_order_status_reports"
FILLS, POSITIONS = "generate_fill_reports", "generate_position_status_reports"
MISSING, POSITION_CHECK = "_handle_missing_orders_at_venue", "_check_positions_consistency"
LISTENING: Final = Touched(http_client=frozenset({"send_request"}))

NEEDED: Final[dict[str, Touched]] = {
    "bulk_queries": Touched(engine=frozenset({MISSING}), client=frozenset({ORDERS})),
    "answered_absence": Touched(
        engine=frozenset({MISSING, "_resolve_inflight_order", "_resolve_order_not_found_at_venue"}),
        client=frozenset({ONE_ORDER, ORDERS}),
    ),
    "own_counters": Touched(engine=frozenset({MISSING})),
    "confirmed_positions": Touched(
        engine=frozenset({POSITION_CHECK, "_query_position_status_reports", "_reconcile_position_report"}),
        client=frozenset({POSITIONS}),
    ),
    "patient_positions": Touched(
        engine=frozenset({POSITION_CHECK, "_query_and_find_missing_fills"}), client=frozenset({FILLS})
    ),
    "steady_positions": Touched(
        engine=frozenset({POSITION_CHECK, "_query_and_find_missing_fills", "_reconcile_position_report"})
    ),
    "venue_trades": Touched(
        engine=frozenset(
            {
                "_handle_event_with_tracking",
                "_query_and_find_missing_fills",
                "_reconcile_execution_mass_status",
                "_reconcile_order_report",
                "_reconcile_order_reports",
            }
        ),
        client=frozenset({"generate_mass_status"}),
    ),
    "whole_history": Touched(
        engine=frozenset(
            {
                "_adjust_mass_status_fills",
                POSITION_CHECK,
                "_query_and_find_missing_fills",
                "_query_position_status_reports",
            }
        ),
        client=frozenset({"generate_mass_status"}),
    ),
    "matched_histories": Touched(
        engine=frozenset(
            {
                "_adjust_mass_status_fills",
                "_generate_order",
                "_query_and_find_missing_fills",
                "_query_position_status_reports",
                "reconcile_execution_state",
            }
        )
    ),
    "order_trades": LISTENING,
    "time_limits": Touched(client=frozenset({ONE_ORDER, ORDERS, FILLS, POSITIONS, "generate_mass_status"})),
    "symbols": Touched(),
    "reports": Touched(http_client=frozenset({"send_request"}), account_api=frozenset({"query_all_orders"})),
    "query_errors": LISTENING,
    "unknown_outcomes": Touched(),
    "account_positions": LISTENING,
    "history": Touched(account_api=frozenset({"query_all_orders", "query_user_trades"})),
}


def replaced(owner: Any) -> frozenset[str]:
    """The methods of an object's class that the object itself has others for."""
    return frozenset(name for name in vars(owner) if callable(getattr(type(owner), name, None)))


def touched(arena: Arena) -> Touched:
    client = arena.client
    return Touched(
        engine=replaced(arena.engine),
        client=replaced(client),
        http_client=replaced(client._http_client),
        account_api=replaced(client._http_account),
    )


@pytest.fixture
def arena(guards: tuple[str, ...]) -> Iterator[Arena]:
    with node_on(nowhere(), guards=guards, start=False, **OFF) as arena:
        yield arena


@pytest.mark.parametrize("guards", [()])
def test_without_a_guard_all_is_as_upstream_made_it(arena: Arena) -> None:
    assert touched(arena) == Touched()
    assert not [name for name in vars(type(arena.client)) if not name.startswith("__")]
    assert type(arena.client).__mro__[1] is BinanceFuturesExecutionClient
    assert all(replaced(client) == frozenset() for client in arena.node.kernel.data_engine._clients.values())


@pytest.mark.parametrize("guards", [(guard,) for guard in GUARDS], ids=GUARDS)
def test_a_guard_alone_touches_what_it_needs(arena: Arena, guards: tuple[str, ...]) -> None:
    assert touched(arena) == NEEDED[guards[0]]
    ours = [cls for cls in type(arena.client).__mro__[1:] if cls.__module__.startswith("reconciliation.")]
    wanted = [GUARD_CLASSES[guard] for guard in guards if guard in BINANCE_GUARDS]
    assert [cls for cls in ours if cls is not ListeningClient] == wanted


@pytest.mark.parametrize("guards", [GUARDS])
def test_all_guards_touch_what_each_needs_and_no_more(arena: Arena) -> None:
    """But for the time limit: a client that listens to its requests limits each of them, and no report."""
    needed = [of for guard, of in NEEDED.items() if guard != "time_limits"]
    assert touched(arena) == Touched(
        engine=frozenset().union(*(of.engine for of in needed)),
        client=frozenset().union(*(of.client for of in needed)),
        http_client=frozenset().union(*(of.http_client for of in needed)),
        account_api=frozenset().union(*(of.account_api for of in needed)),
    )
    assert arena.client.request_secs == 10.0


def only_the_other(builder: NodeBuilder) -> None:
    builder.add_exec_client(NAME, SwallowingClientConfig(), SwallowingClientFactory)


@pytest.mark.parametrize("guards", [(), *((guard,) for guard in GUARDS)], ids=["none", *GUARDS])
def test_a_client_of_another_venue_is_touched_for_what_works_at_any_venue_alone(guards: tuple[str, ...]) -> None:
    with node_on(None, guards=guards, configure=only_the_other, start=False, **OFF) as arena:
        needed = NEEDED[guards[0]] if guards else Touched()
        if guards == ("query_errors",):  # there by what the client logs; at Binance by what it is answered
            needed = Touched(client=frozenset({*REPORT_CALLS, "_log_report_error"}))
        assert replaced(arena.engine) == needed.engine
        assert replaced(arena.client) == needed.client
