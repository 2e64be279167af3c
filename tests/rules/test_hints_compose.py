"""Hints compose: whoever follows all of them at once has nothing new to cure, and what they were about is cured."""

from typing import Any

from composing import asked, assert_cured
from hypothesis import given
from hypothesis import strategies as st
from setting_strategies import caches, claims, facts, nodes, reconciliations

from reconciliation import Settings
from reconciliation.rules.check import check
from reconciliation.rules.client import ClientTraits, StockFacts
from reconciliation.rules.subject import subject_of
from reconciliation.settings.node import NodeSettings

DEAF = StockFacts(empties=("orders", "fills", "positions"), asks_single=False, rejects_unknown=True)
CLIENTS = (
    ClientTraits("BINANCE", guarded=True, rejects_after=3, limits="BINANCE"),
    ClientTraits("BINANCE", guarded=False, rejects_after=3),
    ClientTraits("OKX", guarded=False),
    ClientTraits("KRAKEN", guarded=False),
    ClientTraits("DERIBIT", guarded=False, stock=DEAF),
    ClientTraits("BYBIT", guarded=False, stock=StockFacts(empties=(), longest_lookback_mins=10_080)),
    ClientTraits("NOWHERE", guarded=False),
)
some_clients = st.lists(st.sampled_from(CLIENTS), min_size=1, max_size=2, unique=True).map(tuple)


def to_the_millisecond(node: NodeSettings) -> NodeSettings:
    return node.model_copy(update={"tolerated_outage_secs": round(node.tolerated_outage_secs, 3)})


settings = st.builds(
    Settings,
    reconciliation=reconciliations,
    claims=claims(),
    node=nodes.map(to_the_millisecond),
    facts=facts,
    cache=caches,
)


@given(settings, some_clients)
def test_the_hints_about_settings_of_ours_compose(settings: Settings, clients: tuple[ClientTraits, ...]) -> None:
    found = check(subject_of(settings, clients))
    sections: dict[str, dict[str, Any]] = {}
    for key, value in asked(found).items():
        section, _, name = key.partition(".")
        sections.setdefault(section, {})[name] = value
    changed = settings.model_copy(
        update={
            section: type(getattr(settings, section)).model_validate(getattr(settings, section).model_dump() | change)
            for section, change in sections.items()
        }
    )
    assert_cured(found, check(subject_of(changed, clients)))
