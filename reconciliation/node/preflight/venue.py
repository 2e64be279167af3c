"""Does the venue answer, take the key, go by the same clock, and have what the settings name?"""

import asyncio
import time
from collections.abc import Awaitable, Collection, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from reconciliation.engine.client import PositionMode
from reconciliation.engine.generation import generation
from reconciliation.engine.probe import ClockRefusedError, Probe, ProbeRefusedError
from reconciliation.errors import ExitCode
from reconciliation.layers.suggest import nearest
from reconciliation.node.preflight.outcome import Outcome, not_asked
from reconciliation.settings import Settings

PATIENCE_SECS: Final = 5.0
"""How long one answer may take; all are awaited at once."""
VENUE, CLOCK, KEY, MODE, INSTRUMENTS = "venue", "clock", "key", "position mode", "instruments"


class _Answers(Struct, frozen=True):
    """What a venue answered; an error is an answer too.

    Attributes:
        ahead_ms: how far the time on a request was ahead of the venue's when that answered.
        took_ms: the first answer, the connection included.
    """

    ahead_ms: float | Exception
    took_ms: float
    mode: PositionMode | Exception
    instruments: Collection[str] | Exception | None


def venue_outcomes(settings: Settings, probes: Mapping[str, Probe | None], *, with_instruments: bool) -> list[Outcome]:
    """Ask the venue of each client; runs an event loop, and so wants a thread without one.

    Args:
        settings: of the node.
        probes: by the name of the client; None where nobody can ask.
        with_instruments: ask for all instruments too, which may be megabytes.
    """
    known = [probe for probe in probes.values() if probe is not None]
    answers = asyncio.run(_all(known, with_instruments=with_instruments))
    found: list[Outcome] = []
    for name, probe in probes.items():
        names = [f"{name} {part}" for part in (VENUE, CLOCK, KEY, MODE, *((INSTRUMENTS,) if with_instruments else ()))]
        if probe is None:
            found += not_asked(names[:1], "recon does not know how; the node's start tells")
        else:
            found += _judged(settings, probe, answers[name], names)
    return found


async def _all(probes: Iterable[Probe], *, with_instruments: bool) -> dict[str, _Answers]:
    asked = list(probes)
    told = await asyncio.gather(*(_asked(probe, with_instruments=with_instruments) for probe in asked))
    return {probe.name: answers for probe, answers in zip(asked, told, strict=True)}


async def _asked(probe: Probe, *, with_instruments: bool) -> _Answers:
    sent = time.time()
    begun = time.perf_counter()
    took = 0.0

    async def ahead_ms() -> float:
        nonlocal took
        venue_ms = await probe.venue_time_ms()
        took = (time.perf_counter() - begun) * 1_000
        return sent * 1_000 - venue_ms

    ahead, mode, instruments = await asyncio.gather(
        _answer(ahead_ms()),
        _answer(probe.position_mode()),
        _answer(probe.instrument_ids()) if with_instruments else _nothing(),
    )
    return _Answers(ahead, took, mode, instruments)


async def _answer(asked: Awaitable[Any]) -> Any:
    """Return the answer, or the error that it is."""
    try:
        return await asyncio.wait_for(asked, PATIENCE_SECS)
    except TimeoutError:
        return TimeoutError(f"no answer within {PATIENCE_SECS:g} s")
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises is what was found
        return error


async def _nothing() -> None:
    return None


def _judged(settings: Settings, probe: Probe, answers: _Answers, names: list[str]) -> list[Outcome]:
    if isinstance(answers.ahead_ms, Exception):
        failed = Outcome(
            names[0],
            "fail",
            f"the venue at {probe.address} does not answer ({_words(answers.ahead_ms)})",
            "see whether it is there, and what keeps this machine from it",
        )
        return [failed, *not_asked(names[1:], "the venue does not answer")]
    found = [
        Outcome(names[0], "ok", f"{probe.address} answers, in {answers.took_ms:.0f} ms with the connection"),
        _clock(probe, answers.ahead_ms, answers.mode, names[1]),
        *_account(settings, answers.mode, names[2], names[3]),
    ]
    if answers.instruments is not None:
        found.append(_instruments(settings, probe, answers.instruments, names[4]))
    return found


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, TimeoutError | ProbeRefusedError) else generation().reason_of(error)


