"""Every rule, in the order of the ids; and the rule about those ids, which needs them all."""

from typing import Final

from reconciliation.rules import (
    configuration,
    external,
    inflight,
    lifetime,
    orders,
    positions,
    requests,
    retention,
    startup,
    storage,
    units,
)
from reconciliation.rules.figures import several
from reconciliation.rules.finding import Rule, Violation, rule
from reconciliation.rules.subject import Subject


@rule(
    "W38",
    "node.accept",
    proof="computed",
    why="An id that is no rule's lets nothing through: the rule that was meant is judged all the same.",
    cure="ids that `recon rules` lists",
    repair=False,
)
def accepted_rules_exist(s: Subject) -> Violation | None:
    """Every accepted rule is a rule there is."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for mistakes only

    known = [each.id for each in RULES]
    unknown = [id_ for id_ in s.node.accept if id_ not in known]
    if not unknown:
        return None
    near = [match for id_ in unknown for match in get_close_matches(id_, known, n=1)]
    meant = f", or write {several(near)} where that was meant" if near else ""
    return Violation(
        f"{several(unknown)} {'is' if len(unknown) == 1 else 'are'} no rule",
        f"leave {several(unknown)} out of {s.name('node.accept')}{meant}; `recon rules` lists the rules",
    )


RULES: Final[tuple[Rule, ...]] = (
    configuration.parse_takes_it,
    inflight.asked_before_resolved,
    inflight.unanswered_outlives_outage,
    orders.missing_outlives_outage,
    positions.absence_is_confirmed,
    positions.position_check_acts,
    positions.filtered_positions_stay_out,
    external.filtered_orders_stay_out,
    positions.hedging_is_not_checked,
    positions.hedging_generates_orders,
    retention.purges_have_a_buffer,
    retention.purges_leave_the_database,
    storage.shared_database_is_kept,
    storage.instance_id_is_fixed,
    storage.database_is_loaded,
    configuration.no_check_without_reconciliation,
    inflight.single_queries_fit,
    storage.database_wait_is_bounded,
    external.claims_can_be_honoured,
    storage.credentials_are_escaped,
    positions.position_check_outlasts_outage,
    configuration.parts_can_be_made,
    inflight.unanswered_can_be_asked,
    retention.lookback_reaches_today,
    orders.lost_events_are_repaired,
    orders.lookback_covers_resting_orders,
    inflight.inflight_orders_are_checked,
    orders.threshold_exceeds_round_trip,
    orders.nothing_inert_is_set,
    external.exposure_is_not_booked_without_orders,
    external.own_orders_are_known,
    retention.lookback_has_a_database,
    retention.closed_positions_are_kept,
    lifetime.broken_node_is_restarted,
    lifetime.grace_covers_shutdown,
    orders.checks_are_not_hasty,
    storage.what_is_kept_has_a_database,
    positions.shared_account_filters_positions,
    lifetime.startup_has_a_time_limit,
    requests.requests_fit_the_limit,
    requests.clients_are_guarded,
    accepted_rules_exist,
    storage.one_node_writes,
    units.values_are_in_their_unit,
    startup.history_fits_the_limit,
)


def named(rule_id: str) -> Rule | None:
    """Return the rule of an id, in whatever case; None when there is none."""
    return next((rule for rule in RULES if rule.id == rule_id.upper()), None)
