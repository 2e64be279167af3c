"""Virtual time tells the truth: over real processes, sockets and a real Valkey the same happens, at Bybit too."""

import pytest
from stage import Stage

CHOSEN = (
    "cold start with history [long]",
    "duplicate fill message [2, across a restart]",
    "fill before its order report [by hand, claimed]",
    "flip through zero then restart [SIGKILL]",
    "lost ack [filled]",
    "missed fills while down [2, partial]",
    "Redis killed [2 s]",
    "SIGKILL [after ack]",
    "stream flapping [3, 1 s]",
    "submit answered 503 though live [filled, not told]",
)
"""One of each kind, and the shortest of it."""


@pytest.mark.timeout(400)
def test_ten_scenarios_come_out_the_same_on_both_carriers(stage: Stage) -> None:
    played = stage.script("both_carriers.py", *CHOSEN, variables={}, within_secs=380).data
    assert list(played["virtual"]) == list(played["BINANCE"]) == list(CHOSEN)
    assert len(played["BYBIT"]) > 3
    for venue in ("BINANCE", "BYBIT"):
        for name, came in played[venue].items():
            assert came == played["virtual"][name], (venue, name)
            assert came["anomalies"] == [], (venue, name)
