"""The server behind a cache in each state it may be in, on Debian's Redis and on Valkey."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jail import shipped
from redis import Redis
from redis_servers import KINDS, Kind, served, set_user
from slow_line import slow_line

from reconciliation.cache_client import connect
from reconciliation.errors import ExitCode
from reconciliation.node.preflight.outcome import Outcome, exit_code
from reconciliation.node.preflight.rights import acl_line
from reconciliation.node.preflight.server import JUDGES, server_outcomes

TRADER = "TESTER-001"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A server that is fit for a cache."""
    kind: Kind = request.param
    with served(kind, tmp_path / "server") as url:
        yield url


@pytest.fixture
def admin(url: str) -> Iterator[Redis]:
    """One who may do anything there."""
    with connect(url) as client:
        yield client


def found(url: str, **variables: str) -> dict[str, Outcome]:
    outcomes = server_outcomes(url, shipped({"RECON_NODE_TRADER_ID": TRADER} | variables).node)
    assert [outcome.name for outcome in outcomes] == ["cache", *JUDGES]
    return {outcome.name: outcome for outcome in outcomes}


def not_ok(url: str) -> dict[str, str]:
    return {name: outcome.verdict for name, outcome in found(url).items() if outcome.verdict != "ok"}


def as_user(url: str, word: str = "word") -> str:
    return url.replace("redis://", f"redis://node:{word}@")


def test_a_server_that_is_fit_is_found_so_at_once_and_nothing_is_left_in_it(url: str, admin: Redis) -> None:
    begun = time.perf_counter()
    assert not_ok(url) == {}
    assert time.perf_counter() - begun < 0.3 + 0.7  # a busy machine's; measured 0.01 s
    assert admin.dbsize() == 0


def test_a_server_that_is_down_hides_no_check() -> None:
    verdicts = not_ok("redis://user:canary@127.0.0.1:1")
    assert verdicts == {"cache": "fail"} | dict.fromkeys(JUDGES, "unknown")
    outcome = found("redis://user:canary@127.0.0.1:1")["cache"]
    assert "cannot be reached" in outcome.found
    assert "RECON_CACHE_URL" in outcome.action
    assert "canary" not in outcome.found


def test_a_server_that_hangs_is_waited_for_two_seconds(url: str) -> None:
    with slow_line(url, None) as hung:
        begun = time.perf_counter()
        assert found(hung)["cache"].verdict == "fail"
        assert 1.9 < time.perf_counter() - begun < 4


def test_a_server_that_is_far_away_is_told_with_what_that_costs(url: str) -> None:
    with slow_line(url, 0.010) as far:
        assert not_ok(far) == {"cache round trip": "warn"}
        assert "to load" in found(far)["cache round trip"].found


def test_a_wrong_password_is_told_as_such(url: str, admin: Redis) -> None:
    set_user(admin, "node", "on", ">word", "~*", "+@all")
    assert not_ok(as_user(url)) == {}
    outcome = found(as_user(url, "other"))["cache"]
    assert outcome.verdict == "fail"
    assert "refuses the credentials" in outcome.found


def test_a_password_that_is_not_given_is_told_as_such(tmp_path: Path) -> None:
    with served("valkey", tmp_path / "server", requirepass="word") as url:
        outcome = found(url)["cache"]
        assert outcome.verdict == "fail"
        assert "refuses the credentials" in outcome.found


def test_a_user_who_may_only_read_lacks_what_the_engine_writes(url: str, admin: Redis) -> None:
    set_user(admin, "node", "on", ">word", "~*", "+@read", "+info", "+multi", "+exec")
    outcome = found(as_user(url))["cache rights"]
    assert outcome.verdict == "fail"
    assert "set, rpush, rpushx, sadd, srem, hset, hdel, del" in outcome.found
    assert found(as_user(url))["cache writes"].verdict == "unknown"
    assert admin.dbsize() == 0


def test_a_user_of_another_traders_keys_may_not_use_these(url: str, admin: Redis) -> None:
    set_user(admin, "node", "on", ">word", "~trader-OTHER-001:*", "~recon:*", "+@all")
    assert found(as_user(url))["cache rights"].verdict == "fail"


def test_a_user_who_may_do_nothing_changes_nothing(url: str, admin: Redis) -> None:
    set_user(admin, "node", "on", ">word", "~*", "-@all")
    verdicts = not_ok(as_user(url))
    assert verdicts.pop("cache rights") == "fail"
    assert set(verdicts.values()) == {"unknown"}


@pytest.mark.parametrize("command", ["rpushx", "hdel", "multi", "lrange", "scan"])
def test_each_right_that_is_missing_is_named(url: str, admin: Redis, command: str) -> None:
    set_user(admin, "node", "on", ">word", "~*", "+@all", f"-{command}")
    outcome = found(as_user(url))["cache rights"]
    assert outcome.verdict == "fail"
    assert f"may not use {command} on" in outcome.found


