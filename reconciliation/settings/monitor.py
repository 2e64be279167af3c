"""Where a node tells how it is."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciliation.settings.section import Section
from reconciliation.settings.urls import Secret, valid_host

_USER: Final = "^[^:]+$"
"""HTTP basic auth ends the user's name with a colon."""


def _user(text: str) -> str:
    if ":" in text:
        raise ValueError("must not hold a colon, with which HTTP basic auth ends the name")
    return text


class MonitorSettings(Section):
    """The endpoints of a node: metrics, health, status."""

    enabled: bool = Field(
        default=False, description="Serve /metrics, /healthz, /readyz and /status; off costs nothing."
    )
    host: Annotated[str, AfterValidator(valid_host)] = Field(
        default="127.0.0.1", min_length=1, description="Address to listen on; loopback unless somebody else scrapes."
    )
    port: int = Field(default=9464, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    user: Annotated[str, AfterValidator(_user), Field(json_schema_extra={"pattern": _USER})] | None = Field(
        default=None,
        min_length=1,
        description="Who may read, by HTTP basic auth; none is everybody.",
    )
    password: Secret | None = Field(default=None, min_length=1, description="The user's password.")
    tls_certificate: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file of the server's certificate and its chain; none is plain HTTP.",
    )
    tls_key: str | None = Field(default=None, min_length=1, description="PEM file of the certificate's key.")
    publish: bool = Field(
        default=True,
        description="Publish how the node is, what it holds and its settings without secrets, for `recon fleet`; "
        "in the cache's database, under recon:fleet:*.",
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        for pair in (("user", "password"), ("tls_certificate", "tls_key")):
            missing = [name for name in pair if getattr(self, name) is None]
            if len(missing) == 1:
                raise PydanticCustomError(
                    "incomplete",
                    "{first} and {second} come together or not at all; missing: {missing}",
                    {"first": pair[0], "second": pair[1], "missing": missing[0], "keys": pair},
                )
        return self
