from urllib.parse import quote

import pytest
from stage import SEED, Stage, clean_end, ended, environment

from reconciliation.cache_client import connect
from reconciliation.embedded.venue import VenueProcess

PASSWORD = "canary/p@ssw:rd%1"


@pytest.fixture
def locked_redis(redis: str) -> str:
    """A Redis that asks for a password, in an address that carries it."""
    with connect(redis) as client:
        client.config_set("requirepass", PASSWORD)
    return redis.replace("redis://", f"redis://:{quote(PASSWORD, safe='')}@")


def assert_untold(said: str, venue: VenueProcess) -> None:
    assert said
    for secret in (venue.api_key, venue.api_secret, PASSWORD, quote(PASSWORD, safe="")):
        assert secret not in said, f"...{said[max(0, said.index(secret) - 200) : said.index(secret)]}"


def test_no_secret_is_ever_told(stage: Stage, venue: VenueProcess, locked_redis: str) -> None:
    """Secrets: key, secret and password are in no event, no log and no report, not even at DEBUG."""
    venue.control.seed(**SEED)
    env = environment(venue, locked_redis, RECON_LOG_LEVEL="DEBUG")
    node = stage.node(env)
    boot = node.wait_for("node_boot")
    assert (boot["venue"]["api_key"], boot["venue"]["api_secret"]) == ("***", "***")
    assert boot["cache"]["url"].startswith("redis://***@127.0.0.1:")
    clean_end(node)
    ended(node)
    log = stage.engine_log()
    assert "[DEBUG]" in log
    assert_untold(log + "\n".join([*node.lines, *map(str, node.events)]), venue)

    told = stage.recon("reconcile", "--json", **env)
    assert told.code == 0
    assert_untold(told.stdout + told.stderr, venue)


def test_no_secret_is_told_in_a_failure(stage: Stage, venue: VenueProcess, locked_redis: str) -> None:
    """Secrets: what goes wrong at the venue or the cache is told without the key, the password or a signature."""
    venue.control.fail("GET /fapi/v1/openOrders", status=500)
    env = environment(venue, locked_redis, RECON_LOG_LEVEL="DEBUG")
    told = stage.recon("reconcile", "--json", **env)
    assert told.code == 1
    assert venue.control.requests("GET /fapi/v1/openOrders")
    assert_untold(told.stdout + told.stderr, venue)
    assert "signature=" not in told.data["reason"]

    wrong = stage.recon("reconcile", "--json", **env | {"RECON_CACHE_URL": locked_redis.replace("canary", "canary2")})
    assert wrong.code == 3
    assert "refuses the credentials" in wrong.stderr
    assert "canary" not in wrong.stdout + wrong.stderr
