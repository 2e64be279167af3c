"""What the node says and how."""

from typing import Literal

from pydantic import Field

from reconciliation.settings.section import Section


class LogSettings(Section):
    """What the node says and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level the engine and recon log."
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="Form of recon's own events; auto is console on a terminal and JSON elsewhere.",
    )
