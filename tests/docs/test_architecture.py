"""The page on architecture: its rooms are those of the contracts, and what it says is enough to add something.

All its recipes are applied to one copy. There `make generate` runs, what was added is used, and the tests that hold
lists in step are run: each of them goes red where the page leaves a step out.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from pydoc import locate
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "architecture.md"
TEXT: Final = PAGE.read_text("utf-8")
BIN: Final = Path(sys.executable).parent
FOLDERS: Final = ("benchmarks", "docs", "figures", "monitoring", "reconciliation", "settings", "tests")
FILES: Final = (".env.example", "CHANGELOG.md", "Makefile", "README.md", "pyproject.toml")
WITHIN_SECS: Final = 140
ROOMS, GENERATION, WAY = re.findall(r"^```text\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
_PARTS: Final = re.split(r"^### (.+)\n", TEXT, flags=re.MULTILINE)
RECIPES: Final = dict(zip(_PARTS[1::2], _PARTS[2::2], strict=True))
PROSE: Final = re.sub(r"^```.*?^```", "", TEXT, flags=re.MULTILINE | re.DOTALL)
CODE: Final = frozenset(" ".join(code.split()) for code in re.findall(r"`([^`]+)`", PROSE))


class Change(NamedTuple):
    """Lines of a file, before and after; at its end where there are none before."""

    file: str
    before: str
    after: str


def changes(recipe: str) -> Iterator[Change]:
    for block in re.findall(r"^```diff\n(.*?)^```", recipe, re.MULTILINE | re.DOTALL):
        _, *told = re.split(r"^\+\+\+ (\S+)\n", block, flags=re.MULTILINE)
        for file, text in zip(told[::2], told[1::2], strict=True):
            for hunk in text.split("@@\n"):
                lines = hunk.splitlines(keepends=True)
                yield Change(file, *("".join(line[1:] for line in lines if line[0] in marks) for marks in (" -", " +")))


def apply(change: Change, folder: Path) -> None:
    file = folder / change.file
    text = "\n" + (file.read_text("utf-8") if file.exists() else "")
    if change.before:
        assert text.count(f"\n{change.before}") == 1, f"{change.file} has not once:\n{change.before}"
        text = text.replace(f"\n{change.before}", f"\n{change.after}")
    else:
        text += change.after
    file.write_text(text[1:], "utf-8")


class House(NamedTuple):
    """The copy to which every recipe was applied."""

    folder: Path
    written: frozenset[str]

    def run(self, *command: str, code: int = 0, variables: Mapping[str, str] | None = None) -> str:
        return run(self.folder, *command, code=code, variables=variables)

    def recon(self, *words: str, code: int = 0, **variables: str) -> str:
        return self.run(sys.executable, "-m", "reconciliation", *words, code=code, variables=variables)

    def python(self, text: str, **variables: str) -> str:
        return self.run(sys.executable, "-c", text, variables=variables)


def run(folder: Path, *command: str, code: int = 0, variables: Mapping[str, str] | None = None) -> str:
    """Run a command on the copy and return what it says."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("RECON_", "PYTEST_"))}
    env["PYTHONPATH"] = os.pathsep.join([str(folder), str(folder / "tests" / "support")])
    env |= variables or {}
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=WITHIN_SECS
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    if (parts := ROOT / ".parts").exists():
        (folder / ".parts").symlink_to(parts)
    for recipe in RECIPES.values():
        for change in changes(recipe):
            apply(change, folder)
    written = run(folder, sys.executable, "docs/generate.py")
    return House(folder, frozenset(re.findall(r"^written (\S+)$", written, re.MULTILINE)))


@pytest.fixture(scope="module")
def matrix_row(house: House) -> str:
    """The row that `make matrix` writes of the new scenario, which alone is played here."""
    told = house.python("""if True:
        from figures import matrix

        if __name__ == "__main__":
            print(*matrix.lines(matrix.runs([matrix.shipped_scenarios()["two lost fills"]], at_once=1)), sep="\\n")
    """)
    (row,) = (line for line in told.splitlines() if line.startswith("| two lost fills"))
    return row


@pytest.fixture(autouse=True)
def _own_processes(no_forks: None) -> None:
    """Begin commands as processes that import the copy."""


# -- What the page says there is ---------------------------------------------------------------------


def layers(name: str) -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (found,) = (contract["layers"] for contract in contracts if contract["name"] == name)
    return list(found)


