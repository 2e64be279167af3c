"""The settings as the rules judge them, with what they name of a node imported."""

from msgspec.structs import replace

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.engine.parts import Parts
from reconciliation.rules.subject import Subject, assumed_client, subject_of
from reconciliation.settings import Settings


def parts_of(settings: Settings, *, read_only: bool = False) -> Parts:
    """Return what the settings name of a node; the engine loads only where they name anything."""
    return generation().parts_of(settings, read_only=read_only) if settings.has_engine_parts else Parts()


def subject_with(builder: NodeBuilder, parts: Parts) -> Subject:
    """Return what is judged: a builder's settings and clients, and what is wrong with the parts."""
    settings = builder.settings
    traits = generation().client_traits(builder) if builder.exec_clients else ()
    subject = subject_of(settings, traits or (assumed_client(settings),))
    claims = {name: (*subject.claims.get(name, ()), *_more(subject, name, own)) for name, own in parts.claims.items()}
    return replace(subject, unusable=parts.faults, claims=dict(subject.claims) | claims)


def _more(subject: Subject, name: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a strategy claims itself beside what the settings claim for it."""
    return tuple(instrument for instrument in own if instrument not in subject.claims.get(name, ()))


def subject_on_paper(settings: Settings) -> Subject:
    """Return what is judged of settings alone."""
    builder, parts = NodeBuilder(settings), parts_of(settings)
    if parts.exec_clients and settings.venue.is_given:
        generation().add_settings_clients(builder, read_only=False)
    parts.add_clients(builder)
    return subject_with(builder, parts)
