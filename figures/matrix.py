"""Every scenario of the drill under three presets, as a page of the reference.

`make matrix` plays what `recon drill --matrix` plays, and writes the page.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from figures.page import ROOT, write
from figures.playing import PRESETS, chosen, played
from reconciliation.drill.choice import story
from reconciliation.drill.outcome import Run, Verdict
from reconciliation.drill.planning import of_scenarios
from reconciliation.drill.scenario import Scenario, shipped_scenarios

if TYPE_CHECKING:
    from reconciliation.drill.runs.job import Job

PAGE: Final = ROOT / "docs" / "reference" / "drill-matrix.md"
MARK: Final = "matrix"
SEED: Final = 1


def runs(scenarios: Iterable[Scenario], *, at_once: int | None = None) -> list[Run]:
    """Play scenarios under every preset.

    Args:
        scenarios: which.
        at_once: how many processes play; a core each when absent.
    """
    asked = tuple(scenarios)
    jobs: list[Job] = []
    for preset in PRESETS:
        jobs += of_scenarios(chosen(preset, guarded=True), asked, [SEED])
    found = zip(jobs, played(jobs, at_once=at_once), strict=True)
    return [Run(job=job, played=each, wall_secs=0.0) for job, each in found]


def lines(found: Iterable[Run]) -> Iterator[str]:
    """Yield the page's table and, below it, the reason of each known limit."""
    stories: dict[str, dict[str, list[Run]]] = {}
    for run in found:
        stories.setdefault(story(run.job.title), {}).setdefault(run.preset, []).append(run)
    texts = {story(name): scenario.text for name, scenario in reversed(shipped_scenarios().items())}
    yield f"| story | what must hold | {' | '.join(PRESETS)} |"
    yield "|---|---|" + "---|" * len(PRESETS)
    for name, presets in stories.items():
        cells = " | ".join(_cell(presets[preset]) for preset in PRESETS)
        yield f"| {name}{_variations(presets)} | {texts[name]} | {cells} |"
    yield from _failed(run for presets in stories.values() for each in presets.values() for run in each)
    yield ""
    yield "## Known limits"
    yield ""
    for title, kinds in _known(stories).items():
        for reason in dict.fromkeys(kinds.values()):
            named = ", ".join(kind for kind, why in kinds.items() if why == reason)
            yield f"- **{title}**: {named}: {reason}."


def _variations(presets: Mapping[str, list[Run]]) -> str:
    count = len(presets[PRESETS[0]])
    return f" ({count})" if count > 1 else ""


def _cell(found: list[Run]) -> str:
    """Return how the variations of a story ended under one preset, and the longest that a pass took to agree."""
    counts = {verdict: sum(run.verdict is verdict for run in found) for verdict in Verdict}
    parts = [f"{counts[Verdict.FAIL]} of {len(found)} **failed**"] if counts[Verdict.FAIL] else []
    if counts[Verdict.KNOWN]:
        parts.append(f"{counts[Verdict.KNOWN]} known limit{'s' if counts[Verdict.KNOWN] > 1 else ''}")
    passed = [run for run in found if run.verdict is Verdict.PASS]
    if passed:
        longest = max(run.played.agreed_secs or 0.0 for run in passed)
        parts.append("pass, at once" if longest < 1 else f"pass, {longest:.0f} s")
    return "; ".join(parts)


def _failed(found: Iterable[Run]) -> Iterator[str]:
    """Yield what was wrong where something was that is no known limit."""
    failed = [run for run in found if run.verdict is Verdict.FAIL]
    if failed:
        yield from ("", "## What failed", "")
    for run in failed:
        kinds = ", ".join(dict.fromkeys(anomaly.kind for anomaly in run.unexpected))
        yield f"- **{run.job.title}**, {run.preset}: {kinds}"


def _known(stories: Mapping[str, Mapping[str, list[Run]]]) -> dict[str, dict[str, str]]:
    return {
        run.job.title: {kind.value: why for kind, why in run.job.known.items()}
        for presets in stories.values()
        for each in presets.values()
        for run in each
        if run.job.known
    }


def main() -> None:
    """Play all, and write the page."""
    write(MARK, PAGE, lines(runs(shipped_scenarios().values())))


if __name__ == "__main__":
    main()
