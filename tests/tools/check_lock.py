"""Does requirements.lock satisfy pyproject.toml? Asks no registry, so a newer release is no failure.

Checked: every requirement of the project and of its dev group is pinned within its range; so is, for this platform,
every requirement of every pinned package; every pin carries hashes; and no address stands in the file.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)


def main() -> int:
    """Print what is wrong and return how the check went."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    pins = {canonicalize_name(m["name"]): Version(m["version"]) for m in PIN.finditer(text)}
    wrong = [f"{m['name']} has no hash" for m in PIN.finditer(text) if "--hash=sha256:" not in m["rest"]]
    if "://" in text:
        wrong.append("it names an address")
    wrong += [told for requirement in _wanted() if (told := _unsatisfied(requirement, pins, "pyproject.toml"))]
    wrong += [told for name in pins for told in _unsatisfied_by(name, pins)]
    for line in wrong:
        print(f"requirements.lock: {line}; run: make lock", file=sys.stderr)
    return 1 if wrong else 0


def _wanted() -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]

    def members(group: str) -> Iterator[str]:
        for item in groups[group]:
            if isinstance(item, str):
                yield item
            else:
                yield from members(item["include-group"])

    for text in (*project["project"]["dependencies"], *members("dev")):
        yield Requirement(text)


def _unsatisfied_by(name: str, pins: Mapping[NormalizedName, Version]) -> Iterator[str]:
    try:
        requirements = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return  # pinned for another platform
    for text in requirements:
        requirement = Requirement(text)
        if "extra ==" not in text and (told := _unsatisfied(requirement, pins, name)):
            yield told


def _unsatisfied(requirement: Requirement, pins: Mapping[NormalizedName, Version], wanted_by: str) -> str | None:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return None
    pinned = pins.get(canonicalize_name(requirement.name))
    if pinned is None:
        return f"{requirement.name} is not pinned ({wanted_by} wants it)"
    if not requirement.specifier.contains(pinned, prereleases=True):
        return f"{requirement.name}=={pinned} is not {requirement.specifier} ({wanted_by} wants it)"
    return None


if __name__ == "__main__":
    sys.exit(main())
