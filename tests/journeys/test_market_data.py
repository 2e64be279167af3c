"""A strategy that goes by quotes runs at the local venue, and its orders end as it was told they would."""

from decimal import Decimal

from stage import HERE, Stage, clean_end, environment, until

from reconciliation.embedded.venue import VenueProcess


def test_a_quote_that_is_taken_trades_and_one_that_is_joined_rests(
    stage: Stage, venue: VenueProcess, redis: str
) -> None:
    node = stage.node(environment(venue, redis) | {"PYTHONPATH": str(HERE)}, "quoting:configure")
    until(lambda: len(venue.control.ledger().orders) == 2, "both orders are there")
    by_name = {order.client_order_id: order for order in venue.control.ledger().orders}
    assert by_name["joins"].status == "NEW"
    assert by_name["joins"].price < Decimal(100_000)
    assert by_name["takes"].status == "FILLED"
    assert by_name["takes"].price > Decimal(100_000)
    clean_end(node)