@pytest.mark.parametrize(
    ("drawn", "contract"),
    [
        ([line.partition("  ")[0] for line in ROOMS.splitlines()], "arrows run one way"),
        (" ".join(GENERATION.split()).split(" > "), "arrows run one way within a generation"),
    ],
    ids=["house", "generation"],
)
def test_the_rooms_stand_as_the_contracts_have_them(drawn: list[str], contract: str) -> None:
    assert drawn == layers(contract)


@pytest.mark.parametrize("name", re.findall(r"-> ([a-z_]+(?:\.\w+)+)", WAY))
def test_what_the_data_goes_through_is_there(name: str) -> None:
    assert locate(f"reconciliation.{name}") is not None


def test_every_file_and_every_target_that_is_named_is_there(house: House) -> None:
    files = {code for code in CODE if re.fullmatch(r"\w[\w./-]*/[\w./-]*|[\w.]+\.(md|toml|example)", code)}
    assert len(files) > 10
    roots = (house.folder, house.folder / "reconciliation")
    assert not [file for file in files if not any((root / file).exists() for root in roots)]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {word for code in CODE if code.startswith("make ") for word in code.split()[1:] if "=" not in word}
    assert {"generate", "matrix", "check"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", PROSE))
def test_what_is_linked_to_is_there(link: str) -> None:
    file, _, anchor = link.partition("#")
    headings = re.findall(r"^#+ (.+)$", (PAGE.parent / file).read_text("utf-8"), re.MULTILINE)
    assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


# -- What was added is used --------------------------------------------------------------------------


def test_the_rule_is_listed_and_judges(house: House) -> None:
    assert "State that is saved is loaded" in house.recon("rules", "W42")
    broken = house.recon("check", "--strict", code=1, RECON_NODE_SAVE_STATE="true")
    assert "W42 warning" in broken
    assert "set node.load_state = true" in broken
    house.recon("check", "--strict", RECON_NODE_SAVE_STATE="true", RECON_NODE_LOAD_STATE="true")


def test_the_setting_is_read_told_and_acted_on(house: House) -> None:
    told = house.recon("explain", "log.timestamps", RECON_LOG_TIMESTAMPS="false")
    assert re.search(r"-> +RECON_LOG_TIMESTAMPS +false", told)
    assert re.search(r"default\.toml:\d+ +true", told)
    say = (
        "from reconciliation import load; from reconciliation.node.log import event_logger;"
        "event_logger(load().log).info('node_boot')"
    )
    assert '"timestamp"' in house.python(say)
    assert '"timestamp"' not in house.python(say, RECON_LOG_TIMESTAMPS="false")


def test_the_scenario_is_listed_and_holds_under_every_preset(house: House, matrix_row: str) -> None:
    assert "each is booked by its own id" in house.recon("drill", "--list", "two lost fills")
    assert re.fullmatch(r"\| two lost fills \|.*\.( \| pass, \d+ s){3} \|", matrix_row)


def test_the_guard_is_on_unless_it_is_left_out(house: House) -> None:
    """What it does, and that it does it, its story says; see below."""
    assert "bounded_positions" in house.recon("explain", "node.guards")
    assert "bounded_positions" not in house.recon("show", "--set", "node.guards=symbols")


def test_the_adapter_is_found_by_its_clients_class(house: House) -> None:
    told = house.python("""if True:
        from arena import OFF, node_on
        from nautilus_trader.adapters.sandbox.config import SandboxExecutionClientConfig
        from nautilus_trader.adapters.sandbox.factory import SandboxLiveExecClientFactory

        def sandbox(builder):
            config = SandboxExecutionClientConfig(venue="SANDBOX", starting_balances=["1 USDT"], oms_type="HEDGING")
            builder.add_exec_client("SANDBOX", config, SandboxLiveExecClientFactory)

        with node_on(None, configure=sandbox, start=False, **OFF) as arena:
            (client,) = arena.clients
            print(type(client).__name__, client.position_mode)
    """)
    assert "SandboxClient hedging" in told


def test_the_metric_is_scraped(house: House) -> None:
    told = house.python("""if True:
        from prometheus_client import CollectorRegistry, generate_latest

        from reconciliation.monitor.identity import Identity
        from reconciliation.monitor.metrics import Metrics
        from reconciliation.monitor.status import Check, Status

        status = Status(lambda: 1.0, dict.fromkeys(Check, 5.0))
        status.checked(Check.POSITIONS, 0.3, "HTTP 503")
        registry = CollectorRegistry()
        registry.register(Metrics(lambda: status.picture, Identity("A-1", "B", "standard", "f", "1", "1")))
        print(generate_latest(registry).decode())
    """)
    assert re.search(r"^nautilus_reconciliation_failing_checks\{.*\} 1\.0$", told, re.MULTILINE)


# -- Nothing more is needed --------------------------------------------------------------------------

IN_STEP: Final = (
    "tests/rules/test_each_rule.py",
    "tests/rules/test_rule_check.py",
    "tests/cli/test_rules_command.py::test_the_list_holds_every_rule",
    "tests/settings/test_presets.py",
    "tests/layers/test_mistakes_in_names.py::test_unknown_keys_and_sections_are_told_with_what_was_meant",
    "tests/cli/test_listings.py::test_the_example_environment_is_the_one_that_ships",
    "tests/cli/test_listings.py::test_the_schema_is_the_one_that_ships",
    "tests/engine/v1/test_field_coverage.py",
    "tests/drill/test_virtual_time.py::test_a_scenario_survives_being_saved[two lost fills]",
    "tests/figures/test_matrix.py::test_the_page_names_every_story_and_every_known_limit",
    "tests/drill/test_guards_left_out.py::test_a_guard_left_out_is_caught_by_name[bounded_positions]",
    "tests/drill/test_guards_left_out.py::test_a_guard_left_out_is_caught_by_name[time_limits]",
    "tests/engine/v1/guards/test_install.py::test_a_guard_alone_touches_what_it_needs[bounded_positions]",
    "tests/engine/v1/guards/test_install.py::test_all_guards_touch_what_each_needs_and_no_more",
    "tests/docs/test_guards_guide.py",
    "tests/engine/v1/adapters/test_lookup.py",
    "tests/engine/v1/test_pinned_upstream.py::test_every_private_name_of_upstream_is_listed",
    "tests/engine/v1/test_pinned_upstream.py::test_every_method_that_is_wrapped_is_pinned",
    "tests/monitor/test_metrics.py",
    "tests/monitoring/test_dashboard.py::test_every_metric_is_shown_by_a_panel_or_an_alert_or_says_why_not",
    "tests/monitoring/test_rules.py::test_every_alert_has_a_case_in_which_it_fires_and_ends",
    "tests/monitoring/test_rules.py::test_an_alert_fires_when_it_has_to_and_only_then[ReconChecksFail: two fail]",
    "tests/monitoring/test_rule_files.py",
    "tests/docs/test_runbook.py",
    "tests/docs/test_monitoring_guide.py::test_the_table_has_every_alert_with_its_severity_and_its_section_of_the_runbook",
    "tests/docs/test_monitoring_guide.py::test_the_page_of_metrics_has_every_metric_by_the_name_that_it_is_served_by",
)
"""The tests that hold lists in step with rules, settings, scenarios, guards, metrics and alerts."""


def test_make_generate_writes_just_what_the_page_names(house: House) -> None:
    named: set[str] = set()
    for sentence in re.findall(r"`make generate`\s+writes\s+([^;]+?)(?:\.\n|\n\n|$)", TEXT):
        named |= set(re.findall(r"`([^`]+)`", sentence))
    assert all(file.startswith(tuple(named)) for file in house.written), house.written
    assert all(any(file.startswith(name) for file in house.written) for name in named), named


def test_the_contracts_hold_and_the_code_is_as_it_must_be(house: House) -> None:
    house.run(str(BIN / "lint-imports"), "--no-cache")
    house.run(str(BIN / "ruff"), "check", "--no-cache")
    house.run(str(BIN / "ruff"), "format", "--check", "--no-cache")
    house.run(sys.executable, "docs/generate.py", "--check")


def test_what_is_held_in_step_is_in_step(house: House, matrix_row: str, tmp_path: Path) -> None:
    page = house.folder / "docs" / "reference" / "drill-matrix.md"
    page.write_text(re.sub(r"(?m)^\|---.*\n", rf"\g<0>{matrix_row}\n", page.read_text("utf-8"), count=1), "utf-8")
    apart = ("-p", "no:cacheprovider", "--basetemp", str(tmp_path / "tests"))
    house.run(sys.executable, "-m", "pytest", "-q", *apart, *IN_STEP)
