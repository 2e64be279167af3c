"""The loop of virtual time: what is due happens in its order and at its time, and nobody waits for nothing."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.engine.v1.simulated.loop import SPIN_SECS, VirtualLoop
from reconciliation.engine.v1.simulated.time import SECOND_NS, VirtualTime

START_NS = 1_800_000_000 * SECOND_NS


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime(START_NS)


@pytest.fixture
def loop(time: VirtualTime) -> Iterator[VirtualLoop]:
    loop = VirtualLoop(time)
    yield loop
    loop.close()


@given(delays=st.lists(st.integers(0, 10 * SECOND_NS), max_size=20), stopped=st.sets(st.integers(0, 19)))
def test_timers_come_in_their_order_at_their_time_and_cancelled_ones_never(
    delays: list[int], stopped: set[int]
) -> None:
    time = VirtualTime(START_NS)
    loop = VirtualLoop(time)
    seen: list[tuple[int, int]] = []

    def see(number: int) -> None:
        seen.append((number, time.now_ns - START_NS))

    async def main() -> None:
        handles = [loop.call_later(delay / SECOND_NS, see, number) for number, delay in enumerate(delays)]
        for number in stopped & set(range(len(handles))):
            handles[number].cancel()
        await asyncio.sleep(11)

    loop.run_until_complete(main())
    loop.close()
    wanted = {number: delay for number, delay in enumerate(delays) if number not in stopped}
    assert {number for number, _ in seen} == set(wanted)
    assert [ns for _, ns in seen] == sorted(ns for _, ns in seen)
    assert all(abs(ns - wanted[number]) <= 2 for number, ns in seen)  # a float of seconds, rounded up


def test_actions_of_the_world_come_between_timers(time: VirtualTime, loop: VirtualLoop) -> None:
    seen: list[str] = []

    async def main() -> None:
        for secs in (1, 3):
            loop.call_later(secs, seen.append, f"timer {secs}")
        time.at(START_NS + 2 * SECOND_NS, lambda: seen.append("action 2"))
        await asyncio.sleep(4)

    loop.run_until_complete(main())
    assert seen == ["timer 1", "action 2", "timer 3"]


def test_nothing_that_can_come_fails_loudly(loop: VirtualLoop) -> None:
    with pytest.raises(RuntimeError, match="virtual time stands still"):
        loop.run_until_complete(loop.create_future())


def test_who_waits_by_turning_the_loop_is_moved_on_and_past_nothing(time: VirtualTime, loop: VirtualLoop) -> None:
    seen: list[float] = []

    async def main() -> None:
        loop.call_later(SPIN_SECS * 2.5, lambda: seen.append(time.secs()))
        while not seen:  # noqa: ASYNC110 - as the kernel does
            await asyncio.sleep(0)

    loop.run_until_complete(main())
    assert seen == [pytest.approx(SPIN_SECS * 2.5, abs=1e-8)]


def test_what_an_executor_is_given_runs_in_line_and_its_error_is_its_callers(loop: VirtualLoop) -> None:
    async def main() -> None:
        assert await loop.run_in_executor(None, lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 / 0)

    loop.run_until_complete(main())
