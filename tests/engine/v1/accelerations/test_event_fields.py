"""What is remembered of names and ids is what the modules in whose place it stands say."""

import re
import subprocess
import sys
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.engine.v1.accelerations.event_fields import DIGITS, NAMES, KnownIds, RememberedNames

few = st.sampled_from(["ts_", "ts_event", "\nts_", "its_", "expire_time_ns", "TS_", "1", "1\n", "12a"])
names = st.one_of(st.text(max_size=12), few)
hexadecimal = st.text(alphabet="0123456789abcdefABCDEF", min_size=32, max_size=32)
ids = st.one_of(
    st.uuids().map(str), hexadecimal, st.text(max_size=40), st.uuids(version=4).map(lambda each: f" {each}")
)


@pytest.mark.property
@given(text=names, pattern=st.sampled_from([NAMES, DIGITS, "^a"]))
def test_a_name_matches_as_ever(text: str, pattern: str) -> None:
    assert bool(RememberedNames().match(pattern, text)) is bool(re.match(pattern, text))


def said(module: Any, text: str) -> Any:
    try:
        made = module.UUID(text)
    except ValueError as error:
        return str(error)
    return made.version, made.variant


@pytest.mark.property
@given(text=ids)
def test_an_id_is_as_valid_as_ever(text: str) -> None:
    assert said(KnownIds, text) == said(uuid, text)


WITNESS = """
import re, uuid
from nautilus_trader.core import uuid as engine_uuid
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.serialization import serializer
import msgspec
assert serializer.re is re and engine_uuid.uuid is uuid
asked = []
class Heard:
    def match(self, pattern, text):
        asked.append(pattern)
        return re.match(pattern, text)
    RFC_4122 = uuid.RFC_4122
    def UUID(self, text):
        asked.append("id")
        return uuid.UUID(text)
serializer.re = engine_uuid.uuid = Heard()
made = serializer.MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)
made.deserialize(made.serialize({"ts_event": 1, "name": "a"}))
UUID4.from_str("2d89666b-1a1e-4a75-b193-4eb3b454c757")
print(sorted(set(asked)))
"""


def test_upstream_looks_both_modules_up_and_asks_no_more() -> None:
    """In a process of its own: another test of this one may have put them in."""
    told = subprocess.run([sys.executable, "-c", WITNESS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(sorted([DIGITS, NAMES, "id"]))
