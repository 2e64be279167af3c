"""Which strategy owns the orders that a node finds at the venue and did not place."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciliation.identifiers import InstrumentIds, StrategyIdText


class ExternalOrderClaimConfig(BaseModel):
    """The external orders one strategy claims; the mapping `claims` holds one per strategy id.

    A claim covers orders that the cache does not know yet, and orders only: the position that a claimed order's
    fills open stays with the venue's position id. It names instruments or claims all, one of the two; and one strategy
    of a node can claim all.
    """

    # As of `ReconciliationConfig`: the whole of the settings checks it itself.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)

    instrument_ids: InstrumentIds = Field(
        default=(),
        description="Instruments whose external orders this strategy owns, as SYMBOL.VENUE.",
    )
    claim_all: bool = Field(
        default=False,
        description="Own the external orders of every loaded instrument that no other strategy claims by name.",
    )

    @model_validator(mode="after")
    def _one_way_of_claiming(self) -> Self:
        if self.claim_all and self.instrument_ids:
            raise ValueError("claim_all and instrument_ids exclude each other; keep one of the two")
        if not self.claim_all and not self.instrument_ids:
            raise ValueError("it claims nothing; list instrument_ids, set claim_all = true, or leave it out")
        return self


def _one_owner_each(claims: Mapping[str, ExternalOrderClaimConfig]) -> Mapping[str, ExternalOrderClaimConfig]:
    """Check that no instrument has two owners, and that one strategy at most claims all.

    Raises:
        PydanticCustomError: naming both owners.
    """
    owners: dict[str, str] = {}
    all_owner: str | None = None
    for strategy, claim in claims.items():
        if claim.claim_all:
            if all_owner is not None:
                raise PydanticCustomError(
                    "claims",
                    "{first} and {second} both claim all; one strategy per node can",
                    {
                        "first": all_owner,
                        "second": strategy,
                        "keys": (f"{all_owner}.claim_all", f"{strategy}.claim_all"),
                    },
                )
            all_owner = strategy
        for instrument in claim.instrument_ids:
            if instrument in owners:
                raise PydanticCustomError(
                    "claims",
                    "{first} and {second} both claim {instrument}; an order has one owner",
                    {
                        "first": owners[instrument],
                        "second": strategy,
                        "instrument": instrument,
                        "keys": (f"{owners[instrument]}.instrument_ids", f"{strategy}.instrument_ids"),
                    },
                )
            owners[instrument] = strategy
    return claims


ExternalOrderClaims = Annotated[Mapping[StrategyIdText, ExternalOrderClaimConfig], AfterValidator(_one_owner_each)]
"""Claims by strategy id."""
