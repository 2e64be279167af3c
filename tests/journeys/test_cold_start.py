from collections import Counter

from stage import BTC, ETH, SEED, NodeCache, Stage, assert_agreement, clean_end, ended, environment, names, reconciled

from reconciliation.embedded.venue import VenueProcess
from reconciliation.settings.guards import GUARDS

SECTIONS = {"reconciliation", "claims", "node", "facts", "cache", "venue", "log"}


def test_a_cold_node_takes_over_the_current_lifecycle(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Startup reconciliation: an empty cache gets every open order and the fills of the open position, as EXTERNAL."""
    venue.control.seed(**SEED)
    node = stage.node(environment(venue, redis))
    event = reconciled(node)
    assert event["node"] == {
        "open_orders": 3,
        "orders": 5,
        "fills": 2,
        "positions": {BTC: "0.500"},
        "external_orders": 5,
        "fills_recovered": 2,
        "fills_recovered_external": 2,
        "inferred_fills": 0,
    }
    assert event["venue"] == {"open_orders": 3, "positions": {BTC: "0.500"}}
    assert event["fills_recovered_ids"] == [f"{BTC}:1019", f"{BTC}:1020"]
    assert set(event["open_orders"].values()) == {"EXTERNAL"}
    assert event["unverified_clients"] == []
    clean_end(node)
    assert_agreement(venue, event, NodeCache(redis))
    assert NodeCache(redis).fills() == Counter({(BTC, "1019"): 1, (BTC, "1020"): 1})


def test_equal_trade_ids_of_two_symbols_are_two_fills(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """100 % fills: trade ids are numbered per symbol, and one symbol's fill never hides another's."""
    venue.control.seed("BTCUSDT", fills=2, open_orders=1, net="0.5")
    venue.control.seed("ETHUSDT", fills=2, open_orders=1, net="-2")
    told = stage.recon("reconcile", "--json", "--apply", **environment(venue, redis))
    assert told.code == 0
    node = told.data["node"]
    assert (node["orders"], node["fills"], node["fills_recovered"], node["inferred_fills"]) == (6, 4, 4, 0)
    assert node["positions"] == {BTC: "0.500", ETH: "-2.000"}
    assert NodeCache(redis).fills() == Counter((symbol, trade) for symbol in (BTC, ETH) for trade in ("1001", "1002"))


def test_a_boot_tells_every_effective_parameter_first(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: one event with every effective value comes before anything is asked of the venue, then one per step."""
    node = stage.node(environment(venue, redis, RECON_PRESET="conservative", RECON_OPEN_CHECK_INTERVAL_SECS="7"))
    clean_end(node)
    assert ended(node) == 0
    ends = ["node_stopping", "stop_waits", "node_stopped"]
    assert names(node) == ["node_boot", "lease_taken", "clients_connected", "node_reconciled", "node_started", *ends]
    boot = node.events[0]
    assert boot.keys() >= SECTIONS | {"preset", "settings_dir", "fingerprint", "guards"}
    assert boot["preset"] == "conservative"
    assert boot["reconciliation"]["startup_delay_secs"] == 15.0
    assert boot["reconciliation"]["open_check_interval_secs"] == 7.0
    assert boot["guards"] == list(GUARDS)
    assert node.lines == [], "nothing but events is on stderr"
