"""Which strategy owns the orders that a node finds at the venue and did not place."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reconciliation.identifiers import InstrumentIds


class ExternalOrderClaimConfig(BaseModel):
    """The external orders one strategy claims; the mapping `claims` holds one per strategy id.

    A claim covers orders that the cache does not know yet, and orders only: the position that a claimed order's
    fills open stays with the venue's position id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

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
