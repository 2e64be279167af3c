"""The heartbeat of a node that is watched."""

import asyncio
import logging

import pytest

from reconciliation.engine.counts import Counts
from reconciliation.layers.resolve import load
from reconciliation.node.monitoring import Monitoring
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import assumed_client, subject_of


def test_the_heart_beats_on_where_nothing_can_be_counted(caplog: pytest.LogCaptureFixture) -> None:
    settings = load(env={"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": "0"})
    monitoring = Monitoring(settings, plan(subject_of(settings, (assumed_client(settings),))), ("BINANCE-A",))
    beats: list[int] = []

    def counts() -> Counts:
        beats.append(1)
        if len(beats) > 1:
            raise KeyError("gone")
        return Counts(open_orders=3)

    async def body() -> None:
        beating = asyncio.create_task(monitoring.beat(counts, lambda: None))
        async with asyncio.timeout(20):
            while len(beats) < 4:  # noqa: ASYNC110 - nothing else tells of a beat
                await asyncio.sleep(0.01)
        beating.cancel()

    try:
        with caplog.at_level(logging.ERROR):
            asyncio.run(body())
        picture = monitoring.status.picture
        assert picture.counted.open_orders == 3
        assert len([record for record in caplog.records if "could not be counted" in record.message]) == 1
    finally:
        monitoring.close()
