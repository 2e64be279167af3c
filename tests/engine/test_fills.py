"""Where the fills that are new to a cache came from."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.engine.fills import FillId, NewFills, Snapshot, new_fills

BTC, ETH = "BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE"
fill_ids = st.frozensets(st.builds(FillId, st.sampled_from((BTC, ETH)), st.sampled_from("1234")))


def holding(*fills: FillId) -> Snapshot:
    return Snapshot(fills=Counter(fills))


def test_a_fill_is_recovered_inferred_or_was_streamed() -> None:
    known, reported, streamed, made_up = (FillId(BTC, name) for name in ("1", "2", "3", "S-4"))
    found = new_fills(
        holding(known), holding(known, reported, streamed, made_up), reported={known, reported}, streamed={streamed}
    )
    assert found == NewFills(recovered=frozenset({reported}), inferred=frozenset({made_up}))


def test_a_trade_id_counts_for_its_instrument_only() -> None:
    found = new_fills(
        holding(FillId(BTC, "1")), holding(FillId(BTC, "1"), FillId(ETH, "1")), reported=set(), streamed=set()
    )
    assert found.inferred == {FillId(ETH, "1")}
    assert str(FillId(ETH, "1")) == f"{ETH}:1"


def test_what_was_reported_and_streamed_is_recovered() -> None:
    fill = FillId(BTC, "1")
    assert new_fills(holding(), holding(fill), reported={fill}, streamed={fill}) == NewFills(frozenset({fill}))


def test_a_fill_that_is_doubled_is_not_new() -> None:
    fill = FillId(BTC, "1")
    assert new_fills(holding(fill), holding(fill, fill), reported={fill}, streamed=set()) == NewFills()


@given(fill_ids, fill_ids, fill_ids, fill_ids)
def test_no_fill_is_both_and_none_is_lost(
    before: frozenset[FillId], after: frozenset[FillId], reported: frozenset[FillId], streamed: frozenset[FillId]
) -> None:
    found = new_fills(holding(*before), holding(*after), reported=reported, streamed=streamed)
    assert not found.recovered & found.inferred
    assert found.recovered | found.inferred | (streamed & (after - before)) == after - before
