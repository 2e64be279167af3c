# $ recon check --script config_by_a_coroutine.py --call 'build()'
# exit 0: E03 W21 W37

import asyncio

from nautilus_trader.config import LiveExecEngineConfig


async def build():
    await asyncio.sleep(0)
    return LiveExecEngineConfig()
