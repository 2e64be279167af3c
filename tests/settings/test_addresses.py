import pytest
from jail import LOCAL_VENUE, codes, refused, shipped

from reconciliation.settings.urls import said


@pytest.mark.parametrize(
    "url",
    [
        "redis://h:6379",
        "rediss://h:6379/",
        "redis://h:6379/0",
        "redis://u:p@[::1]:1",
        "redis://:p@h:1",
        "redis://:@h:1",
        "redis://h:65535",
    ],
)
def test_cache_urls_the_engine_can_use_are_taken(url: str) -> None:
    cache = shipped({"RECON_CACHE_URL": url}).cache
    assert cache.url is not None
    assert cache.url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://:6379",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:port",
        "redis://u@h:6379",
        "redis://u:@h:6379",
        "redis://h:6379/1",
        "redis://h:6379/0/0",
        "redis://h:6379/db",
        "redis://h:6379?db=1",
        "redis://h:6379#x",
        "unix:///run/redis.sock",
        "redis:///run/redis.sock",
        "redis+socket:///run/redis.sock",
        "http://h:6379",
        "h:6379",
        "redis://h\t:6379",
        "redis://h:6379\n",
        " redis://h:6379",
        "redis://[h:6379",
        "valkey://h:6379",
        "redis://a..b:6379",
        f"redis://{'h' * 64}:6379",
    ],
)
def test_cache_urls_the_engine_cannot_use_are_refused(url: str) -> None:
    problem, *rest = refused({"RECON_CACHE_URL": url})
    assert (problem.origin, problem.key, rest) == ("RECON_CACHE_URL", "cache.url", [])


@pytest.mark.parametrize("missing", LOCAL_VENUE)
def test_venue_comes_all_together_or_not_at_all(missing: str) -> None:
    problem, *rest = refused({name: value for name, value in LOCAL_VENUE.items() if name != missing})
    assert rest == []
    assert problem.origin in LOCAL_VENUE
    assert missing.removeprefix("RECON_VENUE_").lower() in problem.message


def test_venue_given_whole_or_not_at_all_is_taken() -> None:
    assert shipped(LOCAL_VENUE).venue.is_given
    assert not shipped().venue.is_given


@pytest.mark.parametrize("environment", ["testnet", "live"])
def test_real_venues_need_key_and_secret_and_may_use_the_adapters_addresses(environment: str) -> None:
    chosen = {"RECON_VENUE_ENVIRONMENT": environment}
    keys = {name: LOCAL_VENUE[name] for name in ("RECON_VENUE_API_KEY", "RECON_VENUE_API_SECRET")}
    assert shipped(chosen | keys).venue.http_url is None
    assert codes(chosen) == ["incomplete"]
    assert codes(chosen | {"RECON_VENUE_API_KEY": "key"}) == ["incomplete"]
    assert codes(chosen | keys | {"RECON_VENUE_HTTP_URL": "https://fapi.example.com"}) == ["incomplete"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_local_takes_loopback(host: str) -> None:
    env = LOCAL_VENUE | {"RECON_VENUE_HTTP_URL": f"http://{host}:80", "RECON_VENUE_STREAM_URL": f"ws://{host}:80"}
    assert shipped(env).venue.is_given


@pytest.mark.parametrize("variable", ["RECON_VENUE_HTTP_URL", "RECON_VENUE_STREAM_URL"])
@pytest.mark.parametrize(
    "host", ["fapi.binance.com", "10.0.0.1", "localhost.example.com", "192.168.0.1", "127.0.0.1.nip.io"]
)
def test_local_refuses_every_other_host_until_asked_by_name(variable: str, host: str) -> None:
    scheme = "http" if "HTTP" in variable else "ws"
    env = LOCAL_VENUE | {variable: f"{scheme}://{host}:80"}
    problem, *rest = refused(env)
    assert (problem.origin, problem.code, rest) == (variable, "not_loopback", [])
    assert shipped(env | {"RECON_VENUE_ENVIRONMENT": "live"}).venue.is_given


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:80",
        "127.0.0.1:80",
        "http://",
        "http://u:p@127.0.0.1:80",
        "http://:p@127.0.0.1:80",
        "http://127.0.0.1:80?x=1",
        "http://127.0.0.1:80#x",
        "http://127.0.0.1:port",
        "http://127.0.0.1:80\\.example.com",
        "http://127.0.0.1\t:80",
        "http://127.0.0.1:80 ",
        "http://a..b:80",
    ],
)
def test_venue_addresses_are_plain(url: str) -> None:
    problem, *rest = refused(LOCAL_VENUE | {"RECON_VENUE_HTTP_URL": url})
    assert (problem.origin, problem.key, rest) == ("RECON_VENUE_HTTP_URL", "venue.http_url", [])


@pytest.mark.parametrize("host", ["a..b", "é..b", "h" * 64])
def test_a_host_that_no_resolver_takes_is_refused(host: str) -> None:
    problem, *rest = refused({"RECON_MONITOR_HOST": host})
    assert (problem.origin, problem.message, rest) == (
        "RECON_MONITOR_HOST",
        "monitor.host: is no host's name or address",
        [],
    )


@pytest.mark.parametrize("environment", ["local", "live"])
def test_another_venues_account_does_not_go_to_the_binance_client(environment: str) -> None:
    env = LOCAL_VENUE | {"RECON_VENUE_NAME": "BYBIT", "RECON_VENUE_ENVIRONMENT": environment}
    problem, *rest = refused(env)
    assert (problem.origin, problem.key, problem.code, rest) == ("RECON_VENUE_NAME", "venue.name", "other_venue", [])
    assert "add the BYBIT client in a configure function" in problem.message
    assert problem.hint == "change one of venue.name (RECON_VENUE_NAME), venue.api_key (RECON_VENUE_API_KEY)"


@pytest.mark.parametrize("name", ["BINANCE", "BINANCE_SECOND"])
def test_more_accounts_at_binance_have_names_of_their_own(name: str) -> None:
    assert shipped(LOCAL_VENUE | {"RECON_VENUE_NAME": name}).venue.name == name


def test_another_venue_without_an_account_is_only_a_name() -> None:
    assert shipped({"RECON_VENUE_NAME": "BYBIT"}).venue.name == "BYBIT"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("503 for https://host/order?apiKey=K&signature=S (retry)", "503 for https://host/order?... (retry)"),
        ("failed: '/fapi/v1/order?signature=S'", "failed: '/fapi/v1/order?...'"),
        ("redis://user:word@host:1 is away", "redis://***@host:1 is away"),
        ("why?\n  nobody knows", "why? nobody knows"),
    ],
)
def test_what_an_error_says_holds_no_key_and_no_signature(text: str, shown: str) -> None:
    assert said(ValueError(text)) == shown
