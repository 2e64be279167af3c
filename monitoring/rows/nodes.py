"""Which node runs with what, and how its process is."""

from typing import Final

from grafana_foundation_sdk.models import units

from monitoring.limits import BOUNDS
from monitoring.panels import BLUE, GREEN, RED, YELLOW, Panel, Query, Row, Step, Word
from monitoring.queries import NODE, of, of_process, since, with_labels_of
from reconciliation.monitor.health import STALLED_SECS

CONFIGURATION: Final = Row(
    "Which node runs with what?",
    (
        Panel(
            "Nodes",
            "Preset, fingerprint and versions of each node. Nodes with equal fingerprints reconcile alike.",
            units.DatetimeISO,
            24,
            "table",
            (
                Query(
                    f"1000 * {of('boot_timestamp_seconds')} {with_labels_of(of('config_info'), 'preset, fingerprint')} "
                    f"{with_labels_of(of('build_info'), 'version, engine_version')}"
                ),
            ),
            base=BLUE,
            columns={
                "trader_id": "Trader",
                "account": "Account",
                "preset": "Preset",
                "fingerprint": "Fingerprint",
                "version": "recon",
                "engine_version": "NautilusTrader",
                "instance": "Address",
                "Value": "Booted",
            },
        ),
        Panel(
            "Configurations",
            "How many different ones the chosen nodes run with. `recon fleet --diff` shows in what they differ.",
            units.Short,
            6,
            "values",
            (Query(f"count(count by (fingerprint) ({of('config_info')}))", "different"),),
            steps=(Step(BOUNDS["ReconConfigurationDiffers"] + 1, YELLOW),),
        ),
        Panel(
            "Guards off",
            "How many guards a node runs without: each lets a known fault of the engine through.",
            units.Short,
            6,
            "values",
            (Query(f"sum by (trader_id, account) (1 - {of('guard')})", NODE),),
            steps=(Step(1, RED),),
        ),
        Panel(
            "Guards",
            "Which they are; those that are off come first.",
            units.NoUnit,
            12,
            "table",
            (Query(f"sort({of('guard')})"),),
            base=RED,
            steps=(Step(1, GREEN),),
            words={"0": Word("off", RED), "1": Word("on", GREEN)},
            columns={"guard": "Guard", "Value": "It is", "trader_id": "Trader", "account": "Account"},
        ),
    ),
)

PROCESS: Final = Row(
    "How is the process?",
    (
        Panel(
            "Heartbeat",
            "How long ago the event loop was last seen at work; beyond the line the node does nothing.",
            units.Seconds,
            6,
            "lines",
            (Query(since("heartbeat_timestamp_seconds"), NODE),),
            steps=(Step(STALLED_SECS, RED),),
        ),
        Panel(
            "Restarts within half an hour",
            "A node that is started again and again does not come up.",
            units.Short,
            6,
            "lines",
            (Query(f"changes({of('boot_timestamp_seconds')}[30m])", NODE),),
            steps=(Step(BOUNDS["ReconNodeRestarting"] + 1, RED),),
        ),
        Panel(
            "Memory",
            "Resident memory. It grows with the orders that the cache keeps, until they are purged.",
            units.BytesIEC,
            6,
            "lines",
            (Query(of_process("process_resident_memory_bytes"), NODE),),
            base=BLUE,
        ),
        Panel(
            "CPU",
            "Of one core. The event loop is one thread: near 100 % it falls behind.",
            units.PercentUnit,
            6,
            "lines",
            (Query(of_process("rate(process_cpu_seconds_total[$__rate_interval])"), NODE),),
            steps=(Step(0.8, YELLOW), Step(1, RED)),
        ),
    ),
)
