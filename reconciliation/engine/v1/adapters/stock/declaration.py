"""What is declared of an adapter's stock client, in a file of its own for each."""

from msgspec import Struct

from reconciliation.rules.client import StockFacts


class StockAdapter(Struct, frozen=True):
    """A stock client, as it was read and, where it is installed, run.

    Attributes:
        name: of its venue, as people write it.
        config: the path of its configuration's class, which is not imported for this.
        facts: what it makes of a venue that fails.
        refused: a pattern of the reasons it gives for an order that the venue has refused, or that was never sent; any
            other reason leaves open what became of it. Nothing is asked of it where `facts` calls none REJECTED.
        submits_late: whether it tells of an order as submitted only once that was answered.
        logs_errors: whether it logs that a query failed as an error of its own words, without the exception.
        swallows: the questions of its HTTP object of which it logs some errors as none.
        asks_by_instrument: whether its queries for orders and fills may be limited to one instrument.
        extra: the engine's extra that installs what it needs; empty where it needs none.
    """

    name: str
    config: str
    facts: StockFacts
    refused: str = r"(?!)"
    submits_late: bool = False
    logs_errors: bool = False
    swallows: tuple[str, ...] = ()
    asks_by_instrument: bool = True
    extra: str = ""

    @property
    def package(self) -> str:
        """The package that the client is in."""
        return self.config.rsplit(".", 2)[0]
