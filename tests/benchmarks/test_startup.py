"""Starts are measured on accounts from small to large, on all kinds of nodes, and told with how they grow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.limits import command, distance, starts, startup
from benchmarks.limits.measuring import PLAIN, RECON, STOCK
from benchmarks.limits.sizes import QUICK, Account
from benchmarks.limits.starts import BUILT_UP, COLD, ROUND_TRIPS, WARM, Found, Starts
from benchmarks.measured_process import NotMeasuredError

SIZES = replace(
    QUICK, symbols=1, accounts=(Account(symbols=1, rounds=1), Account(symbols=2, rounds=1, is_compared=False))
)


def measured(kind: str, history: str, orders: int, secs: dict[str, list[float]]) -> Iterator[Starts]:
    for state, each in secs.items():
        yield Starts(
            kind=kind,
            state=state,
            history=history,
            symbols=1,
            orders=orders,
            secs=each,
            cpu_secs=[one / 2 for one in each],
            held={"orders": orders, "fills": orders},
        )


@pytest.fixture
def found() -> Found:
    """Recon in proportion to the orders, stock with their square."""
    return Found(
        [
            *measured(RECON, ROUND_TRIPS, 100, {COLD: [1.0, 4.0, 2.0], WARM: [0.1, 0.1, 0.1]}),
            *measured(STOCK, ROUND_TRIPS, 100, {COLD: [2.0, 5.0, 8.0], WARM: [1.0, 1.0, 1.0]}),
            *measured(RECON, BUILT_UP, 10, {COLD: [0.5], WARM: [0.05]}),
            *measured(STOCK, BUILT_UP, 10, {COLD: [0.2], WARM: [0.1]}),
            *measured(RECON, BUILT_UP, 100, {COLD: [5.0], WARM: [0.5]}),
            *measured(STOCK, BUILT_UP, 100, {COLD: [20.0], WARM: [10.0]}),
            *measured(RECON, BUILT_UP, 300, {COLD: [15.0], WARM: [31.0]}),
        ]
    )


def test_all_kinds_start_on_all_accounts(tmp_path: Path) -> None:
    found = Found(startup.startup(SIZES, tmp_path, lambda _: None))
    assert not [each.failed for each in found.starts if each.failed]
    compared = [(kind, BUILT_UP, 3, state) for kind in (RECON, STOCK, PLAIN) for state in (COLD, WARM)]
    trips = [(kind, ROUND_TRIPS, 3, state) for kind in (RECON, STOCK) for state in (COLD, WARM)]
    alone = [(RECON, BUILT_UP, 6, state) for state in (COLD, WARM)]
    assert [(each.kind, *each.account) for each in found.starts] == [*trips, *compared, *alone]
    for each in found.starts:
        assert each.cpu_secs[0] > 0
        assert len(each.secs) == len(each.cpu_secs) == 1
        if each.kind != STOCK:  # one open order of each symbol; the venue tells all of a history
            assert each.held == {"orders": each.orders + each.symbols, "fills": each.orders} or (
                each.history == ROUND_TRIPS
            )
    assert Found.read(found.data()).data() == found.data()


def test_a_ratio_is_that_of_the_starts_of_one_round(found: Found) -> None:
    goals = {goal.name: goal for goal in found.goals()}
    beside = goals["a cold start on 100 orders, round trips, recon / stock"]
    assert beside.measured == 0.5  # 0.5, 0.8, 0.25
    assert beside.note == "processor time 0.50 x"
    assert not beside.is_met
    assert goals["a warm start on 100 orders, round trips, recon / stock"].is_met
    assert goals["a cold start on 300 orders"].measured == 15.0


def test_growth_is_the_slope_of_logarithms(found: Found) -> None:
    growth = {goal.name: goal for goal in found.goals()}["growth of a cold start from 10 to 300 orders, the exponent"]
    assert growth.measured == pytest.approx(1.0)
    assert growth.is_met
    assert growth.note == "processor time 1.00; between the two largest 1.00; stock, as far as it goes 2.00"
    assert starts.exponent([(10, 1.0)]) is None


def test_the_limit_is_held_against_the_slowest_start(found: Found) -> None:
    compared, largest = found.limits()
    assert (compared.recon, compared.stock, compared.holds) == (5.0, 20.0, True)
    assert compared.limit_cells()[-1] == ""  # the one may be a cold start, the other a warm one
    assert (largest.recon, largest.stock, largest.holds) == (31.0, None, False)


def test_a_kind_that_fails_is_told_and_the_others_are_measured() -> None:
    failed = Starts(kind=STOCK, state=COLD, history=BUILT_UP, symbols=1, orders=100, failed="it fell silent")
    found = Found([*measured(RECON, BUILT_UP, 100, {COLD: [5.0], WARM: [0.5]}), failed])
    assert f"- {STOCK}, {BUILT_UP}, 100 orders, cold: it fell silent" in list(found.lines())
    beside = [goal for goal in found.goals() if "recon / stock" in goal.name]
    assert beside
    assert not any(goal.is_met for goal in beside)


def test_starts_that_went_well_do_not_stand_for_one_that_failed(found: Found) -> None:
    """It had told that its trader ran, and not what it holds; a limit is not kept, and no goal met."""
    for each in found.starts:
        if (each.kind, each.history, each.orders, each.state) == (RECON, BUILT_UP, 300, COLD):
            each.failed, each.held = "it fell silent", {}
    goals = {goal.name: goal for goal in found.goals()}
    assert goals["a cold start on 300 orders"].measured is None
    assert goals["a warm start on 300 orders"].measured == 31.0
    assert goals["growth of a cold start from 10 to 300 orders, the exponent"].measured is None
    assert goals["growth of a warm start from 10 to 300 orders, the exponent"].measured is not None
    _, largest = found.limits()
    assert (largest.recon, largest.holds, largest.remark) == (None, False, "recon, cold: it fell silent")


def test_what_a_node_held_is_told_where_it_told_it(found: Found) -> None:
    for each in found.starts:
        if each.kind == STOCK:
            each.held = {}
    assert [line for line in found.lines() if "holds" in line] == [
        f"- After a warm start on 100 orders, {history}: recon holds 100 orders and 100 fills."
        for history in (ROUND_TRIPS, BUILT_UP)
    ]
    for each in found.starts:
        each.held = {}
    assert not [line for line in found.lines() if "After a warm start" in line]


def test_rounds_are_told_from_the_fewest_to_the_most(found: Found) -> None:
    found.starts[-1].secs *= 2
    assert "- Starts of each kind on each account, cold and warm: 1 to 3." in list(found.lines())


def test_the_command_is_timed_beside_what_it_reports(tmp_path: Path) -> None:
    part = command.command(SIZES, tmp_path, lambda _: None)
    whole, cpu, boot, reconciliation, start = (figure.recon or 0.0 for figure in part.figures[:5])
    assert whole > boot > reconciliation > 0
    assert cpu > 0
    assert start > boot
    assert [goal.measured for goal in part.goals[:2]] == [pytest.approx(whole / of) for of in (reconciliation, start)]


def test_a_command_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(NotMeasuredError, match=r"recon reconcile exits 2: .*RECON_CACHE_URL"):
        command._run({"RECON_CACHE_URL": "nowhere"}, tmp_path, 0.0)


def test_an_answer_is_on_its_way_for_as_long_as_is_said(tmp_path: Path) -> None:
    part = distance.distance(SIZES, tmp_path, lambda _: None)
    reconciliation = part.figures[0]
    for secs in (reconciliation.recon, reconciliation.stock):
        assert secs is not None
        assert secs > 2 * distance.LATENCY_SECS  # it asks for one thing after another
    assert part.goals[0].measured == part.figures[2].recon