def test_a_user_without_recons_own_keys_is_told_what_is_lost(url: str, admin: Redis) -> None:
    set_user(admin, "node", "on", ">word", f"~trader-{TRADER}:*", "+@all")
    outcome = found(as_user(url))["cache rights"]
    assert outcome.verdict == "fail"
    assert found(as_user(url), RECON_NODE_LEASE="false")["cache rights"].verdict == "warn"
    assert all(prefix in outcome.found for prefix in ("recon:probe:", "recon:fleet:", "recon:lease:"))


def test_the_line_that_is_printed_gives_all_that_is_needed(url: str, admin: Redis) -> None:
    set_user(admin, *acl_line(TRADER, "node").replace("PASSWORD", "word").split()[2:])
    assert not_ok(as_user(url)) == {}


@pytest.mark.parametrize(
    ("policy", "limit", "verdict"),
    [
        ("allkeys-lru", "0", "warn"),
        ("allkeys-lru", "100mb", "fail"),
        ("volatile-ttl", "100mb", "warn"),
        ("noeviction", "100mb", "ok"),
    ],
)
def test_what_drops_orders_in_silence_is_refused(url: str, admin: Redis, policy: str, limit: str, verdict: str) -> None:
    admin.config_set("maxmemory", limit)
    admin.config_set("maxmemory-policy", policy)
    assert found(url)["cache eviction"].verdict == verdict


@pytest.mark.parametrize(
    ("aof", "save", "verdict", "words"),
    [("no", "", "warn", "neither"), ("no", "60 1", "ok", "RDB (save 60 1)"), ("yes", "", "ok", "AOF")],
)
def test_a_cache_that_is_kept_nowhere_is_told(
    url: str, admin: Redis, aof: str, save: str, verdict: str, words: str
) -> None:
    admin.config_set("appendonly", aof)
    admin.config_set("save", save)
    outcome = found(url)["cache persistence"]
    assert outcome.verdict == verdict
    assert words in outcome.found


def test_who_may_not_ask_for_snapshots_does_not_know(url: str, admin: Redis) -> None:
    admin.config_set("appendonly", "no")
    set_user(admin, "node", "on", ">word", "~*", "+@all", "-config")
    assert not_ok(as_user(url)) == {"cache persistence": "unknown"}


def test_a_server_that_is_full_takes_no_writes(url: str, admin: Redis) -> None:
    admin.set("others", "x" * 3_000_000)
    admin.config_set("maxmemory", "2mb")
    assert not_ok(url) == {"cache memory": "warn", "cache writes": "fail"}
    assert "maxmemory" in found(url)["cache writes"].found
    admin.config_set("maxmemory", "1000mb")
    assert not_ok(url) == {}


def test_a_server_that_is_nearly_full_is_told(url: str, admin: Redis) -> None:
    for number in range(200):
        admin.set(f"others:{number}", "x" * 100_000)
    admin.close()  # what it sent is in the server's memory as long as it is connected
    used = int(admin.info("memory")["used_memory"])
    admin.config_set("maxmemory", str(used + 1_000_000))
    told = not_ok(url)
    told.pop("cache round trip", None)  # which a busy machine takes its time for
    assert told == {"cache memory": "warn"}


def test_a_replica_is_refused(url: str, admin: Redis) -> None:
    admin.slaveof("127.0.0.1", 1)
    outcome = found(url)["cache writes"]
    assert outcome.verdict == "fail"
    assert "127.0.0.1:1" in outcome.found


def test_a_server_that_cannot_save_takes_no_writes(url: str, admin: Redis, tmp_path: Path) -> None:
    admin.config_set("appendonly", "no")
    admin.config_set("save", "60 1")
    (tmp_path / "server" / "dump.rdb").mkdir()
    admin.set("others", "x")
    admin.bgsave()
    deadline = time.monotonic() + 10
    while admin.info("persistence")["rdb_last_bgsave_status"] == "ok":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not_ok(url) == {"cache persistence": "warn", "cache writes": "fail"}
    assert "MISCONF" in found(url)["cache writes"].found


def test_what_is_written_wrong_counts_before_what_may_mend() -> None:
    outcomes = [Outcome("a", "ok", ""), Outcome("b", "warn", ""), Outcome("c", "unknown", "")]
    assert exit_code(outcomes) == ExitCode.FINE
    assert exit_code([*outcomes, Outcome("d", "fail", "")]) == ExitCode.PREFLIGHT
    unusable = Outcome("e", "fail", "", code=ExitCode.UNUSABLE)
    assert exit_code([Outcome("d", "fail", ""), unusable]) == ExitCode.UNUSABLE
