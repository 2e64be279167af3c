"""A venue that lists more contracts than the twenty that there are: the rest is made up, and trades like any other."""

from reconciliation.embedded.venue import VenueProcess


def test_sixty_contracts_are_listed_and_have_a_history() -> None:
    with VenueProcess(symbols=60) as venue:
        venue.control.seed("MADEUP60USDT", fills=3, open_orders=1, net="250.0")
        assert venue.control.ledger().positions["MADEUP60USDT"] == 250
        assert len(venue.control.ledger().orders) == 4
