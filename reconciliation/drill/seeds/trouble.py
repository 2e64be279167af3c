"""What goes wrong: each kind of fault, with its parameters drawn, and kills of the node."""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, Final

from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fail,
    Kill,
    Lag,
    Mend,
    Reach,
    Repeat,
    Skew,
    Stop,
    Stream,
)

KILLED_EVERY_SECS: Final = 60.0

Episode = Callable[[Random], Iterable[tuple[float, AnyOperation]]]
"""Draws one occurrence of a fault: operations and how long after its beginning each comes."""

REPORTS: Final = (
    "GET /fapi/v1/openOrders",
    "GET /fapi/v1/allOrders",
    "GET /fapi/v1/userTrades",
    "GET /fapi/v1/order",
    "GET /fapi/v3/positionRisk",
)
_BUSY: Final = {"code": -1003, "msg": "Too many requests."}
_UNKNOWN: Final = {"code": -1007, "msg": "Timeout waiting for response from backend server. Send status unknown."}


def _lasting(begin: AnyOperation, end: AnyOperation, secs: float) -> list[tuple[float, AnyOperation]]:
    return [(0.0, begin), (secs, end)]


def _mute(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Stream(action="mute"), Stream(action="unmute"), random.uniform(1, 40))


def _half_open(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Stream(action="freeze"), Stream(action="drop"), random.uniform(5, 60))


def _flapping(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    period = random.uniform(0.5, 5)
    return [(number * period, Stream(action="drop")) for number in range(random.randint(1, 6))]


def _expired(random: Random) -> Iterable[tuple[float, AnyOperation]]:  # noqa: ARG001 - as the others
    return [(0.0, Stream(action="expire"))]


def _lag(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Lag(secs=random.uniform(0.2, 8)), Lag(secs=0), random.uniform(5, 60))


def _repeat(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Repeat(copies=random.randint(2, 5)), Repeat(copies=1), random.uniform(5, 60))


def _away(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Reach(reachable=False), Reach(reachable=True), random.choice((3, 15, 30, 60)))


def _unavailable(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    fault = Fail(call="*", status=503, apply=random.random() < 0.5)  # noqa: PLR2004
    return _lasting(fault, Mend(), random.uniform(1, 60))


def _hanging(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    fault = Fail(call="*", delay_secs=random.uniform(5, 60), apply=random.random() < 0.5)  # noqa: PLR2004
    return _lasting(fault, Mend(), random.uniform(1, 40))


def _slow(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Fail(call="*", delay_secs=random.uniform(0.3, 4)), Mend(), random.uniform(5, 60))


def _submissions(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    call = random.choice(("POST /fapi/v1/order", "DELETE /fapi/v1/order", "PUT /fapi/v1/order"))
    times = random.randint(1, 3)
    kind = random.choice(("lost", "unknown", "busy"))
    if kind == "lost":
        fault = Fail(call=call, drop=True, apply=random.random() < 0.7, times=times)  # noqa: PLR2004
    elif kind == "unknown":
        fault = Fail(call=call, status=408, body=_UNKNOWN, apply=random.random() < 0.7, times=times)  # noqa: PLR2004
    else:
        fault = Fail(call=call, status=503, apply=random.random() < 0.5, times=times)  # noqa: PLR2004
    return _lasting(fault, Mend(), random.uniform(20, 60))


def _reports(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    answers: tuple[dict[str, Any], ...] = (
        {"status": 500},
        {"status": 429, "body": _BUSY},
        {"status": 418, "body": _BUSY},
        {"body": "[{"},
        {"body": "<html>busy</html>"},
        {"delay_secs": 30.0},
        {"drop": True},
    )
    fault = Fail(call=random.choice(REPORTS), **random.choice(answers))
    return _lasting(fault, Mend(), random.uniform(5, 60))


def _empty_positions(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Fail(call="GET /fapi/v3/positionRisk", body=[]), Mend(), random.uniform(5, 60))


def _skew(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Skew(ms=random.choice((-2_000, -500, 500, 2_000))), Skew(ms=0), random.uniform(5, 60))


def _restart(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    down = random.uniform(0, 20)
    end: AnyOperation = Stop() if random.random() < 0.3 else Kill(lost_writes=random.randint(0, 3))  # noqa: PLR2004
    return [(0.0, end), (down, Boot())]


FAULTS: Final[dict[str, Episode]] = {
    "mute": _mute,
    "half-open": _half_open,
    "flapping": _flapping,
    "listen key expired": _expired,
    "lag": _lag,
    "repeated messages": _repeat,
    "away": _away,
    "503": _unavailable,
    "hanging": _hanging,
    "slow": _slow,
    "submissions": _submissions,
    "reports": _reports,
    "empty positions": _empty_positions,
    "skew": _skew,
    "restart": _restart,
}
"""By name. Beside these, single messages of the stream are lost in runs that draw `lost messages`."""


def episodes(random: Random, chosen: list[str], secs: float) -> Iterator[tuple[float, AnyOperation]]:
    """Draw when kinds of faults occur, each at least once, within so many seconds of the start."""
    for name in chosen:
        for _ in range(random.randint(1, max(1, int(secs / 150)))):
            begin = random.uniform(0, secs)
            for after, operation in FAULTS[name](random):
                yield begin + after, operation


def killed(random: Random, secs: float) -> Iterator[tuple[float, AnyOperation]]:
    """Draw when the node is killed and started again, and how many of its last writes are lost."""
    now = random.uniform(0.5, 1.5) * KILLED_EVERY_SECS
    while now < secs:
        yield now, Kill(lost_writes=random.randint(0, 3))
        yield now + random.uniform(0, 10), Boot()
        now += random.uniform(0.5, 1.5) * KILLED_EVERY_SECS
