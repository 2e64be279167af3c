"""Letting the event loop turn in the middle of long work."""

import asyncio


async def give_way() -> None:
    """Let everything that waits for the loop have its turn, and what has arrived be read."""
    await asyncio.sleep(0)
