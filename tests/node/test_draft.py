import functools
from typing import Any

import pytest
from nautilus_trader.adapters.binance import (
    BinanceAccountType,
    BinanceExecClientConfig,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.config import LiveDataClientConfig, LiveExecClientConfig
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory

from reconciliation import (
    ConfigureError,
    NodeBuilder,
    RulesBrokenError,
    Settings,
    SurroundingsMissingError,
    load,
)
from reconciliation.engine.generation import generation
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.node.draft import draft

ACCOUNT = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
    "RECON_VENUE_API_KEY": "k",
    "RECON_VENUE_API_SECRET": "s",
}
CACHE = {"RECON_CACHE_URL": "redis://127.0.0.1:1"}


def settings(**variables: str) -> Settings:
    return load(env=variables, settings_dir=shipped_settings())


def stock(builder: NodeBuilder) -> None:
    """Bring a client of another venue, as a user's function does."""
    builder.add_exec_client("OKX", LiveExecClientConfig(), LiveExecClientFactory)


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(SurroundingsMissingError) as caught:
        draft(settings())
    assert "there is no execution client" in str(caught.value)
    assert "no cache database is given" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("given", "missing"), [(ACCOUNT, "no cache database"), (CACHE, "no execution client")], ids=["account", "cache"]
)
def test_only_what_is_missing_is_told(given: dict[str, str], missing: str) -> None:
    with pytest.raises(SurroundingsMissingError) as caught:
        draft(settings(**given))
    assert missing in str(caught.value)
    assert str(caught.value).count(";") == 1


@pytest.mark.parametrize(
    ("given", "configure", "venue"),
    [
        ({}, None, True),
        (ACCOUNT, None, False),
        (ACCOUNT | CACHE, None, False),
        ({}, stock, False),
        (CACHE, stock, False),
    ],
)
def test_a_venue_is_wanted_only_when_nobody_brings_a_client_and_nobody_names_one(
    given: dict[str, str], configure: Any, *, venue: bool
) -> None:
    drafted = draft(settings(**given), configure, embedding=True)
    assert drafted.wants_venue is venue


def test_a_cache_of_ones_own_gets_no_venue_made_up_for_it() -> None:
    with pytest.raises(SurroundingsMissingError, match="unset RECON_CACHE_URL for an embedded pair"):
        draft(settings(**CACHE), embedding=True)


def test_the_clients_that_were_added_are_judged() -> None:
    drafted = draft(settings(**CACHE), stock)
    assert [(client.venue, client.guarded) for client in drafted.subject.clients] == [("OKX", False)]
    assert "W37" in {finding.id for finding in drafted.findings}


class OwnFactory(BinanceLiveExecClientFactory):  # type: ignore[misc] # the engine is untyped
    """A factory of a user's own."""


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("account", "factory", "guarded"),
    [
        (BinanceAccountType.USDT_FUTURES, BinanceLiveExecClientFactory, True),
        (BinanceAccountType.USDT_FUTURES, OwnFactory, False),
        (BinanceAccountType.SPOT, BinanceLiveExecClientFactory, False),
    ],
)
def test_a_stock_client_gets_the_guards_and_one_of_a_users_own_factory_is_left_alone(
    account: BinanceAccountType, factory: type[Any], guarded: bool, read_only: bool
) -> None:
    def configure(builder: NodeBuilder) -> None:
        config = BinanceExecClientConfig(api_key="k", api_secret="s", account_type=account)
        builder.add_exec_client("BINANCE", config, factory)

    drafted = draft(settings(**CACHE), configure, read_only=read_only)
    spec = drafted.builder.exec_clients["BINANCE"]
    assert spec.is_guarded is guarded
    assert guarded or spec.factory is factory
    assert [client.guarded for client in drafted.subject.clients] == [guarded]


def test_the_client_that_is_going_to_be_embedded_is_judged() -> None:
    (client,) = draft(settings(), embedding=True).subject.clients
    assert (client.venue, client.guarded, client.limits) == ("BINANCE", True, "BINANCE")


def test_what_was_embedded_is_what_was_judged() -> None:
    drafted = draft(settings(), embedding=True)
    builder = drafted.furnished(settings(**ACCOUNT))
    assert generation().client_traits(builder) == drafted.subject.clients


def test_broken_rules_refuse_with_everything_that_was_found() -> None:
    hasty = {"RECON_NODE_GUARDS": "symbols", "RECON_OPEN_CHECK_INTERVAL_SECS": "2"}
    with pytest.raises(RulesBrokenError) as caught:
        draft(settings(**ACCOUNT, **CACHE, **hasty))
    assert {found.severity for found in caught.value.findings} == {"error"}
    assert "W32" in {found.id for found in caught.value.all_findings}
    assert caught.value.exit_code == 2


def nothing_to_call() -> None:
    """Take no builder."""


class Configure:
    """No function."""


async def later(builder: NodeBuilder) -> None:
    """Would never run."""


def failing(builder: NodeBuilder) -> None:
    raise KeyError("missing")


def unfit(builder: NodeBuilder) -> None:
    builder.add_strategy("MAKER-001")
    builder.add_exec_client("OKX", object(), LiveExecClientFactory())


def data_only(builder: NodeBuilder) -> None:
    builder.add_data_client("OKX", LiveDataClientConfig(), LiveDataClientFactory)


@pytest.mark.parametrize(
    ("configure", "told"),
    [
        (nothing_to_call, "nothing_to_call cannot be called with the builder"),
        (Configure, "Configure is a class, not a function"),
        (Configure(), "what was named is of type Configure, not a function"),
        (later, "later is a coroutine function"),
        (
            unfit,
            "OKX was given object, not LiveExecClientConfig; .*'MAKER-001' was added as a strategy",
        ),
        (failing, r"failing failed: KeyError: 'missing' \(test_draft.py:\d+\)"),
    ],
)
def test_a_mistake_in_the_users_function_is_told_with_its_place(configure: Any, told: str) -> None:
    with pytest.raises(ConfigureError, match=told) as caught:
        draft(settings(**CACHE), configure)
    assert caught.value.exit_code == 2


def test_data_clients_alone_get_no_venue_made_up_beside_them() -> None:
    with pytest.raises(SurroundingsMissingError, match=r"data clients \(OKX\) were added, and no execution client"):
        draft(settings(), data_only, embedding=True)


def test_a_draft_stays_as_it_is() -> None:
    drafted = draft(settings(), embedding=True)
    drafted.furnished(settings(**ACCOUNT))
    assert drafted.wants_venue


def test_any_callable_of_one_argument_will_do() -> None:
    drafted = draft(settings(**CACHE), functools.partial(stock))
    assert list(drafted.builder.exec_clients) == ["OKX"]
