"""The limits are measured on both nodes, and told with their margin."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.limits import checks, events, figures, measuring, memory, run
from benchmarks.limits.blocks import Blocks, blocks_noted
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import FIXED, RECON, STOCK, cache, surroundings, told_by
from benchmarks.limits.node import CHECKS
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import QUICK
from benchmarks.measured_process import NotMeasuredError, Told
from reconciliation import load
from reconciliation.layers.settings_folder import shipped_settings


def figure(recon: float | None, stock: float | None = 4.0, unit: str = "s") -> Figure:
    return Figure(name="startup", unit=unit, limit=30.0, recon=recon, stock=stock)


def test_a_limit_is_told_with_its_margin_and_the_ratio_to_stock() -> None:
    assert figure(6.0).limit_cells() == ("startup", "30.0 s", "6.0 s", "80%", "4.0 s", "1.50")
    assert figure(31.0).limit_cells()[3] == "**missed**"
    assert figure(None, None).limit_cells() == ("startup", "30.0 s", "not measured", "**missed**", "not measured", "")
    assert figure(30, unit="").limit_cells()[3] == "kept"
    assert replace(figure(6.0), ratio=1.25).cells() == ("startup", "6.0 s", "4.0 s", "1.25")
    assert [*figures.table([figure(6.0, None)])] == ["|  | recon |", "|---|---|", "| startup | 6.0 s |"]
    assert figures.read(figures.data([figure(6.0)])) == (figure(6.0),)


def test_a_check_is_measured_on_all_nodes(tmp_path: Path) -> None:
    said: list[str] = []
    part = checks.check(QUICK, tmp_path, said.append)
    found = {figure.name: figure for figure in part.figures}
    assert all(figure.recon is not None and figure.stock is not None for figure in found.values())
    (limit,) = part.limits
    assert limit.name == "a periodic check, 4 open orders, the slowest of 1"
    assert limit.remark == ""
    assert [goal.bound for goal in part.goals] == [checks.BLOCKED_AT_MOST_MS, 1.0, 1.0, 1.0]
    assert all(goal.measured is not None for goal in part.goals)
    asked = found["requests of a check of open orders, 4 open orders, the median"]
    assert asked.recon == asked.stock == 7  # positions, open orders of two kinds, the history of two symbols of two
    assert said[-3].startswith("recon checks 4 open orders")


@pytest.mark.parametrize("failing", [RECON, FIXED, STOCK])
def test_checks_that_went_well_do_not_stand_for_a_node_that_failed(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first node came through; a limit is not kept, and no goal met, by that alone."""
    begun: list[str] = []

    def told(kind: str, *_: object) -> Iterator[tuple[float, Told]]:
        begun.append(kind)
        if begun.count(kind) > 1 and kind == failing:
            raise NotMeasuredError("it fell silent")
        for name in CHECKS:
            yield 0.0, {"check": name, "began": 0.0, "ended": 0.0} | dict.fromkeys(checks.TOLD, 0.01)

    monkeypatch.setattr(checks, "told_by", told)
    part = checks.check(replace(QUICK, nodes=2), tmp_path, lambda _: None)
    (limit,) = part.limits
    assert limit.remark == "it fell silent"
    assert (limit.recon is None, limit.stock is None) == (failing == RECON, failing == STOCK)
    assert limit.holds is (failing != RECON)
    block, *durations = part.goals
    assert block.is_met is (failing != RECON)
    for goal in durations:
        assert goal.is_met is (failing == STOCK)
        assert (goal.note != "") is (failing == STOCK)


def test_a_block_of_the_loop_is_as_long_as_what_blocks_it() -> None:
    async def blocked() -> Blocks:
        async with blocks_noted() as blocks:
            begun = time.perf_counter()
            while time.perf_counter() - begun < 0.05:
                pass
        return blocks

    blocks = asyncio.run(blocked())
    assert blocks.wall_secs > 0.04
    assert blocks.cpu_secs > 0


def test_both_nodes_trade_the_same_orders(tmp_path: Path) -> None:
    part = events.events(QUICK, tmp_path, print)
    cost, throughput, over_sockets = part.figures
    for each in part.figures:
        assert each.recon is not None
        assert each.stock is not None
    assert [goal.measured for goal in part.goals] == [cost.ratio, throughput.ratio, over_sockets.ratio]
    assert [goal.at_least for goal in part.goals] == [False, True, False]


def test_a_purge_leaves_the_open_orders_alone(tmp_path: Path) -> None:
    with surroundings(fills=2, open_orders=1, symbols=2, progress=print) as env, cache() as url:
        told = [told for _, told in told_by(RECON, env | url, tmp_path, "cycles", 2, 2)]
    assert [each["orders"] for each in told if "rss" in each] == [2, 2]


def test_a_node_of_recon_tells_until_when_it_reconciled(tmp_path: Path) -> None:
    with surroundings(fills=2, open_orders=1, symbols=1, progress=print) as env, cache() as url:
        ((_, told), *_) = told_by(RECON, env | url, tmp_path, "start")
    assert told["at"] - 10 < told["until"] - told["reconciliation"] < told["until"] <= told["at"]


def test_memory_is_held_to_a_limit(tmp_path: Path) -> None:
    part = memory.memory(QUICK, tmp_path, print)
    orders, kept = part.figures
    assert (orders.recon, orders.stock, orders.limit) == (2, 2, 2)
    assert part.limits == (kept,)
    assert [goal.measured for goal in part.goals] == [2, kept.recon]


def test_a_part_that_cannot_be_measured_is_told_and_the_others_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> Part:
        raise NotMeasuredError("it fell silent")

    monkeypatch.setattr(run, "PARTS", {"command": fails, "memory": lambda *_: Part((figure(6.0),))})
    done = CliRunner().invoke(run.main, ["--json", str(tmp_path)])
    assert done.exit_code == 1
    assert "command was not measured: it fell silent" in done.stderr
    assert "| startup | 6.0 s | 4.0 s | 1.50 |" in done.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["memory.json"]


def test_the_plain_node_has_no_acceleration() -> None:
    assert load(env=measuring._DIFFERS[measuring.PLAIN], settings_dir=shipped_settings()).node.accelerate == ()
