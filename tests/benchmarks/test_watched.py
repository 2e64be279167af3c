"""What being watched costs is measured on nodes that do the same, and told with its limits."""

from benchmarks import watched
from benchmarks.watched import Watched


def test_both_nodes_do_the_same() -> None:
    alone_ms, watched_ms = watched._costs(rounds=1, orders=4)
    assert alone_ms > 0
    assert watched_ms > 0


def test_the_cost_is_told_beside_its_limit() -> None:
    found = Watched(
        reconciled=10_000,
        scrapes=100,
        p99_ms=9.0,
        median_ms=4.0,
        rounds=30,
        orders=400,
        alone_ms=2.0,
        watched_ms=2.1,
        telling=0.02,
    )
    *_, event, telling, together = found.lines()
    assert event.endswith("| 1.050 (2.10 / 2.00 ms an order) |")
    assert telling.endswith("| 2.0% |")
    assert together == "| both together | 1.071 |"
    scrape, both = found.goals()
    assert scrape.is_met
    assert scrape.note == "of 100 scrapes"
    assert not both.is_met
