"""The ledger and the fault table as the control API shows them."""

from typing import Any

from msgspec.structs import asdict

from reconciliation.venue.faults import Fault
from reconciliation.venue.figures import money
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Fill, Order
from reconciliation.venue.symbols import QUOTE, SYMBOLS


def ledger_view(ledger: Ledger) -> dict[str, Any]:
    """The whole ledger as JSON: every order and fill, the positions that are not flat, the money."""
    return {
        "orders": [order_view(order) for order in ledger.orders.values()],
        "fills": [fill_view(fill) for fills in ledger.fills.values() for fill in fills],
        "positions": {
            name: SYMBOLS[name].quantity_text(position.quantity)
            for name, position in ledger.positions.items()
            if position.quantity
        },
        "commissions": {QUOTE: money(ledger.commissions)},
        "balances": {QUOTE: money(ledger.wallet)},
    }


def order_view(order: Order) -> dict[str, Any]:
    """One order as the control API shows it."""
    symbol = SYMBOLS[order.symbol]
    return {
        "order_id": order.order_id,
        "client_order_id": order.client_order_id,
        "symbol": order.symbol,
        "side": order.side,
        "type": order.type,
        "status": order.status,
        "price": symbol.price_text(order.price),
        "quantity": symbol.quantity_text(order.quantity),
        "filled": symbol.quantity_text(order.filled),
        "time_ms": order.time_ms,
        "update_ms": order.update_ms,
    }


def fill_view(fill: Fill) -> dict[str, Any]:
    """One fill as the control API shows it."""
    symbol = SYMBOLS[fill.symbol]
    return {
        "trade_id": fill.trade_id,
        "order_id": fill.order_id,
        "client_order_id": fill.client_order_id,
        "symbol": fill.symbol,
        "side": fill.side,
        "quantity": symbol.quantity_text(fill.quantity),
        "price": symbol.price_text(fill.price),
        "commission": money(fill.commission),
        "maker": fill.maker,
        "time_ms": fill.time_ms,
        "realized_pnl": money(fill.realized_pnl),
    }


def fault_view(fault: Fault) -> dict[str, Any]:
    """A fault as it was asked for: without an answer of its own it shows neither status nor body."""
    view = asdict(fault)
    if not view.pop("replaces"):
        del view["status"], view["body"]
    return view
