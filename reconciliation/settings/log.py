"""What the node says and how."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from reconciliation.settings.section import Section


def _in_capitals(value: Any) -> Any:
    """Return a level as it is written; other tools write it small."""
    return value.upper() if isinstance(value, str) else value


class LogSettings(Section):
    """What the node says and how."""

    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_in_capitals)] = Field(
        default="INFO", description="Least level the engine and recon log."
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="Form of recon's own events; auto is console on a terminal and JSON elsewhere.",
    )
