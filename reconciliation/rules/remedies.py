"""What to set instead, for the configuration as a whole: whoever follows every hint at once breaks nothing new.

The hints are followed one after the other, in the order of the rules. What a change would break is mended with it, and
each hint names the values at which no rule asks for another one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Self

from msgspec import Struct, field
from msgspec.structs import replace

from reconciliation.rules.catalogue import RULES
from reconciliation.rules.figures import several
from reconciliation.rules.finding import Rule, Violation
from reconciliation.rules.judging import violation
from reconciliation.rules.subject import Database, Subject
from reconciliation.settings.guards import GUARDS

_MOST_ROUNDS: Final = 8
"""So often the hints are followed anew, where a later one changed what an earlier one was judged by."""
_MOST_STEPS: Final = 30
_LONGEST_MENDED_WAIT_SECS: Final = 3.0
"""Three retries, a second apart at the most."""

Broken = tuple[Rule, Violation]


class Remedy(Struct, frozen=True):
    """What cures one finding.

    Attributes:
        change: the values to set, by key.
        guards: the guards to put back.
        beyond: what to do besides, in words: what no setting cures of what these values break.
        hint: what to do otherwise, in words.
    """

    change: Mapping[str, Any] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    hint: str = ""

    @property
    def cures(self) -> bool:
        """Whether there is anything to set or to put back."""
        return bool(self.change or self.guards)

    def text(self, subject: Subject) -> str:
        """Return it as a reader is told."""
        parts = [f"put {several(list(self.guards))} back into node.guards"] if self.guards else []
        if self.change:
            parts.append(f"set {subject.written(self.change)}")
        parts += self.beyond
        if not parts or not self.hint:
            return " and ".join(parts) or self.hint
        return f"{' and '.join(parts)}{';' if self.guards or self.beyond else ','} {self.hint}"

    def data(self, subject: Subject) -> dict[str, Any]:
        """Return the values by key as the user knows it, with all the guards there are then."""
        data = {subject.name(key): subject.plain(key, value) for key, value in self.change.items()}
        if self.guards:
            installed = subject.guards | set(self.guards)
            data["node.guards"] = tuple(name for name in GUARDS if name in installed)
        return data

    def with_step(self, step: Violation) -> Self:
        """Return it with what another step sets and puts back on top."""
        guards = tuple(dict.fromkeys((*self.guards, *step.guards)))
        return replace(self, change={**self.change, **step.change}, guards=guards)


def remedies(subject: Subject, broken: Sequence[Broken]) -> dict[str, Remedy]:
    """Return what cures each finding, by the id of its rule.

    Args:
        subject: the configuration.
        broken: every rule that it breaks, with how.
    """
    following = _Following(subject, broken)
    following.follow()
    return {rule.id: Remedy(hint=how.hint).with_step(how) for rule, how in broken} | following.remedies()


def followed(subject: Subject, change: Mapping[str, Any], guards: Sequence[str] = ()) -> Subject:
    """Return a configuration in which values were set and guards were put back."""
    by_section: dict[str, dict[str, Any]] = {"reconciliation": {}, "node": {}, "cache": {}}
    for key, value in change.items():
        section, _, name = key.partition(".")
        by_section[section][name] = value
    cache = by_section["cache"]
    return replace(
        subject,
        reconciliation=subject.reconciliation.model_copy(update=by_section["reconciliation"]),
        node=subject.node.model_copy(update=by_section["node"]),
        guards=subject.guards | set(guards),
        load_cache=cache.get("load_cache", subject.load_cache),
        database=None if subject.database is None else _mended(subject.database, cache),
        refused={key: why for key, why in subject.refused.items() if key not in change},
    )


def _mended(database: Database, change: Mapping[str, Any]) -> Database:
    waits_less = "number_of_retries" in change
    return replace(
        database,
        flush_on_start=change.get("flush_on_start", database.flush_on_start),
        use_instance_id=change.get("use_instance_id", database.use_instance_id),
        number_of_retries=change.get("number_of_retries", database.number_of_retries),
        boot_wait_secs=_LONGEST_MENDED_WAIT_SECS if waits_less else database.boot_wait_secs,
    )


class _Following:
    """Following every hint, until none is left to follow."""

    def __init__(self, subject: Subject, broken: Sequence[Broken]) -> None:
        self._subject = subject
        self._told = [(rule, how) for rule, how in broken if rule.id not in subject.node.accept]
        self._known = {rule.id for rule, _ in broken} | set(subject.node.accept)
        self._asked: dict[str, Remedy] = {}
        """By the id of the rule; what was asked for last stands last, and beats what stands before."""

    def follow(self) -> None:
        """Follow each hint in its turn, and anew where a later one changed what it was judged by."""
        anew = self._told
        for _ in range(_MOST_ROUNDS):
            for rule, how in anew:
                self._follow(rule, how)
            settled = self._settled()
            anew = [each for each in self._told if (left := violation(each[0], settled)) is not None and left.cures]

    def remedies(self) -> dict[str, Remedy]:
        """Return each remedy, with the values that all of them together end at."""
        values = self._values()
        return {
            id_: replace(asked, change={key: values[key] for key in asked.change}) for id_, asked in self._asked.items()
        }

    def _values(self) -> dict[str, Any]:
        return {key: value for asked in self._asked.values() for key, value in asked.change.items()}

    def _settled(self) -> Subject:
        return followed(self._subject, self._values(), [name for each in self._asked.values() for name in each.guards])

    def _follow(self, rule: Rule, how: Violation) -> None:
        """Follow one hint on top of all others, and with it those about what it would break.

        Args:
            rule: that is broken.
            how: as it was at first; what it asks for is told even where other hints have cured it, and cures by itself.
        """
        self._asked.pop(rule.id, None)
        values, settled = self._values(), self._settled()
        step = replace(how, change={key: values.get(key, value) for key, value in how.change.items()})
        asked = Remedy(hint=how.hint)
        beyond: dict[str, str] = {}
        for _ in range(_MOST_STEPS):
            asked, settled = asked.with_step(step), followed(settled, step.change, step.guards)
            broken = next(self._broken(rule, settled, beyond), None)
            if broken is None:
                break
            other, step = broken
            if other is rule and not asked.cures:
                asked = replace(asked, hint=step.hint)
            if other is rule and not step.cures:
                asked = Remedy(hint=step.hint)
                break
            if not step.cures:
                beyond[other.id] = step.hint
        told = {text for other in self._asked.values() for text in other.beyond}  # it is theirs
        own = (f"for {id_}, {hint}" for id_, hint in beyond.items())
        self._asked[rule.id] = replace(asked, beyond=tuple(text for text in own if text not in told))

    def _broken(self, rule: Rule, settled: Subject, beyond: Collection[str]) -> Iterator[Broken]:
        """Yield what is broken now: the rule itself, and others that were not."""
        for each in RULES:
            is_new = each.id not in self._known and each.id not in beyond
            if (is_new or each is rule) and (how := violation(each, settled)) is not None:
                yield each, how