def _clock(probe: Probe, ahead_ms: float, mode: object, name: str) -> Outcome:
    side = f"{abs(ahead_ms):.0f} ms {'ahead of' if ahead_ms > 0 else 'behind'} the venue's"
    limits = f"it refuses what is signed more than {probe.ahead_ms} ms ahead or {probe.behind_ms} ms behind"
    action = "let NTP set this machine's clock"
    if isinstance(mode, ClockRefusedError):
        return Outcome(name, "fail", f"{side}, and it refuses what is signed ({mode})", action)
    if not -probe.behind_ms < ahead_ms < probe.ahead_ms:
        return Outcome(name, "fail", f"{side}; {limits}", action)
    if not -probe.behind_ms / 2 < ahead_ms < probe.ahead_ms / 2:
        return Outcome(name, "warn", f"{side}; {limits}", action)
    return Outcome(name, "ok", f"{side}, the way there included")


def _account(settings: Settings, mode: PositionMode | Exception, key: str, position_mode: str) -> list[Outcome]:
    if isinstance(mode, ClockRefusedError):
        return not_asked((key, position_mode), "the clock is refused first")
    if isinstance(mode, Exception):
        refused = isinstance(mode, ProbeRefusedError)
        verb = "refuses the key" if refused else "did not answer what was signed"
        action = "see the key, its rights and its list of addresses" if refused else "see what keeps it from that"
        failed = Outcome(key, "fail", f"the venue {verb} ({_words(mode)})", action)
        return [failed, *not_asked((position_mode,), "the key is not accepted")]
    wanted = settings.node.position_mode
    if mode == wanted:
        return [Outcome(key, "ok", "accepted"), Outcome(position_mode, "ok", mode)]
    return [
        Outcome(key, "ok", "accepted"),
        Outcome(
            position_mode,
            "fail",
            f"the account keeps positions in {mode} mode and node.position_mode says {wanted}",
            f"set RECON_NODE_POSITION_MODE={mode}, or change the account",
            ExitCode.UNUSABLE,
        ),
    ]


def _instruments(settings: Settings, probe: Probe, found: Collection[str] | Exception, name: str) -> Outcome:
    if isinstance(found, Exception):
        return Outcome(name, "fail", f"the venue did not tell its instruments ({_words(found)})", "ask again")
    wanted = {name: origin for name, origin in _named(settings).items() if name.endswith(f".{probe.venue}")}
    missing = {name: origin for name, origin in wanted.items() if name not in found}
    if not missing:
        return Outcome(name, "ok", f"{len(found)} there; {len(wanted)} named, and all of them exist")
    told = "; ".join(f"{origin} names {name}{_near(name, found)}" for name, origin in missing.items())
    return Outcome(name, "fail", f"{told}; the venue has none of that name", "correct it", ExitCode.UNUSABLE)


def _named(settings: Settings) -> dict[str, str]:
    """Return each instrument that the settings name, and where."""
    named: dict[str, str] = {}
    if settings.reconciliation.enabled:
        named |= dict.fromkeys(settings.reconciliation.instrument_ids or (), "reconciliation.instrument_ids")
    if "E19" not in settings.node.accept:
        for owner, claim in settings.claims.items():
            named |= dict.fromkeys(claim.instrument_ids, f"claims.{owner}")
    return named


def _near(name: str, found: Collection[str]) -> str:
    meant = nearest(name, sorted(found))
    return f" (did you mean {meant}?)" if meant else ""
