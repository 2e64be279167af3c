"""Whether the checks run, and how long reconciliation takes."""

from typing import Final

from grafana_foundation_sdk.models import units

from monitoring.limits import BOUNDS
from monitoring.panels import BLUE, GREEN, RED, YELLOW, Panel, Query, Row, Step
from monitoring.queries import CHECK, NODE, more, of, quantile, since
from reconciliation.monitor.durations import CHECK_SECS
from reconciliation.monitor.health import LATE, RUN_SECS

CHECKS: Final = Row(
    "Do the checks run?",
    (
        Panel(
            "Last run of each check, in its periods",
            "A check that runs as it should stays near 1; beyond the line it has missed runs.",
            units.NoUnit,
            8,
            "lines",
            (Query(f"({since('last_check_timestamp_seconds')}) / {of('check_period_seconds')}", CHECK),),
            steps=(Step(LATE, RED),),
        ),
        Panel(
            "Last run that went well",
            "How long ago that was, beside the check's period, dashed.",
            units.Seconds,
            8,
            "lines",
            (
                Query(since("last_success_timestamp_seconds"), CHECK),
                Query(of("check_period_seconds"), f"{CHECK}, period", is_dashed=True),
            ),
            base=BLUE,
        ),
        Panel(
            "Until a check is late",
            "At 0 the node is not ready any more, and ReconCheckStale fires.",
            units.Seconds,
            8,
            "lines",
            (Query(f"({of('check_late_timestamp_seconds')} > 0) - time()", CHECK),),
            base=RED,
            steps=(Step(0, GREEN),),
        ),
        Panel(
            "Duration of a run, on average",
            f"Over ten minutes. A run that takes longer than {CHECK_SECS:g} s is an alert.",
            units.Seconds,
            12,
            "lines",
            (
                Query(
                    f"rate({of('check_duration_seconds_sum')}[10m]) / rate({of('check_duration_seconds_count')}[10m])",
                    CHECK,
                ),
            ),
            steps=(Step(CHECK_SECS, RED),),
        ),
        Panel(
            "Runs, by how they ended",
            "Red are those that failed; /status tells the reason of the last.",
            units.Short,
            12,
            "bars",
            (Query(more("checks_total"), f"{CHECK} {{{{result}}}}"),),
            base=BLUE,
            colors={"/failed$/": RED},
        ),
    ),
)

DURATION: Final = Row(
    "How long does reconciliation take?",
    (
        Panel(
            "Startup reconciliation",
            f"How long it took, good or bad. Longer than {BOUNDS['ReconStartupSlow']:g} s is an alert.",
            units.Seconds,
            8,
            "lines",
            (Query(of("startup_duration_seconds"), NODE),),
            steps=(Step(BOUNDS["ReconStartupSlow"], RED),),
        ),
        Panel(
            "Slow runs of a check",
            "Within what 95 % of the runs of ten minutes ended, and all of them, as far as the bounds of the histogram "
            f"tell. The lines: {CHECK_SECS:g} s is the limit; more than {RUN_SECS:g} s may make the check late.",
            units.Seconds,
            8,
            "lines",
            (
                Query(quantile(0.95), f"{CHECK}, 95 %"),
                Query(quantile(1), f"{CHECK}, all"),
            ),
            steps=(Step(CHECK_SECS, YELLOW), Step(RUN_SECS, RED)),
        ),
        Panel(
            f"Runs of a check over {CHECK_SECS:g} s",
            "Within ten minutes; one is an alert.",
            units.Short,
            8,
            "lines",
            (
                Query(
                    f"increase({of('check_duration_seconds_count')}[10m]) - ignoring (le) "
                    f"increase({of('check_duration_seconds_bucket', f'le="{CHECK_SECS}"')}[10m])",
                    CHECK,
                ),
            ),
            steps=(Step(BOUNDS["ReconCheckSlow"], RED),),
        ),
    ),
)
