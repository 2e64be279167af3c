"""Whoever brings a client of their own gets no venue made up beside it, and is judged by what they brought."""

import pytest
from stage import BTC, HERE, SEED, Stage, clean_end, ended, environment, names, reconciled

from reconciliation.embedded.venue import VenueProcess
from reconciliation.settings.guards import GUARDS

OWN = "stock_clients:configure"
UNKNOWN = "stock_clients:configure_unknown"
HARMFUL = {"RECON_NODE_TOLERATED_OUTAGE_SECS": "120", "RECON_NODE_GUARDS": "query_errors,time_limits"}
"""Settings that break rules with any client."""
BULK_ONLY = {
    "RECON_NODE_GUARDS": ",".join(guard for guard in GUARDS if guard != "answered_absence"),
    "RECON_NODE_ACCEPT": "E03",
    "RECON_OPEN_CHECK_MISSING_RETRIES": "2",
}
"""Settings that are fine with recon's own client and break E04 with one that is not known to tell a failed query."""


@pytest.fixture
def own(stage: Stage, venue: VenueProcess) -> dict[str, str]:
    """The environment in which the stock clients of `stock_clients.py` find the venue."""
    account = {name.replace("RECON_", "STOCK_"): value for name, value in venue.environment().items()}
    return account | {"PYTHONPATH": str(HERE)}


def test_a_cache_is_embedded_and_no_venue(stage: Stage, venue: VenueProcess, own: dict[str, str]) -> None:
    """Without RECON_CACHE_URL; a client of the name BINANCE is no clash then."""
    venue.control.seed(**SEED)
    node = stage.node(own, OWN)
    assert reconciled(node)["node"]["positions"] == {"BTCUSDT-PERP.BINANCE": "0.500"}
    clean_end(node)
    assert ended(node) == 0
    assert "embedded_venue" not in names(node)
    assert names(node)[0] == "embedded_cache"


def test_two_clients_of_one_name_are_told(stage: Stage, venue: VenueProcess, redis: str, own: dict[str, str]) -> None:
    told = stage.recon("run", OWN, **environment(venue, redis), **own)
    assert told.code == 2
    (event,) = told.events("settings_refused")
    assert "a client named 'BINANCE' was added already" in event["reason"]
    assert "stock_clients.py:" in event["reason"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_the_clients_that_are_added_are_judged_whatever_the_form_of_the_log(
    stage: Stage, venue: VenueProcess, redis: str, own: dict[str, str], log_format: str
) -> None:
    """A form of output decides no verdict: the same settings are refused with one client and fine with another."""
    form = {"RECON_LOG_FORMAT": log_format, **BULK_ONLY}
    refused = stage.recon("run", UNKNOWN, RECON_CACHE_URL=redis, **own, **form)
    assert refused.code == 2
    assert "E04" in refused.stderr
    assert "node_boot" not in refused.stderr
    node = stage.node(environment(venue, redis, **BULK_ONLY))
    clean_end(node)
    assert ended(node) == 0


def test_nothing_is_started_for_a_configuration_that_is_refused(stage: Stage, own: dict[str, str]) -> None:
    told = stage.recon("run", OWN, **own, **HARMFUL)
    assert told.code == 2
    assert told.events("embedded_cache") == told.events("embedded_venue") == []
    assert told.events("settings_refused")


def test_a_filter_may_name_what_only_the_data_client_has_loaded(
    stage: Stage, venue: VenueProcess, redis: str, own: dict[str, str]
) -> None:
    """Reconciliation goes by the cache's instruments, whoever loaded them."""
    venue.control.seed(**SEED)
    filtered = {"RECON_CACHE_URL": redis, "RECON_INSTRUMENT_IDS": BTC}
    node = stage.node(own | filtered, "stock_clients:configure_lean")
    assert reconciled(node)["node"]["positions"] == {BTC: "0.500"}
    clean_end(node)


def test_a_node_that_only_looks_asks_them_and_opens_no_stream(
    stage: Stage, venue: VenueProcess, redis: str, own: dict[str, str]
) -> None:
    venue.control.seed(**SEED)
    told = stage.recon("reconcile", OWN, "--json", RECON_CACHE_URL=redis, **own)
    assert (told.code, told.data["node"]["positions"]) == (0, {BTC: "0.500"})
    assert {call.call.partition(" ")[0] for call in venue.control.requests()} == {"GET"}
    assert "W37" not in told.stderr, "they have the guards"
