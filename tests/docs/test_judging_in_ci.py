"""What the guide to CI shows of workflows and hooks is what its commands, which are typed, have shown."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pages import commands_of

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "guides" / "judging-in-ci.md").read_text("utf-8")
TYPED: Final = {command for command, _ in commands_of(PAGE)}
FILES: Final[list[tuple[str, Any]]] = [
    (name, yaml.safe_load(text))
    for name, text in re.findall(r"^```yaml (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]
WORKFLOWS: Final = {name: content for name, content in FILES if "workflows" in name}
CONFIGS: Final = [content for name, content in FILES if name == ".pre-commit-config.yaml"]


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_runs_what_the_page_types(workflow: dict[str, Any]) -> None:
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if step.get("run", "").startswith("recon ")]
    assert commands
    assert set(commands) <= TYPED


def test_the_hooks_that_are_configured_are_there() -> None:
    ours = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    shared, local = CONFIGS
    assert {hook["id"] for repo in shared["repos"] for hook in repo["hooks"]} == ours
    ((hook,),) = (repo["hooks"] for repo in local["repos"])
    assert any(command.startswith(f"{hook['entry']} ") for command in TYPED)
