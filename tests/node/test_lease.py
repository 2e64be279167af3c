"""Leases in a real Valkey: one holder, a pause, a takeover, a database that goes away and comes back."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from slow_line import slow_line
from stage import until

from reconciliation.cache_client import connect
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.engine.lifecycle import Event, LeaseAwaited, LeaseLost, LeaseTaken
from reconciliation.node.errors import LeaseHeldError, PreflightError
from reconciliation.node.holder import Holder, Process
from reconciliation.node.lease import PREFIX, RIGHTS, Lease
from reconciliation.settings.node import NodeSettings

NAMES = ("trader:A-1", "account:BINANCE:abc")
NODE = NodeSettings(trader_id="A-1", lease_secs=5.0)
HOLDING = """
import sys, time
from reconciliation.node.lease import Lease
from reconciliation.settings.node import NodeSettings
def tell(event): print(type(event).__name__, getattr(event, "reason", ""), flush=True)
lease = Lease(sys.argv[1], ("trader:A-1",), NodeSettings(trader_id="A-1", lease_secs=5.0), tell, lambda: None)
time.sleep(600)
"""


def waits_on() -> None:
    """Nobody asks to stop."""


@contextmanager
def held(url: str, *names: str, tell: Callable[[Event], None] = lambda _: None) -> Iterator[Lease]:
    lease = Lease(url, names or NAMES, NODE, tell, waits_on)
    try:
        yield lease
    finally:
        lease.release()


@contextmanager
def another_process(url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lease of the trader, and says what becomes of it."""
    process = subprocess.Popen([sys.executable, "-c", HOLDING, url], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().split() == ["LeaseTaken"]
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def admin(redis: str) -> Iterator[Redis]:
    with connect(redis) as client:
        yield client


def test_who_holds_it_is_named_to_the_second_one_and_untouched(redis: str, admin: Redis) -> None:
    told: list[Event] = []
    with held(redis):
        before = admin.get(PREFIX + NAMES[0])
        with pytest.raises(LeaseHeldError) as refused, held(redis, tell=told.append):
            pass
        assert refused.value.exit_code == 4
        text = str(refused.value)
        assert text.startswith("another node holds trader:A-1: trader A-1 at ")
        assert f"pid {os.getpid()}, for " in text
        assert admin.get(PREFIX + NAMES[0]) == before
        (awaited,) = told
        assert isinstance(awaited, LeaseAwaited)
    with held(redis):
        pass  # it was given back


def test_one_that_gets_the_trader_id_and_not_the_account_gives_the_trader_id_back(redis: str, admin: Redis) -> None:
    with held(redis, NAMES[1]):
        with pytest.raises(LeaseHeldError, match="account:BINANCE:abc"), held(redis):
            pass
        assert admin.get(PREFIX + NAMES[0]) is None


def test_the_count_of_holders_only_grows(redis: str) -> None:
    told: list[Event] = []
    for _ in range(3):
        with held(redis, NAMES[0], tell=told.append):
            pass
    counts = [event.leases[NAMES[0]] for event in told if isinstance(event, LeaseTaken)]
    assert counts == sorted(set(counts))
    assert len(counts) == 3


def test_it_is_renewed_and_expires_by_itself(redis: str, admin: Redis) -> None:
    with held(redis, NAMES[0]):
        assert 0 < admin.pttl(PREFIX + NAMES[0]) <= 5_000
        until(lambda: admin.pttl(PREFIX + NAMES[0]) < 4_000, "time goes on")
        until(lambda: admin.pttl(PREFIX + NAMES[0]) > 4_500, "it is renewed")


def test_what_a_killed_process_of_this_host_held_is_taken_at_once(redis: str) -> None:
    with another_process(redis) as other:
        other.kill()
        other.wait()
        begun = time.monotonic()
        with held(redis, NAMES[0]):
            assert time.monotonic() - begun < 3


def test_what_a_node_of_another_host_held_that_died_is_awaited(redis: str, admin: Redis) -> None:
    gone = Holder.current("A-1", 7).model_copy(update={"host": "elsewhere", "process": None})
    admin.set(PREFIX + NAMES[0], gone.model_dump_json(), px=1_500)
    told: list[Event] = []
    with held(redis, NAMES[0], tell=told.append):
        awaited, taken = told
    assert isinstance(awaited, LeaseAwaited)
    assert "elsewhere" in awaited.holder
    assert 0.5 < awaited.secs <= 1.5
    assert isinstance(taken, LeaseTaken)


@pytest.mark.parametrize("ends_before", ["get", "pttl"])
def test_one_that_ends_while_it_is_looked_at_is_taken(
    redis: str, admin: Redis, monkeypatch: pytest.MonkeyPatch, ends_before: str
) -> None:
    """It is there when somebody asks whether it is, and gone at the next question."""
    key = PREFIX + NAMES[0]
    elsewhere = Holder.current("A-1", 7).model_copy(update={"process": None})
    admin.set(key, elsewhere.model_dump_json(), px=600_000)
    asked = 0
    real = getattr(Redis, ends_before)

    def ends(client: Redis, name: str) -> object:
        nonlocal asked
        asked += name == key
        # By then it was seen once, and is awaited.
        if asked == (4 if ends_before == "get" else 2) and name == key:
            admin.delete(key)
        return real(client, name)

    monkeypatch.setattr(Redis, ends_before, ends)
    with held(redis) as lease:
        assert lease.numbers[NAMES[0]] == 1


def test_whoever_waits_can_be_stopped(redis: str, admin: Redis) -> None:
    admin.set(PREFIX + NAMES[0], "something that is no holder", px=60_000)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Lease(redis, NAMES, NODE, lambda _: None, stop)
    assert admin.get(PREFIX + NAMES[1]) is None


@pytest.mark.parametrize("is_taken", [False, True], ids=["nobody came", "another came"])
def test_a_process_that_was_paused_has_lost_it(redis: str, *, is_taken: bool) -> None:
    with another_process(redis) as other:
        other.send_signal(signal.SIGSTOP)
        with connect(redis) as admin:
            until(lambda: admin.get(PREFIX + NAMES[0]) is None, "it expires")
        if is_taken:
            with held(redis, NAMES[0]):
                assert _last_words(other).startswith("LeaseLost the process was paused, or held by one long call, for ")
        else:
            assert _last_words(other).startswith("LeaseLost the process was paused, or held by one long call, for ")


def _last_words(process: "subprocess.Popen[str]") -> str:
    process.send_signal(signal.SIGCONT)
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_process_that_another_user_runs_has_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where /proc is mounted with hidepid, it shows nothing of it."""
    here = Process.current()
    assert here is not None

    def begun(pid: int) -> str:
        if pid == here.pid:
            return here.begun
        raise FileNotFoundError(pid)

    def kill(_pid: int, _sign: int) -> None:
        raise PermissionError

    monkeypatch.setattr("reconciliation.node.holder._begun", begun)
    monkeypatch.setattr(os, "kill", kill)
    assert not here.model_copy(update={"pid": 1}).has_ended()


def test_one_that_was_taken_is_lost(redis: str, admin: Redis) -> None:
    told: list[Event] = []

    async def lost(lease: Lease) -> None:
        admin.set(PREFIX + NAMES[0], Holder.current("B-2", 99).model_dump_json())
        async with asyncio.timeout(NODE.lease_secs):
            await lease.lost()
        async with asyncio.timeout(1):
            await lease.lost()  # and stays so

    with held(redis, NAMES[0], tell=told.append) as lease:
        asyncio.run(lost(lease))
    assert isinstance(told[-1], LeaseLost)
    assert "trader:A-1 is held by trader B-2 at " in told[-1].reason
    other = Holder.read(admin.get(PREFIX + NAMES[0]))  # type: ignore[arg-type] # the client decodes nothing
    assert other is not None
    assert other.trader_id == "B-2"  # who lost it did not give it back


def test_one_that_somebody_else_held_meanwhile_is_lost(redis: str, admin: Redis) -> None:
    told: list[Event] = []
    with held(redis, NAMES[0], tell=told.append):
        admin.delete(PREFIX + NAMES[0])
        admin.incr(f"{PREFIX}{NAMES[0]}:number")
        until(lambda: isinstance(told[-1], LeaseLost), "it is lost")
    assert isinstance(told[-1], LeaseLost)
    assert told[-1].reason == "trader:A-1 expired, and somebody else has held it meanwhile"


@pytest.mark.parametrize("is_empty", [False, True], ids=["with its data", "empty"])
def test_a_database_that_comes_back_is_held_again(tmp_path: Path, *, is_empty: bool) -> None:
    told: list[Event] = []
    with EmbeddedCache(tmp_path / "cache") as cache, held(cache.url, NAMES[0], tell=told.append):
        cache.kill()
        until(_passed(NODE.lease_secs + 1), "longer than the lease lasts")
        cache.come_back()
        with connect(cache.url) as admin:
            if is_empty:
                admin.flushall()
            until(lambda: admin.get(PREFIX + NAMES[0]), "it is held again")
        with pytest.raises(LeaseHeldError), held(cache.url, NAMES[0]):
            pass
    assert {type(event) for event in told} == {LeaseTaken}


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_node_that_the_database_is_away_for_goes_on_or_ends_as_it_is_told(redis: str, *, goes_on: bool) -> None:
    """Cut off from it, it cannot know whether another node has taken the lease meanwhile."""
    told: list[Event] = []
    node = NODE.model_copy(update={"on_unproven_lease": "go_on" if goes_on else "exit"})
    cut = threading.Event()
    with slow_line(redis, 0.0, cut) as url:
        lease = Lease(url, NAMES, node, told.append, waits_on)
        cut.set()
        until(_passed(node.lease_secs + 1), "longer than the lease lasts")
        assert lease.is_ours() is goes_on
        with held(redis) as other:
            assert other.is_ours()
            if not goes_on:
                until(lambda: isinstance(told[-1], LeaseLost), "it has ended by itself")
                assert isinstance(told[-1], LeaseLost)
                assert "the cache's database has not answered for " in told[-1].reason
        lease.release()


def test_a_key_that_never_expires_is_told_at_once(redis: str, admin: Redis) -> None:
    """Nobody of recon's writes one; what does not expire is not waited for."""
    admin.set(PREFIX + NAMES[0], "foo")
    with pytest.raises(LeaseHeldError, match="somebody that no node of recon is"), held(redis):
        pass


def test_a_database_in_which_another_was_quicker_is_lost(tmp_path: Path) -> None:
    told: list[Event] = []
    with EmbeddedCache(tmp_path / "cache") as cache, held(cache.url, NAMES[0], tell=told.append):
        with connect(cache.url) as admin:
            admin.set(PREFIX + NAMES[0], Holder.current("B-2", 99).model_dump_json())
        cache.kill()
        cache.come_back()
        until(lambda: isinstance(told[-1], LeaseLost), "it is lost")


def _passed(secs: float) -> Callable[[], bool]:
    ends = time.monotonic() + secs
    return lambda: time.monotonic() > ends


def test_the_rights_that_are_told_are_enough_and_needed(redis: str, admin: Redis) -> None:
    url = redis.replace("redis://", "redis://quant:pass@")
    admin.acl_setuser("quant", enabled=True, passwords=["+pass"], reset=True)
    with pytest.raises(PreflightError, match="grant ~recon:lease") as refused, held(url):
        pass
    assert "pass@" not in str(refused.value)
    keys, *commands = RIGHTS.split()
    admin.acl_setuser("quant", enabled=True, keys=[keys.removeprefix("~")], commands=commands)
    with held(url), pytest.raises(LeaseHeldError), held(url):
        pass
