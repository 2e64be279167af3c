"""The watch on the database behind a cache, with a real one that is ended, stopped and brought back."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis import Redis
from virtual import STARTED, run_of

from reconciliation.cache_client import connect
from reconciliation.drill import virtual
from reconciliation.drill.schedule import Wait
from reconciliation.drill.virtual_cache import VirtualCacheWatch
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.engine.lifecycle import CacheBack, CacheLost, Event
from reconciliation.engine.written import MARK
from reconciliation.node import cache_watch
from reconciliation.node.cache_watch import CacheWatch
from reconciliation.rules.database import PROBED_EVERY_SECS

SOON_SECS = 20.0


@asynccontextmanager
async def watching(url: str, keep: Callable[[], None] = lambda: None) -> AsyncIterator[list[Event]]:
    told: list[Event] = []
    watch = CacheWatch(url, told.append, asyncio.get_running_loop(), keep)
    try:
        yield told
    finally:
        watch.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_SECS):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


def test_a_database_that_ends_is_told_once_and_told_again_when_it_is_back() -> None:
    async def body(cache: EmbeddedCache) -> None:
        async with watching(cache.url) as told:
            cache.kill()
            await until(lambda: len(told) == 1)
            assert isinstance(told[0], CacheLost)
            assert "refused" in told[0].reason
            await asyncio.sleep(1.2)  # it is asked twice more, and says nothing new
            cache.come_back()
            await until(lambda: len(told) == 2)
            assert isinstance(told[1], CacheBack)
            assert 1.2 < told[1].secs < SOON_SECS

    with EmbeddedCache() as cache:
        asyncio.run(body(cache))


def test_a_database_that_is_started_again_between_two_questions_is_told() -> None:
    """What the engine had under way is lost all the same."""

    async def body(cache: EmbeddedCache) -> None:
        async with watching(cache.url) as told:
            await until(lambda: connections(cache.url) > 1)
            cache.kill()
            cache.come_back()
            await until(lambda: len(told) == 2)
            assert isinstance(told[0], CacheLost)
            assert isinstance(told[1], CacheBack)

    with EmbeddedCache() as cache:
        asyncio.run(body(cache))


def connections(url: str) -> int:
    with connect(url) as client:
        return len(client.client_list())


def test_the_connection_of_the_engine_is_not_let_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would cut it does so after minutes, and the write that finds out is lost."""
    monkeypatch.setattr(cache_watch, "KEPT_EVERY_SECS", PROBED_EVERY_SECS)

    async def body(cache: EmbeddedCache) -> None:
        kept: list[int] = []
        async with watching(cache.url, lambda: kept.append(threading.get_ident())) as told:
            await until(lambda: len(kept) == 2)
            assert not told
        assert set(kept) == {threading.get_ident()}  # on the loop, as all that the engine writes

    with EmbeddedCache() as cache:
        asyncio.run(body(cache))


class Keeping(VirtualCacheWatch):
    """Has the engine's connection written to a minute after the node ran."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        *_, loop, keep = arguments
        loop.call_later(60, keep)


@pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")
def test_what_keeps_it_is_a_write_of_the_engines_own_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "VirtualCacheWatch", Keeping)
    run = run_of(*STARTED, Wait(secs=120))
    run.play()
    assert [entry.text for entry in run.world.trace if entry.kind == "database"][-1] == f"insert {MARK}"


def test_a_database_that_hangs_is_told() -> None:
    async def body(cache: EmbeddedCache, pid: int) -> None:
        async with watching(cache.url) as told:
            os.kill(pid, signal.SIGSTOP)
            try:
                await until(lambda: bool(told))
            finally:
                os.kill(pid, signal.SIGCONT)
            await until(lambda: isinstance(told[-1], CacheBack))

    with EmbeddedCache() as cache:
        pid, _ = cache.noted() or (0, 0)
        asyncio.run(body(cache, pid))


def test_a_database_that_is_full_is_told(redis: str) -> None:
    async def body(admin: Redis) -> None:
        async with watching(redis) as told:
            admin.config_set("maxmemory", "1mb")
            await until(lambda: bool(told))
            assert isinstance(told[0], CacheLost)
            assert "maxmemory" in told[0].reason
            admin.config_set("maxmemory", "0")
            await until(lambda: len(told) == 2)

    with connect(redis) as admin:
        admin.config_set("maxmemory-policy", "noeviction")
        asyncio.run(body(admin))


def test_a_replica_is_told_to_take_nothing(redis: str) -> None:
    async def body(admin: Redis) -> None:
        async with watching(redis) as told:
            admin.slaveof("127.0.0.1", 1)
            await until(lambda: bool(told))
            assert "read only" in str(getattr(told[0], "reason", ""))

    with connect(redis) as admin:
        asyncio.run(body(admin))


def test_a_user_that_may_not_ask_is_answered_all_the_same(redis: str) -> None:
    """The least that the engine's own client needs has no PING."""

    async def body(admin: Redis) -> None:
        def asked() -> int:
            return int(admin.info("commandstats").get("cmdstat_ping", {}).get("rejected_calls", 0))

        async with watching(redis.replace("redis://", "redis://node:word@")) as told:
            await until(lambda: asked() > 1)
            assert not told

    with connect(redis) as admin:
        admin.execute_command("ACL", "SETUSER", "node", "on", ">word", "~*", "-@all", "+info")
        asyncio.run(body(admin))
