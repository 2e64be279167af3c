"""What a node needs of others: its cache's database, and request weight of the venue."""

from typing import Final

from grafana_foundation_sdk.models import units

from monitoring.limits import BOUNDS
from monitoring.panels import BLUE, GREEN, RED, YELLOW, Panel, Query, Row, Step, Word
from monitoring.queries import CHECK, NODE, more, of, since, waiting

CACHE: Final = Row(
    "Does the cache answer?",
    (
        Panel(
            "Cache",
            "Whether the database behind the cache answers. A node that keeps its cache in memory is not here. Do not "
            "restart a node while it does not answer: what it holds is in its memory alone.",
            units.NoUnit,
            6,
            "values",
            (Query(of("cache_reachable"), NODE),),
            base=RED,
            steps=(Step(1, GREEN),),
            words={"0": Word("does not answer", RED), "1": Word("answers", GREEN)},
            empty="in memory",
        ),
        Panel(
            "When it answered",
            "Red is when it did not.",
            units.NoUnit,
            10,
            "states",
            (Query(of("cache_reachable"), NODE),),
            base=RED,
            steps=(Step(1, GREEN),),
            words={"0": Word("does not answer", RED), "1": Word("answers", GREEN)},
        ),
        Panel(
            "Losses",
            "How often it has stopped to answer. Each time what was written meanwhile is lost in "
            "part; the node writes it again once it answers.",
            units.Short,
            8,
            "bars",
            (
                Query(more("cache_losses_total"), NODE),
                Query(more("cache_writes_mended_total"), f"{NODE}: keys written again"),
            ),
            steps=(Step(1, RED),),
        ),
    ),
)

GATE: Final = Row(
    "May it trade?",
    (
        Panel(
            "Gate",
            "Whether orders that open or increase a position are let through. What reduces, and cancels, always pass.",
            units.NoUnit,
            6,
            "values",
            (Query(of("gate_closed"), NODE),),
            base=GREEN,
            steps=(Step(1, RED),),
            words={"0": Word("open", GREEN), "1": Word("closed", RED)},
        ),
        Panel(
            "When it was open",
            "Red is when it was closed.",
            units.NoUnit,
            6,
            "states",
            (Query(of("gate_closed"), NODE),),
            base=GREEN,
            steps=(Step(1, RED),),
            words={"0": Word("open", GREEN), "1": Word("closed", RED)},
        ),
        Panel(
            "Closed, and denied",
            "How often the gate was closed, and how many orders it has denied.",
            units.Short,
            6,
            "bars",
            (
                Query(more("gate_closings_total"), f"{NODE}: closed"),
                Query(more("exposure_denied_total"), f"{NODE}: denied"),
            ),
            base=YELLOW,
        ),
        Panel(
            "Lease",
            "Whether anything keeps a second node from starting on the trader id and the accounts.",
            units.NoUnit,
            6,
            "values",
            (Query(of("lease_held"), NODE),),
            base=RED,
            steps=(Step(1, GREEN),),
            words={"0": Word("none", RED), "1": Word("held", GREEN)},
        ),
    ),
)

COST: Final = Row(
    "What does it cost?",
    (
        Panel(
            "Request weight",
            "What the venue says is used up in its window. Dashed: what it allows, and what `recon plan` predicts for "
            "an idle node and at worst.",
            units.Short,
            8,
            "lines",
            (
                Query(of("request_weight"), f"{NODE}: used"),
                Query(f"{of('request_weight_limit')} > 0", f"{NODE}: allowed", is_dashed=True),
                Query(of("planned", 'figure=~".+_per_minute"'), f"{NODE}: {{{{figure}}}}", is_dashed=True),
            ),
            base=BLUE,
        ),
        Panel(
            "Share of the limit",
            "Whatever asks on this address counts. Beyond the limit the venue refuses, and bans in the end.",
            units.PercentUnit,
            8,
            "lines",
            (Query(f"{of('request_weight')} / ({of('request_weight_limit')} > 0)", NODE),),
            steps=(Step(BOUNDS["ReconRequestWeightHigh"], YELLOW), Step(1, RED)),
        ),
        Panel(
            "Repair, planned and measured",
            "Dashed: within what `recon plan` says that a lost fill, cancel or answer is repaired. What has waited for "
            "longer, or a check of orders that last went well before that, is behind the plan.",
            units.Seconds,
            8,
            "lines",
            (
                Query(waiting("oldest_inflight_timestamp_seconds"), f"{NODE}: oldest order in flight"),
                Query(since("last_success_timestamp_seconds", 'check!="positions"'), f"{CHECK} went well"),
                Query(of("planned", 'figure=~".+_seconds"'), f"{NODE}: {{{{figure}}}}", is_dashed=True),
            ),
            base=BLUE,
        ),
    ),
)
