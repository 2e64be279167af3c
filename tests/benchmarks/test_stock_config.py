"""A stock node that is measured has the settings of recon's, and nothing of recon in its process."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from benchmarks.limits.checks import BY_HAND_ALONE
from benchmarks.limits.measuring import surroundings
from benchmarks.limits.memory import RARE_CHECKS
from benchmarks.stock_config import stock_config
from reconciliation import LiveTradingNodeConfig, load


@pytest.fixture(scope="module")
def around() -> Iterator[Mapping[str, str]]:
    with surroundings(fills=0, open_orders=0, symbols=1, progress=lambda _: None) as env:
        yield env | {"RECON_CACHE_URL": "redis://127.0.0.1:6380"}


def told(config: Any) -> Any:
    return json.loads(config.json())


@pytest.mark.parametrize("more", [{}, RARE_CHECKS, BY_HAND_ALONE], ids=["starts", "memory", "checks"])
def test_both_nodes_have_the_same_settings(
    more: dict[str, str], around: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**around, **more}.items():
        monkeypatch.setenv(name, value)
    assert told(stock_config()) == told(LiveTradingNodeConfig.from_settings(load()).build_trading_node_config())


def test_a_stock_process_has_nothing_of_recon() -> None:
    for module in ("benchmarks.limits.nodes.stock", "benchmarks.boots.hand_written"):
        script = f"import {module}, sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert {"nautilus_trader", "benchmarks"} <= set(done.stdout.split())
        assert {"reconciliation", "pydantic", "redis", "structlog"} & set(done.stdout.split()) == set()
