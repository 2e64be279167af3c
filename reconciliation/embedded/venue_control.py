"""The venue's control API: history, orders by hand, faults, and the truth to compare with."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue_answers import (
    Happened,
    Seeded,
    Side,
    VenueCall,
    VenueFault,
    VenueLedger,
)

ANSWER_WITHIN_SECS: Final = 30.0
Amount = Decimal | str
Call = Callable[[str, str, bytes], Any]
"""Carries out one control call: its method, its path and its JSON body; returns the JSON answer."""


class VenueControl:
    """A client of a running venue's control API.

    It keeps nothing; every call is one of its own. Each raises ProcessFailedError when the venue refuses it, with the
    venue's own words, or when no venue answers.

    Args:
        call: carries out one call; `over_http` where the venue is a process.
    """

    def __init__(self, call: Call) -> None:
        self._carry_out = call

    # -- History and orders by hand ----------------------------------------------------------------

    def seed(  # noqa: PLR0913 - what there is to say of a history
        self,
        symbol: str,
        *,
        fills: int = 0,
        open_orders: int = 0,
        net: Amount = "0",
        age_mins: int = 1,
        part: Amount = "0",
    ) -> Seeded:
        """Add history of a symbol; nobody is told of it.

        Args:
            symbol: the exchange's, `BTCUSDT`.
            fills: how many past trades, each of its own order.
            open_orders: how many resting limit orders, away from the last price.
            net: the signed position to end with, whatever it is before.
            age_mins: how long ago it ended.
            part: how much of each resting order traded then.
        """
        body = {"symbol": symbol, "fills": fills, "open_orders": open_orders, "net": str(net), "age_mins": age_mins}
        body |= {"part": str(part)}
        return Seeded.read(self._call("POST", "seed", body))

    def place(  # noqa: PLR0913 - what there is to say of an order
        self,
        symbol: str,
        side: Side,
        quantity: Amount,
        *,
        price: Amount | None = None,
        client_order_id: str | None = None,
        silent: bool = False,
    ) -> Happened:
        """Place an order as somebody does by hand.

        Args:
            symbol: the exchange's.
            side: of the order.
            quantity: in the base asset.
            price: the limit; a market order when absent.
            client_order_id: its name; `web_` and a number when absent.
            silent: the user stream does not tell of it.
        """
        body = {
            "symbol": symbol,
            "side": side,
            "quantity": str(quantity),
            "price": _text(price),
            "client_order_id": client_order_id,
            "silent": silent,
        }
        return Happened.read(self._call("POST", "orders", body))

    def fill(
        self, order: str | int, *, quantity: Amount | None = None, price: Amount | None = None, silent: bool = False
    ) -> Happened:
        """Have an open order trade.

        Args:
            order: its client order id, or as a number the venue's own.
            quantity: all that remains when absent.
            price: the order's when absent.
            silent: the user stream does not tell of it.
        """
        body = {**_named(order), "quantity": _text(quantity), "price": _text(price), "silent": silent}
        return Happened.read(self._call("POST", "fills", body))

    def amend(self, order: str | int, *, quantity: Amount, price: Amount, silent: bool = False) -> Happened:
        """Give an open order another quantity and price.

        Args:
            order: its client order id, or as a number the venue's own.
            quantity: the whole of it, what has traded included.
            price: the limit.
            silent: the user stream does not tell of it.
        """
        body = {**_named(order), "quantity": str(quantity), "price": str(price), "silent": silent}
        return Happened.read(self._call("POST", "amendments", body))

    def cancel(self, order: str | int, *, silent: bool = False) -> Happened:
        """Cancel an open order.

        Args:
            order: its client order id, or as a number the venue's own.
            silent: the user stream does not tell of it.
        """
        return Happened.read(self._call("POST", "cancels", {**_named(order), "silent": silent}))

    # -- Faults ------------------------------------------------------------------------------------

    def fail(  # noqa: PLR0913 - what there is to say of a fault
        self,
        call: str,
        *,
        status: int | None = None,
        body: Any = None,
        times: int | None = None,
        delay_secs: float = 0.0,
        drop: bool = False,
        apply: bool = False,
    ) -> None:
        """Put a fault in the venue's table; the first that matches a call is the one that happens.

        Args:
            call: `GET /fapi/v1/openOrders`, `GET *`, `*`, or on Bybit's trade socket `WS order.create`.
            status: the HTTP status answered; 200 when only a body is given.
            body: the body answered: a string as it stands, any other value as JSON. When absent a given status brings
                the exchange's general error, and without one the answer is the true one.
            times: how often it happens; without end when absent.
            delay_secs: how long the answer waits first.
            drop: the connection breaks without an answer.
            apply: the call takes effect and only its answer is lost.
        """
        fault = {"call": call, "times": times, "delay_secs": delay_secs, "drop": drop, "apply": apply}
        # A key that is given, whatever its value, has the venue replace its answer.
        given = {key: value for key, value in (("status", status), ("body", body)) if value is not None}
        self._call("POST", "faults", fault | given)

    def faults(self) -> tuple[VenueFault, ...]:
        """Return the faults that are still to happen."""
        return tuple(VenueFault(**fault) for fault in self._call("GET", "faults")["faults"])

    def clear_faults(self) -> None:
        """Let every call be answered truly again."""
        self._call("DELETE", "faults")

    def mute(self) -> None:
        """Let the user stream tell nothing more; its sockets stay open."""
        self._call("POST", "stream", {"action": "mute"})

    def unmute(self) -> None:
        """Let the user stream tell what happens from now on."""
        self._call("POST", "stream", {"action": "unmute"})

    def drop(self) -> int:
        """Break every socket of the user stream; return how many there were."""
        return int(self._call("POST", "stream", {"action": "drop"})["dropped"])

    def freeze(self) -> int:
        """Let the sockets there are hear nothing more, as a half-open connection does; return how many."""
        return int(self._call("POST", "stream", {"action": "freeze"})["frozen"])

    def expire_listen_key(self) -> None:
        """Let the listen key expire: its sockets are told so, and hear nothing more."""
        self._call("POST", "stream", {"action": "expire"})

    def delay_stream(self, secs: float) -> None:
        """Let the user stream tell everything so much later from now on, in its order."""
        self._call("POST", "stream", {"lag_secs": secs})

    def repeat_stream(self, copies: int) -> None:
        """Let the user stream tell every message so often from now on."""
        self._call("POST", "stream", {"copies": copies})

    def tell_again(self, copies: int) -> None:
        """Let the user stream tell so often what it told last, also if nobody heard it then."""
        self._call("POST", "stream", {"again": copies})

    def go_away(self) -> None:
        """Break every connection, and take none until `come_back`."""
        self._call("POST", "reach", {"reachable": False})

    def come_back(self) -> None:
        """Be reachable again."""
        self._call("POST", "reach", {"reachable": True})

    def skew_clock(self, ms: int) -> None:
        """Set the venue's clock ahead of the true time, or behind it."""
        self._call("POST", "clock", {"skew_ms": ms})

    # -- The truth ---------------------------------------------------------------------------------

    def ledger(self) -> VenueLedger:
        """Return all that the venue holds, whatever its answers to nodes say."""
        return VenueLedger.read(self._call("GET", "ledger"))

    def requests(self, *calls: str) -> tuple[VenueCall, ...]:
        """Return the logged REST calls of these names, `GET /fapi/v1/openOrders`, oldest first; all without names."""
        logged = self._call("GET", "requests")
        return tuple(VenueCall(**call) for call in logged if not calls or call["call"] in calls)

    def clear_requests(self) -> None:
        """Empty the log of REST calls."""
        self._call("DELETE", "requests")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._carry_out(method, path, b"" if body is None else json.dumps(body).encode())


def over_http(control_url: str) -> Call:
    """Return what carries out the calls of a venue's process.

    Args:
        control_url: as the venue's first line tells it.
    """

    def call(method: str, path: str, body: bytes) -> Any:
        request = urllib.request.Request(
            f"{control_url}/{path}",
            method=method,
            data=body or None,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ProcessFailedError(f"the venue refused {method} {path}: {_reason(error.read())}") from None
        except OSError as error:
            raise ProcessFailedError(f"the venue at {control_url} does not answer {method} {path}: {error}") from None

    return call


def _named(order: str | int) -> dict[str, str | int]:
    return {"order_id" if isinstance(order, int) else "client_order_id": order}


def _text(amount: Amount | None) -> str | None:
    return None if amount is None else str(amount)


def _reason(answer: bytes) -> str:
    """Return the venue's own words, whatever form they have."""
    try:
        return str(json.loads(answer)["error"])
    except (ValueError, KeyError, TypeError):
        return answer.decode(errors="replace")
