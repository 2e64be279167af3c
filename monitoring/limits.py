"""The limits that panels draw: those at which an alert fires."""

from collections.abc import Mapping
from typing import Final

from reconciliation.monitor.alerts import ALERTS

BOUNDS: Final[Mapping[str, float]] = {alert.name: alert.above for alert in ALERTS}
"""By the name of the alert, in the unit of its query."""
