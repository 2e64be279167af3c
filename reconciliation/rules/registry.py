"""Every rule, in the order of the ids."""

from typing import Final

from reconciliation.rules import around, external, history, inflight, orders, positions, storage
from reconciliation.rules.finding import Rule

RULES: Final[tuple[Rule, ...]] = (
    around.parse_takes_it,
    inflight.asked_before_resolved,
    inflight.unanswered_outlives_outage,
    orders.missing_outlives_outage,
    positions.absence_is_confirmed,
    positions.position_check_acts,
    positions.filtered_positions_stay_out,
    external.filtered_orders_stay_out,
    positions.hedging_is_not_checked,
    positions.hedging_generates_orders,
    history.purges_have_a_buffer,
    history.purges_leave_the_database,
    storage.shared_database_is_kept,
    storage.instance_id_is_fixed,
    storage.database_is_loaded,
    around.no_check_without_reconciliation,
    inflight.single_queries_fit,
    storage.database_wait_is_bounded,
    external.claims_can_be_honoured,
    storage.credentials_are_escaped,
    positions.position_check_outlasts_outage,
    orders.lost_events_are_repaired,
    orders.lookback_covers_resting_orders,
    inflight.inflight_orders_are_checked,
    orders.threshold_exceeds_round_trip,
    orders.nothing_inert_is_set,
    external.exposure_is_not_booked_without_orders,
    external.own_orders_are_known,
    history.lookback_has_a_database,
    history.closed_positions_are_kept,
    around.broken_node_is_restarted,
    around.grace_covers_shutdown,
    orders.checks_are_not_hasty,
    storage.what_is_kept_has_a_database,
    positions.shared_account_filters_positions,
    around.startup_has_a_time_limit,
    around.requests_fit_the_limit,
    around.clients_are_guarded,
)


def named(rule_id: str) -> Rule | None:
    """Return the rule of an id, in whatever case; None when there is none."""
    return next((rule for rule in RULES if rule.id == rule_id.upper()), None)
