import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from reconciliation.node.signals import STOP_SIGNALS, StopRequest, StopRequestedError


@pytest.fixture
def stop() -> Iterator[StopRequest]:
    stop = StopRequest()
    with stop.hearing_signals():
        yield stop


def sent(sign: signal.Signals) -> None:
    os.kill(os.getpid(), sign)


def swallowing() -> None:
    """What many a library does with whatever is raised in it."""
    with contextlib.suppress(BaseException):
        sent(signal.SIGTERM)


def translating() -> None:
    """What the import of a compiled module makes of it."""
    try:
        sent(signal.SIGTERM)
    except StopRequestedError as error:
        raise ImportError("numpy failed to import") from error


@pytest.mark.parametrize("sign", STOP_SIGNALS)
def test_a_signal_is_noted_and_raises_nothing(stop: StopRequest, sign: signal.Signals) -> None:
    sent(sign)
    assert stop.by == sign.name
    with pytest.raises(StopRequestedError, match=sign.name):
        stop.raise_if_made()


def test_the_first_to_ask_is_remembered(stop: StopRequest) -> None:
    stop.make("stop()")
    sent(signal.SIGTERM)
    assert stop.by == "stop()"


def test_nobody_asked(stop: StopRequest) -> None:
    stop.raise_if_made()
    assert stop.by == ""


def test_a_signal_interrupts_code_that_is_not_ours(stop: StopRequest) -> None:
    reached = []

    def interrupted() -> None:
        sent(signal.SIGINT)
        reached.append("the next line")

    with pytest.raises(StopRequestedError, match="SIGINT"), stop.interrupting():
        interrupted()
    assert reached == []


def test_a_signal_that_such_code_swallows_is_not_lost(stop: StopRequest) -> None:
    with pytest.raises(StopRequestedError, match="SIGTERM"), stop.interrupting():
        swallowing()


def test_a_signal_that_such_code_makes_another_error_of_is_not_lost(stop: StopRequest) -> None:
    with pytest.raises(StopRequestedError), stop.interrupting():
        translating()


def test_an_error_of_such_code_stays_what_it_is(stop: StopRequest) -> None:
    with pytest.raises(KeyError), stop.interrupting():
        raise KeyError


def test_only_the_first_signal_interrupts(stop: StopRequest) -> None:
    """What unwinds must not be interrupted again."""
    unwound = []

    def unwinding() -> None:
        try:
            sent(signal.SIGTERM)
        finally:
            sent(signal.SIGTERM)
            unwound.append("to its end")

    with pytest.raises(StopRequestedError), stop.interrupting():
        unwinding()
    assert unwound


def test_a_stop_that_came_before_such_code_begins_keeps_it_from_beginning(stop: StopRequest) -> None:
    stop.make("SIGTERM")
    with pytest.raises(StopRequestedError), stop.interrupting():
        raise AssertionError("it began")


def test_the_handlers_of_before_are_back_afterwards() -> None:
    before = {sign: signal.getsignal(sign) for sign in STOP_SIGNALS}
    with StopRequest().hearing_signals():
        assert all(signal.getsignal(sign) != handler for sign, handler in before.items())
    assert {sign: signal.getsignal(sign) for sign in STOP_SIGNALS} == before


@pytest.mark.parametrize("early", [True, False])
def test_a_loop_is_woken(stop: StopRequest, *, early: bool) -> None:
    async def waiting() -> None:
        if early:
            sent(signal.SIGTERM)
        else:
            asyncio.get_running_loop().call_later(0.01, sent, signal.SIGTERM)
        await asyncio.wait_for(stop.made(), 5)

    asyncio.run(waiting())
    assert stop.by == "SIGTERM"


def test_another_thread_may_ask() -> None:
    stop = StopRequest()

    async def waiting() -> None:
        threading.Thread(target=stop.make, args=("stop()",)).start()
        await asyncio.wait_for(stop.made(), 5)

    asyncio.run(waiting())
    assert stop.by == "stop()"


def test_signals_are_left_alone_beside_the_main_thread() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[object] = []

    def elsewhere() -> None:
        with StopRequest().hearing_signals():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before]


@pytest.mark.parametrize(("sign", "heard"), [(signal.SIGHUP, False), (signal.SIGINT, True), (signal.SIGTERM, True)])
def test_only_a_hangup_that_is_ignored_stays_so(sign: signal.Signals, *, heard: bool) -> None:
    """`nohup` ignores SIGHUP; a shell ignores SIGINT for every job in the background."""
    before = signal.signal(sign, signal.SIG_IGN)
    stop = StopRequest()
    try:
        with stop.hearing_signals():
            sent(sign)
        assert signal.getsignal(sign) is signal.SIG_IGN
    finally:
        signal.signal(sign, before)
    assert bool(stop.by) is heard
