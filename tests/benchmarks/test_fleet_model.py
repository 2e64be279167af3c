"""The model of `recon plan --nodes` says what simulated nodes ask for."""

import json

import pytest

from benchmarks import fleet


@pytest.mark.parametrize("preset", ["conservative", "standard"])
def test_the_model_is_near_what_nodes_ask_for(preset: str) -> None:
    found = fleet.simulated(preset, nodes=3, minutes=4, progress=lambda _: None)
    assert found.holds, list(found.cells())
    assert len(found.together) == 4
    assert sum(found.apart[:2]) < sum(found.together[:2])
    assert fleet.Simulated.read(json.loads(json.dumps(found.data()))) == found


def test_a_model_that_is_far_off_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "weight_of", lambda *_: 3)
    assert not fleet.simulated("standard", nodes=2, minutes=2, progress=lambda _: None).holds
