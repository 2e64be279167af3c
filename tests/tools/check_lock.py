"""Do the lock files satisfy pyproject.toml? Asks no registry, so a newer release is no failure.

Checked of each: every requirement of the project and of its group is pinned within its range; so is, for this platform,
every requirement of every pinned package; every pin carries hashes; and no address stands in the file. What a container
is built from is what was tested.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
TESTED: Final = "requirements.lock"
DEPLOYED: Final = "deploy/container/requirements.lock"
EXTRAS: Final = "tests/extras/requirements.lock"
GROUPS: Final = {TESTED: "dev", DEPLOYED: "build", EXTRAS: "test"}
"""The lock files, each with the group that it pins beside the project's own requirements."""


def main() -> int:
    """Print what is wrong and return how the check went."""
    texts = {file: (ROOT / file).read_text("utf-8") for file in GROUPS}
    pins = {file: _pins(text) for file, text in texts.items()}
    wrong = [f"{file}: {told}" for file, text in texts.items() for told in _wrong(text, pins[file], GROUPS[file])]
    differ = dict(pins[DEPLOYED].items() - pins[TESTED].items())
    wrong += [f"{DEPLOYED}: {name} is not what is tested" for name in sorted(differ)]
    for line in wrong:
        print(f"{line}; run: make lock", file=sys.stderr)
    return 1 if wrong else 0


def _pins(text: str) -> dict[NormalizedName, Version]:
    return {canonicalize_name(m["name"]): Version(m["version"]) for m in PIN.finditer(text)}


def _wrong(text: str, pins: Mapping[NormalizedName, Version], group: str) -> Iterator[str]:
    yield from (f"{m['name']} has no hash" for m in PIN.finditer(text) if "--hash=sha256:" not in m["rest"])
    if "://" in text:
        yield "it names an address"
    yield from (told for requirement in _wanted(group) if (told := _unsatisfied(requirement, pins, "pyproject.toml")))
    yield from (told for name in pins for told in _unsatisfied_by(name, pins))


def _wanted(group: str) -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]

    def members(group: str) -> Iterator[str]:
        for item in groups[group]:
            if isinstance(item, str):
                yield item
            else:
                yield from members(item["include-group"])

    for text in (*project["project"]["dependencies"], *members(group)):
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
