"""What a drill does, in words."""

import json
from typing import Any, Final

from reconciliation.drill.checks import Asked, Holds, Refused
from reconciliation.drill.operation import Operation
from reconciliation.drill.schedule import (
    Amend,
    Boot,
    Cancel,
    Fail,
    Fill,
    Heal,
    InterruptCache,
    Kill,
    Lag,
    LoseCache,
    Mend,
    Neighbour,
    Place,
    Reach,
    Repeat,
    Retell,
    Seed,
    Skew,
    SlowCache,
    Stop,
    Stream,
    Submit,
    TakeOver,
    Withdraw,
)

LONGEST_BODY: Final = 60
_STREAM: Final = {
    "mute": "the stream tells nothing",
    "unmute": "the stream tells again",
    "drop": "the stream breaks",
    "freeze": "the stream's socket is open and silent",
    "expire": "the listen key expires",
}


def told(operation: Operation) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm an operation
    """Return what an operation does; empty where it only waits."""
    match operation:
        case Submit():
            return f"{operation.strategy} submits {operation.name}: {_order(operation)}"
        case Cancel():
            return f"its strategy cancels {operation.name}"
        case Amend():
            return f"its strategy amends {operation.name}: {operation.quantity} at {operation.price}"
        case Seed():
            return f"history of {operation.symbol}: {_history(operation)}"
        case Place():
            return f"by hand {operation.name}: {_order(operation)}{_silently(silent=operation.silent)}"
        case Fill():
            part = "" if operation.quantity is None else f" {operation.quantity}"
            return f"{operation.name} trades{part}{_silently(silent=operation.silent)}"
        case Withdraw():
            return f"{operation.name} is cancelled at the venue{_silently(silent=operation.silent)}"
        case Fail():
            return failing(operation)
        case Mend():
            return "every call is answered truly again"
        case Stream():
            return _STREAM[operation.action]
        case Lag():
            return f"the stream is {operation.secs:.3g} s late"
        case Repeat():
            return f"the stream tells everything {operation.copies} times"
        case Retell():
            return f"the stream tells its last message again, {operation.copies} times"
        case Reach():
            return "the venue is back" if operation.reachable else "the venue is away"
        case Skew():
            return f"the venue's clock is off by {operation.ms / 1_000:+g} s"
        case Heal():
            return "everything works again"
        case Boot():
            return "the node is started"
        case Stop():
            return "the node is sent SIGTERM"
        case Kill():
            lost = f", its last {operation.lost_writes} writes to the cache lost" if operation.lost_writes else ""
            return f"the node is killed{lost}"
        case LoseCache():
            return "the cache restarts without its data"
        case InterruptCache():
            return f"the cache is away for {operation.secs:g} s"
        case SlowCache():
            return f"the cache takes every write {operation.secs:.3g} s late"
        case TakeOver():
            return f"another node takes the lease, and holds it for {operation.secs:g} s"
        case Neighbour():
            return "another node runs on the account" if operation.runs else "the other node is stopped"
        case Asked():
            return f"looked at: when {operation.call} was asked"
        case Refused():
            return f"the node has to refuse: {operation.reason}"
        case Holds():
            return f"looked at: at most {operation.orders} orders in memory"
    return ""


def failing(fault: Fail) -> str:
    """Return how calls of a name fail."""
    call = "every call" if fault.call == "*" else fault.call
    hung = f" after {fault.delay_secs:g} s" if fault.delay_secs else ""
    if fault.drop:
        how = "breaks off"
    elif fault.status is not None:
        how = f"answers {fault.status}{_body(fault.body)}"
    elif fault.body is not None:
        how = f"answers{_body(fault.body)}"
    else:
        how = "answers"
    applied = ", though it took effect" if fault.apply and not call.startswith("GET ") else ""
    times = "" if fault.times is None else f", {'once' if fault.times == 1 else f'{fault.times} times'}"
    return f"{call} {how}{hung}{applied}{times}"


def _body(body: Any) -> str:
    if body is None:
        return ""
    text = body if isinstance(body, str) else json.dumps(body)
    return f" {text if len(text) <= LONGEST_BODY else f'{text[:LONGEST_BODY]}…'}"


def _order(order: Submit | Place) -> str:
    price = "at market" if order.price is None else f"at {order.price}"
    return f"{order.side} {order.quantity} {order.symbol} {price}"


def _history(seed: Seed) -> str:
    part = f" that traded {seed.part} each" if seed.part else ""
    return f"{seed.fills} trades, {seed.open_orders} open orders{part}, net {seed.net}, {seed.age_mins} min old"


def _silently(*, silent: bool) -> str:
    return ", untold by the stream" if silent else ""
