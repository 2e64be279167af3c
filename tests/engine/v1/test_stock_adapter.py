import asyncio
import json
import sys
from typing import Any

from stage import HERE
from venue_client import running

NODE = HERE / "stock_node.py"


async def node_against_venue() -> tuple[dict[str, Any], dict[str, Any]]:
    """What a stock node saw of a seeded venue, and the venue's ledger afterwards."""
    async with running() as client:
        seed = {"symbol": "BTCUSDT", "fills": 20, "open_orders": 3, "net": "0.5"}
        await client.control("POST", "seed", seed)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(NODE), json.dumps(client.venue.ready), stdout=pipe, stderr=pipe
        )
        try:
            out, problems = await asyncio.wait_for(process.communicate(), 30)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert out, problems.decode()
        return json.loads(out.splitlines()[-1]), (await client.control("GET", "ledger"))[1]


def test_the_stock_adapter_trades_here() -> None:
    seen, ledger = asyncio.run(node_against_venue())
    # Of twenty past fills a cold node takes over only those of the open position, and the resting orders.
    assert (seen["orders"], seen["open"], seen["fills"]) == (5, 3, 2)
    assert seen["positions"] == ["0.500"]
    assert seen["trades"] == ["1021", "1022"]
    assert seen["position"] == ledger["positions"]["BTCUSDT"] == "0.520"
    assert [order["status"] for order in ledger["orders"][-4:]] == ["FILLED", "NEW", "FILLED", "CANCELED"]
