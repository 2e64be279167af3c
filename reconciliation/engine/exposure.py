"""Does an order open or increase a position, or does it reduce one? What the gate goes by."""

from decimal import Decimal

from msgspec import Struct


class Standing(Struct, frozen=True):
    """What there is of an instrument before an order.

    Attributes:
        net: what the account holds, signed; of one position of a hedging account alone.
        own: what the strategy of the order holds, signed.
        reducing: what earlier orders that were let through as reductions may still trade, at most.
    """

    net: Decimal
    own: Decimal
    reducing: Decimal = Decimal(0)


def reducible(is_buy: bool, standing: Standing) -> Decimal:  # noqa: FBT001 - one of two sides
    """Return how much an order of a side may trade at most and only reduce.

    That is what it takes to close what the account holds, or what its strategy does: where others hold the opposite,
    one may close without the other. What earlier reductions may still trade counts against it, so that all together
    turn nothing around.
    """
    held = (max(-amount, Decimal(0)) if is_buy else max(amount, Decimal(0)) for amount in (standing.net, standing.own))
    return max(*held) - standing.reducing
