"""The venue account the node trades."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciliation.settings.section import Section
from reconciliation.settings.urls import Secret, is_loopback, valid_http_url, valid_stream_url

OURS: Final = "BINANCE"
"""What the name of every venue begins with that recon's own client speaks to."""


_NAME: Final = "^[A-Z0-9_]+$"


def _venue_name(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        raise ValueError(f"{text!r} is not a venue's name: capital letters, digits and _, as in BINANCE")
    return text


class VenueSettings(Section):
    """The venue account the node trades."""

    name: Annotated[str, AfterValidator(_venue_name)] = Field(
        default="BINANCE",
        json_schema_extra={"pattern": _NAME},
        description="Venue name, the part of an instrument id after the dot; with an account it begins with BINANCE.",
    )
    environment: Literal["local", "testnet", "live"] = Field(
        default="local",
        description="local takes loopback addresses only; anything else must be asked for by name.",
    )
    account_type: Literal["USDT_FUTURES"] = Field(
        default="USDT_FUTURES",
        description="The account's type at the venue; USD-M futures is the one covered.",
    )
    http_url: Annotated[str, AfterValidator(valid_http_url)] | None = Field(
        default=None, description="REST address; none where the adapter's own address is meant (not local)."
    )
    stream_url: Annotated[str, AfterValidator(valid_stream_url)] | None = Field(
        default=None, description="User stream address; none where the adapter's own is meant (not local)."
    )
    api_key: Secret | None = Field(default=None, min_length=1, description="API key.")
    api_secret: Secret | None = Field(default=None, min_length=1, description="API secret (HMAC or Ed25519).")

    @property
    def is_given(self) -> bool:
        """Whether an account is configured at all."""
        return self.api_key is not None

    @model_validator(mode="after")
    def _all_or_nothing(self) -> Self:
        fields = ("http_url", "stream_url", "api_key", "api_secret")
        given = tuple(name for name in fields if getattr(self, name) is not None)
        needed: tuple[str, ...] = fields
        told = "a venue's addresses, key and secret come all together or not at all; missing: {missing}"
        if self.environment != "local" and not {"http_url", "stream_url"} & set(given):
            needed = ("api_key", "api_secret")
            told = "an account at the {environment} venue has a key and a secret; missing: {missing}"
        missing = tuple(name for name in needed if name not in given)
        if missing and (given or self.environment != "local"):
            raise PydanticCustomError(
                "incomplete",
                told,
                {
                    "missing": ", ".join(missing),
                    "environment": self.environment,
                    "keys": (*given, *missing) if given else ("environment", *missing),
                },
            )
        return self

    @model_validator(mode="after")
    def _local_means_loopback(self) -> Self:
        if self.environment == "local":
            for name in ("http_url", "stream_url"):
                url = getattr(self, name)
                if url is not None and not is_loopback(url):
                    raise PydanticCustomError(
                        "not_loopback",
                        "{name} is not a loopback address; ask for another environment by name"
                        " (environment = testnet or live)",
                        {"name": name, "keys": (name, "environment")},
                    )
        return self

    @model_validator(mode="after")
    def _an_account_is_for_our_own_client(self) -> Self:
        if self.is_given and not self.name.startswith(OURS):
            raise PydanticCustomError(
                "other_venue",
                "the account would go to recon's own client, which speaks Binance USD-M futures and not {name}; leave"
                " the account out (api_key, api_secret, addresses, environment) and add the {name} client in a"
                " configure function, or give the venue a name that begins with {ours}",
                {"name": self.name, "ours": OURS, "keys": ("name", "api_key")},
            )
        return self
