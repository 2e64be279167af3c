"""promtool: what it says of rules and metrics, and what a query comes to on series that a test writes down.

Series are in its own notation: `0x4 1+1x9 stale` is five zeros, ten values from one on, and an end.
"""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import yaml
from parts import promtool

STEP_SECS: Final = 15
"""From one value of a series to the next, and from one evaluation of the rules to the next; all begins at 0."""
Labels = frozenset[tuple[str, str]]
Series = dict[str, str]
"""The values of each series, by its name with its labels."""
Rule = Mapping[str, Any]
"""As a rule file has it."""
Vector = Mapping[Labels, float]
"""What an instant query yields, names of metrics left out."""


@dataclass(frozen=True)
class Told:
    """How promtool ended and all that it said."""

    code: int
    said: str


class Asked(NamedTuple):
    """A query, and how long after the beginning, as promtool has it: `5m15s`."""

    query: str
    at: str


def run(*arguments: str, given: str | None = None) -> Told:
    """Run promtool to its end."""
    done = subprocess.run(
        [promtool(), *arguments],
        input=given or "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return Told(done.returncode, done.stdout)


def labels(**given: str) -> Labels:
    return frozenset(given.items())


def played(rules: Sequence[Rule], series: Series, **expected: Any) -> Told:
    """Run promtool's unit test of rules over series; a whole file of them takes ten times as long as one.

    Args:
        rules: as they stand in their file.
        series: what they see.
        expected: `alert_rule_test` or `promql_expr_test`, as promtool has them.
    """
    told = [{"series": name, "values": values} for name, values in series.items()]
    step = f"{STEP_SECS}s"
    content = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": step,
        "tests": [{"interval": step, "input_series": told, **expected}],
    }
    with TemporaryDirectory() as folder:
        groups = {"groups": [{"name": "some", "rules": [dict(rule) for rule in rules]}]}
        (Path(folder) / "rules.yml").write_text(yaml.safe_dump(groups), "utf-8")
        file = Path(folder) / "case.yml"
        file.write_text(yaml.safe_dump(content), "utf-8")
        return run("test", "rules", str(file))


def answers(rules: Sequence[Rule], series: Series, asked: Sequence[Asked]) -> list[Vector]:
    """Return what each query comes to; the rules are played too, so that `ALERTS` can be asked for.

    promtool compares, and shows what it got where that differs: it is told to expect what nothing is.
    """
    nothing_like_it = [{"labels": '{nothing="like it"}', "value": 0}]
    tests = [{"expr": each.query, "eval_time": each.at, "exp_samples": nothing_like_it} for each in asked]
    told = played(rules, series, promql_expr_test=tests)
    got = re.findall(r"^ +got: (.*)$", told.said, re.MULTILINE)
    assert len(got) == len(asked), told.said
    return [dict(_samples(each)) for each in got]


def _samples(line: str) -> Iterator[tuple[Labels, float]]:
    """Read `{name="value"} 1E+00, {} NaN`; `nil` is none."""
    if line == "nil":
        return
    pair = r'(\w+)=("(?:[^"\\]|\\.)*")'
    sample = rf"\{{((?:{pair}(?:, )?)*)\}} ([^ ,]+)(?:, |$)"
    end = 0
    for found in re.finditer(sample, line):
        assert found.start() == end, line
        end = found.end()
        named = {name: str(json.loads(value)) for name, value in re.findall(pair, found[1]) if name != "__name__"}
        yield labels(**named), float(found[4])
    assert end == len(line), line


def without(vector: Iterable[Labels], *names: str) -> set[Labels]:
    """Return the label sets without some of their labels."""
    return {frozenset(pair for pair in each if pair[0] not in names) for each in vector}
