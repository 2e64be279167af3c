"""A strategy for drills that does as it is told.

In virtual time it is told directly. As a process it reads its orders from a folder: each line of `inbox.jsonl` is one;
`{"do": "tell", "file": NAME}` has it write what its node's cache holds to that file.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.enums import OrderSide, TimeInForce
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.trading.strategy import Strategy

from reconciliation.engine.generation import generation

if TYPE_CHECKING:
    from reconciliation import NodeBuilder

LOOK_EVERY = timedelta(milliseconds=20)
GOOD_FOR = timedelta(hours=1)


class DrivenConfig(StrategyConfig, frozen=True):  # type: ignore[call-arg] # the engine's own way
    """Where orders come from.

    Parameters
    ----------
    folder : str, optional
        The folder with the inbox; none where it is told directly.
    """

    folder: str | None = None


class Driven(Strategy):
    """Submits, amends and cancels orders by name, which is their client order id."""

    def on_start(self) -> None:
        """Begin to read the inbox, if there is one."""
        if self.config.folder is not None:
            self._read = 0
            self.clock.set_timer("inbox", LOOK_EVERY, callback=self._look)

    def _look(self, _event: object) -> None:
        inbox = Path(self.config.folder) / "inbox.jsonl"
        if not inbox.is_file():
            return
        lines = inbox.read_text().splitlines()
        for line in lines[self._read :]:
            told = json.loads(line)
            if told.pop("strategy", self.id.value) == self.id.value:
                self.do(told)
        self._read = len(lines)

    def do(self, told: Mapping[str, Any]) -> None:
        """Do one thing; one that is not possible any more is left.

        Args:
            told: `do` is `submit`, `cancel`, `amend` or `tell`; the other keys are what it needs.
        """
        match told["do"]:
            case "submit":
                self._submit(told)
            case "tell":
                self._tell(Path(self.config.folder) / told["file"])
            case action:
                order = self.cache.order(ClientOrderId(told["name"]))
                if order is None or order.is_closed or order.is_pending_cancel:
                    return
                if action == "cancel":
                    self.cancel_order(order)
                else:
                    instrument = self.cache.instrument(order.instrument_id)
                    quantity = instrument.make_qty(Decimal(told["quantity"]))
                    self.modify_order(order, quantity, instrument.make_price(Decimal(told["price"])))

    def _submit(self, told: Mapping[str, Any]) -> None:
        instrument = self.cache.instrument(InstrumentId.from_str(told["instrument"]))
        common = {
            "instrument_id": instrument.id,
            "order_side": OrderSide[told["side"]],
            "quantity": instrument.make_qty(Decimal(told["quantity"])),
            "reduce_only": told["reduce_only"],
            "client_order_id": ClientOrderId(told["name"]),
        }
        if told["price"] is None:
            self.submit_order(self.order_factory.market(**common))
            return
        force = TimeInForce[told["time_in_force"]]
        self.submit_order(
            self.order_factory.limit(
                **common,
                price=instrument.make_price(Decimal(told["price"])),
                time_in_force=force,
                expire_time=self.clock.utc_now() + GOOD_FOR if force == TimeInForce.GTD else None,
                post_only=told["post_only"],
            )
        )

    def _tell(self, file: Path) -> None:
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(generation().books(self.cache).data(), default=str))
        draft.rename(file)


def configure(builder: "NodeBuilder") -> None:
    """Add two, which read the inbox of the current folder."""
    for strategy in driven(str(Path.cwd())):
        builder.add_strategy(strategy)


def driven(folder: str | None = None, tags: Iterable[str] = ("001", "002")) -> tuple[Driven, ...]:
    """Return DRILL-001 and DRILL-002, or those with other tags."""
    return tuple(Driven(DrivenConfig(strategy_id="DRILL", order_id_tag=tag, folder=folder)) for tag in tags)
