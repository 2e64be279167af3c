"""What every operation of a drill is: plain data, which never changes."""

from pydantic import BaseModel, ConfigDict


class Operation(BaseModel):
    """One thing that is done, waited for, or looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)
