"""What somebody types names scenarios, or is told what was probably meant."""

import pytest

from reconciliation.drill.choice import UnknownScenarioError, chosen
from reconciliation.drill.scenario import Scenario, by_name
from reconciliation.drill.venues import AT_BINANCE, EVERYWHERE
from reconciliation.errors import UnusableError

NAMES = ("lost fill [full]", "lost fill [partial]", "cold start", "two nodes")
SCENARIOS = by_name(
    (
        *(Scenario(name=name, text="", venues=EVERYWHERE if name == "cold start" else AT_BINANCE) for name in NAMES),
        Scenario(name="slow Redis", text="", carriers=frozenset({"wire"})),
    )
)


def names(*typed: str, carrier: str | None = "virtual", venue: str | None = None) -> list[str]:
    return [scenario.name for scenario in chosen(typed, SCENARIOS, carrier, venue)]


def test_no_name_is_all_that_can_be_played() -> None:
    assert names() == list(NAMES)
    assert names(carrier=None) == [*NAMES, "slow Redis"]
    assert names(carrier="wire") == [*NAMES, "slow Redis"]


def test_a_name_without_its_bracket_is_every_variation_and_none_comes_twice() -> None:
    assert names("lost fill") == ["lost fill [full]", "lost fill [partial]"]
    assert names("lost fill [partial]", "cold start", "lost fill") == [
        "lost fill [partial]",
        "cold start",
        "lost fill [full]",
    ]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("lost fil",), "did you mean 'lost fill'"),
        (("Cold Start",), "did you mean 'cold start'?"),
        (("lost fill [ful]",), "'lost fill [full]'"),
        (("lost", "fill"), 'quote it: "lost fill"'),
        (("xyz",), "`recon drill --list` names them all"),
    ],
)
def test_an_unknown_name_gets_the_nearest(typed: tuple[str, ...], hint: str) -> None:
    with pytest.raises(UnknownScenarioError) as caught:
        names(*typed)
    assert f"there is no scenario {typed[0]!r}" in str(caught.value)
    assert hint in str(caught.value)


def test_one_that_another_carrier_plays_is_refused_by_name() -> None:
    with pytest.raises(UnusableError, match="'slow Redis' cannot be played here; it is for this carrier: wire"):
        names("slow Redis")


def test_one_that_another_venue_plays_is_refused_by_name() -> None:
    assert names(venue="BYBIT") == ["cold start"]
    assert names(venue="BINANCE") == list(NAMES)
    with pytest.raises(UnusableError, match="'two nodes' is not played at BYBIT; leave out --venue, or the scenario"):
        names("two nodes", venue="BYBIT")
