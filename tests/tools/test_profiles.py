"""`make properties` is as deep as it says: no property keeps a number of examples of its own."""

import re
from typing import Final

from jail import ROOT, process

DEEP: Final = 10_000
FEWER: Final = {
    "test_no_key_changes_one_without_the_other": DEEP // 50,  # for each of fifty keys
    "test_generated_histories": DEEP // 100,  # a node's life each, as all that follow
    "test_generated_histories_by_concurrent_queries": DEEP // 100,
    "test_generated_histories_without_what_is_known": DEEP // 100,
    "test_nothing_is_missing_afterwards": DEEP // 100,
}


def test_every_property_gets_the_examples_of_the_profile() -> None:
    files = [str(file) for file in (ROOT / "tests").rglob("test_*.py") if "@given(" in file.read_text("utf-8")]
    arguments = ("-m", "property", "--collect-only", "-q", "-p", "depths", *files)
    done = process("python", "-m", "pytest", *arguments, variables={"HYPOTHESIS_PROFILE": "deep"})
    found = {name: int(depth) for depth, name in re.findall(r"^(\d+) \S+::(\w+)", done.stdout, re.MULTILINE)}
    assert len(found) > 90, done.stdout
    assert {name: depth for name, depth in found.items() if depth != DEEP} == FEWER
