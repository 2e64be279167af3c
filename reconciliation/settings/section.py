"""What every section of the settings is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer


class Section(BaseModel):
    """A frozen table of settings; unknown keys and loose types are refused, and no value is repeated in an error."""

    # The whole checks and writes its sections itself; one by itself learns to when it is first asked.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)


def _read_only(tables: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(tables))


FROZEN: Final = AfterValidator(_read_only)
"""Of a section that maps names to tables: a view, because a frozen model would still let a dict be changed."""

AS_TABLES: Final = PlainSerializer(dict)
"""How a frozen mapping is written: as plain tables by name."""
