"""Whether node and venue agree, what is not settled yet, and which fills it took."""

from typing import Final

from grafana_foundation_sdk.models import units

from monitoring.limits import BOUNDS
from monitoring.panels import BLUE, GREEN, PURPLE, RED, YELLOW, Panel, Query, Row, Step, Word
from monitoring.queries import NODE, more, of, since, waiting, with_labels_of

RECONCILED: Final = Row(
    "Is it reconciled, and since when?",
    (
        Panel(
            "Reconciled",
            "Whether node and venue were verified to agree, and every check has gone well since. /readyz says what is "
            "missing.",
            units.NoUnit,
            5,
            "values",
            (Query(of("reconciled"), NODE),),
            base=RED,
            steps=(Step(1, GREEN),),
            words={"0": Word("no", RED), "1": Word("yes", GREEN)},
        ),
        Panel(
            "State, and for how long",
            "MONITORING is good. ERROR: it did not start, it died, or the last run of a check failed.",
            units.DurationSeconds,
            5,
            "values",
            (
                Query(
                    f"time() - {of('state_timestamp_seconds')} {with_labels_of(f'({of("state")} == 1)', 'state')}",
                    f"{NODE}: {{{{state}}}}",
                ),
            ),
            base=BLUE,
        ),
        Panel(
            "Verified",
            "How long ago startup reconciliation was verified at the venue.",
            units.DurationSeconds,
            5,
            "values",
            (Query(since("verified_timestamp_seconds"), NODE),),
            base=BLUE,
            empty="not verified",
        ),
        Panel(
            "States",
            "Which state the nodes were in when; a gap is a node that was not there.",
            units.NoUnit,
            9,
            "states",
            (Query(f"{of('state')} == 1", f"{NODE}: {{{{state}}}}"),),
            base=BLUE,
            colors={
                "/ERROR$/": RED,
                "/MONITORING$/": GREEN,
                "/(INITIALIZING|RECONCILING|RECONCILED)$/": YELLOW,
            },
        ),
    ),
)

DISCREPANCIES: Final = Row(
    "What is not settled?",
    (
        Panel(
            "Discrepancies",
            "What node and venue differ in, or may, and what is not settled yet. A position that stays here for two "
            "minutes is an alert.",
            units.Short,
            8,
            "lines",
            (Query(of("pending_discrepancies"), f"{NODE}: {{{{kind}}}}"),),
            steps=(Step(1, RED),),
        ),
        Panel(
            "Orders",
            "Open ones, those that await an answer, and open ones that no strategy of the node has submitted.",
            units.Short,
            8,
            "lines",
            (
                Query(of("open_orders"), f"{NODE}: open"),
                Query(of("inflight_orders"), f"{NODE}: in flight"),
                Query(of("external_orders"), f"{NODE}: external"),
            ),
            base=BLUE,
        ),
        Panel(
            "External orders that appeared",
            "Orders that came without a strategy of the node having submitted them.",
            units.Short,
            8,
            "bars",
            (Query(more("external_orders_seen_total"), NODE),),
            base=BLUE,
        ),
        Panel(
            "Oldest order in flight",
            "For how long it has awaited an answer; 0 without any.",
            units.Seconds,
            8,
            "lines",
            (Query(waiting("oldest_inflight_timestamp_seconds"), NODE),),
            steps=(Step(BOUNDS["ReconOrdersStuckInFlight"], RED),),
        ),
        Panel(
            "Held though absent",
            "What the venue's answers lack and is not believed gone; /status names each.",
            units.Short,
            8,
            "lines",
            (Query(of("held_absent"), f"{NODE}: {{{{kind}}}}"),),
            steps=(Step(1, YELLOW),),
        ),
        Panel(
            "Held for",
            "For how long the first of them is held; 0 without any.",
            units.Seconds,
            8,
            "lines",
            (Query(waiting("oldest_held_absent_timestamp_seconds"), NODE),),
            steps=(Step(BOUNDS["ReconHeldAbsent"], YELLOW),),
        ),
    ),
)

FILLS: Final = Row(
    "Which fills did not come by the stream?",
    (
        Panel(
            "Fills recovered, made up, told twice",
            "Recovered at startup is what happened while the node was away; at runtime the stream has lost it. A fill "
            "that was made up has no trade at the venue: compare price and commission.",
            units.Short,
            12,
            "bars",
            (
                Query(more("fills_recovered_total"), f"{NODE}: recovered at {{{{origin}}}}"),
                Query(more("fills_inferred_total"), f"{NODE}: made up"),
                Query(more("duplicate_fills_total"), f"{NODE}: told twice"),
            ),
            base=BLUE,
            colors={"/made up$/": RED, "/runtime$/": YELLOW, "/told twice$/": PURPLE},
        ),
        Panel(
            "Since boot",
            "All that came while the node ran. None is best.",
            units.Short,
            6,
            "values",
            (
                Query(of("fills_recovered_total", 'origin="runtime"'), f"{NODE}: recovered at runtime"),
                Query(of("fills_inferred_total"), f"{NODE}: made up"),
                Query(of("duplicate_fills_total"), f"{NODE}: told twice"),
            ),
            steps=(Step(1, YELLOW),),
        ),
        Panel(
            "At startup",
            "What happened while the node was away, and its startup reconciliation brought in.",
            units.Short,
            3,
            "values",
            (Query(of("fills_recovered_total", 'origin="startup"'), NODE),),
            base=BLUE,
        ),
        Panel(
            "Last recovery",
            "How many fills the last reconciliation or check brought in that brought any.",
            units.Short,
            3,
            "values",
            (Query(of("last_run_fills_recovered"), NODE),),
            base=BLUE,
        ),
    ),
)
