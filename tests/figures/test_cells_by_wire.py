"""A few cells of the table over processes, sockets and a real Valkey: they end as they do in virtual time."""

from pathlib import Path

import pytest

from figures.presets import Cell, outcomes, read

BY_WIRE = (
    Cell("lost cancel ack [canceled]", "aggressive", guarded=True),
    Cell("submit answered -1007 though live [resting, not told]", "aggressive", guarded=True),
    Cell("lost ack [accepted]", "aggressive", guarded=False),
)
"""The quickest to repair."""


def test_cells_by_wire_end_as_in_virtual_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    kept = read()
    played = outcomes(BY_WIRE, at_once=len(BY_WIRE), carrier="wire")
    assert {cell: each.wrong for cell, each in played.items()} == {cell: kept[cell].wrong for cell in BY_WIRE}
