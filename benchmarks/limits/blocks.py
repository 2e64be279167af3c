"""How long an event loop is blocked: what else there is to do on it waits for so long."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

BEAT_SECS: Final = 0.001


@dataclass(slots=True)
class Blocks:
    """What a heartbeat saw.

    Attributes:
        wall_secs: by how much a beat was late at the most, as everything else on the loop was.
        cpu_secs: how much processor time the loop's thread took at the most between two beats; the machine's other
            processes have no part in that.
    """

    wall_secs: float = 0.0
    cpu_secs: float = 0.0


@asynccontextmanager
async def blocks_noted() -> AsyncIterator[Blocks]:
    """Note how long the running loop is blocked meanwhile."""
    blocks = Blocks()

    async def beat() -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(BEAT_SECS)
            now, used = time.perf_counter(), time.thread_time()
            blocks.wall_secs = max(blocks.wall_secs, now - wall - BEAT_SECS)
            blocks.cpu_secs = max(blocks.cpu_secs, used - cpu)
            wall, cpu = now, used

    beating = asyncio.create_task(beat())
    await asyncio.sleep(2 * BEAT_SECS)
    try:
        yield blocks
        await asyncio.sleep(2 * BEAT_SECS)  # the beat that was late is counted
    finally:
        beating.cancel()
