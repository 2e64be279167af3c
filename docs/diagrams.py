"""The diagrams of the guides: what is in them, and that what they name is there.

Stages, events, states and exit codes are those of the code; settings and guards are looked up by their names, and one
that is not there is an error.
"""

from dataclasses import replace
from typing import Final, get_args

from drawing import Box, svg

from reconciliation.engine import lifecycle
from reconciliation.engine.lifecycle import Stage
from reconciliation.errors import ExitCode
from reconciliation.layers import known
from reconciliation.monitor.status import State
from reconciliation.settings.guards import GUARDS

IMAGES: Final = "docs/guides/images"


def setting(name: str) -> str:
    """Return the name of a setting, without its section where that is `reconciliation`.

    Raises:
        KeyError: there is none of that name.
    """
    section, _, key = name.rpartition(".")
    if not known.settings_by_path().keys() & {(section or "reconciliation", key), (key,)}:
        raise KeyError(name)
    return name


def guard(name: str) -> str:
    """Return the name of a guard, told as one.

    Raises:
        KeyError: there is none of that name.
    """
    if name not in GUARDS:
        raise KeyError(name)
    return f"guard {name}"


def event(kind: type) -> str:
    """Return the name of an event, told as one."""
    return f"event {kind.__name__}"


# -- A boot ------------------------------------------------------------------------------------------

BEFORE: Final = (
    Box("Rules judge the settings"),
    Box(f"Exit code {ExitCode.UNUSABLE:d}", when="a rule is broken", level=1, tone="bad"),
    Box("The cache's database is looked at", code=(setting("cache.url"),)),
    Box(f"Exit code {ExitCode.PREFLIGHT:d}", when="it cannot be used", level=1, tone="bad"),
    Box("The node is built, its cache loaded", code=(event(lifecycle.Booting), setting("cache.load_cache"))),
    Box(State.INITIALIZING, tone="state"),
)
STAGES: Final[dict[Stage, tuple[Box, ...]]] = {
    "connection": (
        Box("Clients connect", ("and load their instruments",), (setting("node.timeout_connection"),)),
        Box(State.RECONCILING, tag=event(lifecycle.Connected), tone="state"),
    ),
    "settings": (
        Box(
            "Settings and account are compared",
            ("position mode, and which instruments there are",),
            (setting("node.position_mode"), setting("instrument_ids")),
        ),
    ),
    "claims": (Box("A claim on everything is resolved", code=(setting("claims"), event(lifecycle.Claimed))),),
    "reconciliation": (
        Box(
            "The venue is asked",
            ("for orders, trades and positions; once more", "where a question fails"),
            (setting("lookback_mins"), guard("reports"), guard("history")),
        ),
        Box("Torn histories are mended", ("of which a kill lost a part",), (guard("matched_histories"),)),
        Box(
            "What was missed is booked",
            ("by the venue's ids; what no trade explains,", "as an order that is made up"),
            (setting("generate_missing_orders"), event(lifecycle.Reconciled)),
        ),
        Box(
            "The venue is asked a second time", ("all of this stage within",), (setting("node.timeout_reconciliation"),)
        ),
        Box(
            f"The node is stopped: exit code {ExitCode.NOT_FINE:d}",
            ("as at any stage that fails",),
            (event(lifecycle.NotStarted),),
            when="it differs, or does not answer",
            level=1,
            tone="bad",
        ),
        Box(State.RECONCILED, tag=event(lifecycle.Verified), tone="state", when="it agrees"),
    ),
    "portfolio": (Box("The portfolio is set up", code=(setting("node.timeout_portfolio"),)),),
    "strategies": (
        Box("Strategies start"),
        Box(State.MONITORING, tag=event(lifecycle.Started), tone="state"),
    ),
}
"""What is drawn of each stage of a start."""
AFTER: Final = (Box("The checks begin", ("after a pause",), (setting("startup_delay_secs"),)),)

BOOT_TEXT: Final = (
    "A boot from top to bottom: rules judge the settings, the cache is looked at and loaded, clients connect, settings"
    " and account are compared, claims are resolved, the venue is asked, torn histories are mended, what was missed is"
    " booked, and the venue is asked a second time. Where it agrees strategies start, and the checks after a pause."
    " Where it differs, or a stage fails, the node is stopped."
)


def boot() -> tuple[Box, ...]:
    """Return what is drawn of a boot."""
    boxes = list(BEFORE)
    for stage in get_args(Stage):
        first, *others = STAGES[stage]
        boxes += [replace(first, tag=stage), *others]
    return tuple(replace(box, follows=box.level == 0) for box in (*boxes, *AFTER))


# -- The life of an order ----------------------------------------------------------------------------

ORDER: Final = (
    Box("SUBMITTED", ("in flight: no answer yet",), tone="state"),
    Box("ACCEPTED", ("open at the venue",), tone="state", when="the venue answers", level=1),
    Box("FILLED, CANCELED, EXPIRED", when="the stream tells what becomes of it", level=2, tone="good"),
    Box(
        "Its trades are asked for by its id",
        ("each is booked once, with the venue's own id",),
        (setting("open_check_interval_secs"), guard("venue_trades")),
        when="the open check finds it behind",
        level=2,
    ),
    Box("FILLED, CANCELED, EXPIRED", level=3, tone="good"),
    Box(
        "It is asked for by its id",
        ("once it was missing so often",),
        (setting("open_check_missing_retries"), setting("max_single_order_queries_per_cycle")),
        when="the venue's list lacks it",
        level=2,
    ),
    Box("It is what the venue says", when="the venue knows it", level=3, tone="good"),
    Box("REJECTED; CANCELED if it has traded", when="the venue answers: no such order", level=3, tone="bad"),
    Box("It stays open", code=(guard("answered_absence"),), when="no answer", level=3, tone="wait"),
    Box(
        "The in-flight check asks for it",
        ("by its client order id, time and again",),
        (setting("inflight_check_threshold_ms"), setting("inflight_check_interval_ms")),
        when="no answer for too long",
        level=1,
    ),
    Box("It is what the venue says", when="the venue knows it", level=2, tone="good"),
    Box(
        "REJECTED",
        ("CANCELED if it was to be cancelled or changed",),
        (setting("inflight_check_retries"),),
        when="asked so often, and the answer: no such order",
        level=2,
        tone="bad",
    ),
    Box("It stays in flight", code=(guard("answered_absence"),), when="no answer", level=2, tone="wait"),
)

ORDER_TEXT: Final = (
    "An order that was submitted. The venue answers: it is open, and the stream tells what becomes of it; or the open"
    " check finds it behind, and its trades are asked for by its id; or it is missing, is asked for by its id, and"
    " closed only when the venue answers that it does not know it. The venue does not answer: the in-flight check asks"
    " for it, and it is rejected only when the venue answers each time that it does not know it. Without an answer it"
    " stays as it is."
)


def diagrams() -> dict[str, str]:
    """Return every diagram by its path in the repository."""
    return {
        f"{IMAGES}/boot.svg": svg("A boot", BOOT_TEXT, boot()),
        f"{IMAGES}/order.svg": svg("The life of an order", ORDER_TEXT, ORDER),
    }
