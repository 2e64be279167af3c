"""The node around the engine."""

import re
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from reconciliation.identifiers import TRADER_ID, distinct, tuple_of
from reconciliation.settings.accelerations import ACCELERATIONS, DEFAULT
from reconciliation.settings.guards import GUARDS
from reconciliation.settings.section import Section

RULE_ID: Final = re.compile(r"[EW][0-9]{2}")
"""What a rule's id looks like; which rules there are is for the rules to say, and an unknown one is a finding."""

_RANDOM_UUID: Final = 4

TimeoutSecs = Annotated[float, Field(gt=0.0, le=3_600.0, allow_inf_nan=False)]


def _trader_id(text: str) -> str:
    if not TRADER_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not a trader id NAME-TAG, as in TRADER-001")
    return text


def _instance_id(text: str) -> str:
    try:
        parsed = UUID(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != _RANDOM_UUID or str(parsed) != text:
        raise ValueError(f"{text!r} is not a version 4 UUID in lower case")
    return text


def _guard(text: str) -> str:
    if text not in GUARDS:
        raise ValueError(f"{text!r} is unknown; the guards are {', '.join(GUARDS)}")
    return text


def _acceleration(text: str) -> str:
    if text not in ACCELERATIONS:
        raise ValueError(f"{text!r} is unknown; the accelerations are {', '.join(ACCELERATIONS)}")
    return text


def _rule_id(text: str) -> str:
    text = text.upper()
    if not RULE_ID.fullmatch(text):
        raise ValueError(f"{text!r} is no rule's id, such as E13; `recon rules` lists the rules")
    return text


GuardNames = Annotated[
    tuple[Annotated[str, AfterValidator(_guard)], ...], BeforeValidator(tuple_of), AfterValidator(distinct)
]
AccelerationNames = Annotated[
    tuple[Annotated[str, AfterValidator(_acceleration)], ...], BeforeValidator(tuple_of), AfterValidator(distinct)
]
RuleIds = Annotated[
    tuple[Annotated[str, AfterValidator(_rule_id)], ...], BeforeValidator(tuple_of), AfterValidator(distinct)
]


class NodeSettings(Section):
    """The node around the engine: identity, time limits, state."""

    trader_id: Annotated[str, AfterValidator(_trader_id)] = Field(
        default="TRADER-001",
        description="The trader's id NAME-TAG; it prefixes every cache key and order id.",
    )
    instance_id: Annotated[str, AfterValidator(_instance_id)] | None = Field(
        default=None, description="Fixed instance id (UUID version 4); none draws a new one at each boot."
    )
    position_mode: Literal["netting", "hedging"] = Field(
        default="netting",
        description="How the account keeps positions: one net position or two legs a symbol.",
    )
    timeout_connection: TimeoutSecs = Field(
        default=60.0, description="Seconds all clients may take to connect and load instruments."
    )
    timeout_reconciliation: TimeoutSecs = Field(
        default=30.0, description="Seconds startup reconciliation may take; enforced here, not by the engine."
    )
    timeout_portfolio: TimeoutSecs = Field(default=10.0, description="Seconds the portfolio may take to initialize.")
    timeout_disconnection: TimeoutSecs = Field(default=10.0, description="Seconds all clients may take to disconnect.")
    timeout_post_stop: TimeoutSecs = Field(
        default=10.0, description="Seconds to await residual events after the trader stopped."
    )
    timeout_shutdown: TimeoutSecs = Field(default=5.0, description="Seconds to await cancelled tasks at the very end.")
    graceful_shutdown_on_exception: bool = Field(
        default=False,
        description="Stop gracefully on an engine exception; false ends the process at once. Either way exit 1.",
    )
    manage_own_order_books: bool = Field(
        default=False, description="Have the engine keep a book of the node's own orders for each instrument."
    )
    load_state: bool = Field(default=False, description="Load strategy states from the cache at start.")
    save_state: bool = Field(default=False, description="Save strategy states to the cache at stop.")
    timeout_report: TimeoutSecs = Field(
        default=10.0, description="Seconds one report query of a continuous check may take; enforced by a guard."
    )
    tolerated_outage_secs: float = Field(
        default=30.0,
        ge=0.0,
        le=86_400.0,
        allow_inf_nan=False,
        description="Seconds the venue may be away before anything may be concluded from its silence.",
    )
    gate: Literal["halt_opens", "report"] = Field(
        default="halt_opens",
        description="While the node's picture is in doubt: deny orders that open or increase, or only tell.",
    )
    on_stuck: Literal["exit", "report"] = Field(
        default="exit",
        description="A node that is stuck (no start, no checks, no trader): stop it in order and exit 1, or only tell.",
    )
    ready_file: str | None = Field(
        default=None, description="File that exists while the trader runs, for whoever looks whether a node is ready."
    )
    lease: bool = Field(
        default=True,
        description="Hold trader id and account as leases in the cache's database; a second node does not start.",
    )
    lease_secs: float = Field(
        default=30.0,
        ge=5.0,
        le=300.0,
        allow_inf_nan=False,
        description="Seconds a lease lasts that is not renewed; a node that is paused for longer ends with exit 4.",
    )
    on_unproven_lease: Literal["go_on", "exit"] = Field(
        default="go_on",
        description="After lease_secs without the cache's database: trade on with the gate closed, or exit 4.",
    )
    guards: GuardNames = Field(
        default=GUARDS, description="The guards to install, by name; all of them unless one is in the way."
    )
    accelerate: AccelerationNames = Field(
        default=DEFAULT,
        description="What makes a start quicker, by name; none changes what comes of it, and any can be left out.",
    )
    accept: RuleIds = Field(
        default=(), description="Rules that may be broken here, by id, such as E13; each is told loudly at boot."
    )
