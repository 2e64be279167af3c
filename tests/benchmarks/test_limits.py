"""The limits are measured on both nodes, and told with their margin."""

import asyncio
import time
from pathlib import Path

from benchmarks.limits import checks, events, figures
from benchmarks.limits.blocks import Blocks, blocks_noted
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import RECON, cache, surroundings, told_by
from benchmarks.limits.sizes import QUICK


def figure(recon: float | None, stock: float | None = 4.0, unit: str = "s") -> Figure:
    return Figure(name="startup", unit=unit, limit=30.0, recon=recon, stock=stock)


def test_a_limit_is_told_with_its_margin_and_the_ratio_to_stock() -> None:
    assert figure(6.0).cells() == ("startup", "30.0 s", "6.0 s", "80%", "4.0 s", "1.50")
    assert figure(31.0).cells()[3] == "MISSED"
    assert figure(None, None).cells() == ("startup", "30.0 s", "not measured", "MISSED", "not measured", "")
    assert figure(30, unit="").cells()[3] == "kept"
    assert figures.read(figures.data([figure(6.0)])) == (figure(6.0),)


def test_a_check_is_measured_on_all_nodes(tmp_path: Path) -> None:
    said: list[str] = []
    found = {figure.name: figure for figure in checks.check(QUICK, tmp_path, said.append)}
    assert all(figure.recon is not None and figure.stock is not None for figure in found.values())
    assert found["a periodic check, 4 open orders, the slowest of 1"].remark == ""
    asked = found["requests of a check of open orders, 4 open orders, the median"]
    assert asked.recon == asked.stock == 7  # positions, open orders of two kinds, the history of two symbols of two
    assert said[-3].startswith("recon checks 4 open orders")


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
    (found,) = events.events(QUICK, tmp_path, print)
    assert found.recon is not None
    assert found.stock is not None
    assert found.limit == found.stock * events.COSTS_AT_MOST


def test_a_purge_leaves_the_open_orders_alone(tmp_path: Path) -> None:
    with surroundings(fills=2, open_orders=1, symbols=2, progress=print) as env, cache() as url:
        told = [told for _, told in told_by(RECON, env | url, tmp_path, "cycles", 2, 2)]
    assert [each["orders"] for each in told if "rss" in each] == [2, 2]
