"""A node on paper: what it is to be made of, judged once, before anything is started."""

from collections.abc import Iterator

from msgspec import Struct

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.errors import RulesBrokenError
from reconciliation.engine.generation import generation
from reconciliation.engine.on_paper import parts_of, subject_with
from reconciliation.engine.parts import Parts
from reconciliation.node.errors import ConfigureError, SurroundingsMissingError
from reconciliation.node.user_code import Configure, called_with_builder
from reconciliation.rules.check import check, refusals
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import Subject
from reconciliation.settings import Settings


class Draft(Struct, frozen=True):
    """What a node is to be made of, and what the rules say of it."""

    builder: NodeBuilder
    subject: Subject
    findings: tuple[Finding, ...]
    read_only: bool

    @property
    def wants_venue(self) -> bool:
        """Whether nobody brings a client and the settings name no venue."""
        return not self.builder.exec_clients

    def furnished(self, settings: Settings) -> NodeBuilder:
        """Return what the node is made of with the surroundings it lacked.

        Args:
            settings: the draft's own, with addresses of what was started for it.
        """
        builder = self.builder.copied(settings)
        if self.wants_venue:
            generation().add_settings_clients(builder, read_only=self.read_only)
        return builder


def draft(
    settings: Settings, configure: Configure | None = None, *, read_only: bool = False, embedding: bool = False
) -> Draft:
    """Collect what a node is to be made of and judge it; nothing is started.

    Args:
        settings: what was resolved.
        configure: the user's function that adds clients, strategies and actors.
        read_only: the node will only look: no user stream is opened, and nothing changes at the venue.
        embedding: an embedded cache or venue can be had where none is given.

    Raises:
        ConfigureError: the user's function failed, or added what the engine cannot build, or two clients of one name.
        SurroundingsMissingError: there is no client or no cache, and no embedded one can be had.
        PartError: what the settings name could not be made.
        RulesBrokenError: the configuration breaks rules that `node.accept` does not name.
    """
    builder, parts = collected(settings, configure, read_only=read_only)
    complete(builder, embedding=embedding)
    subject, findings = judged(builder, parts)
    if refusals(findings):
        raise RulesBrokenError(findings)
    return Draft(builder, subject, findings, read_only)


def collected(settings: Settings, configure: Configure | None, *, read_only: bool = False) -> tuple[NodeBuilder, Parts]:
    """Return what settings and the user's function bring, and what the settings name; nothing is judged.

    Raises:
        ConfigureError: the user's function failed, or added what the engine cannot build.
        DuplicateClientError: the settings bring two clients of one name.
        PartError: what the settings name could not be made.
        RulesBrokenError: what they name cannot be imported, or not be configured so.
    """
    builder, parts = NodeBuilder(settings), parts_of(settings, read_only=read_only)
    if settings.venue.is_given:
        generation().add_settings_clients(builder, read_only=read_only)
    parts.add_clients(builder)
    if parts.faults:
        raise RulesBrokenError(check(subject_with(builder, parts)))
    parts.add_made(builder, read_only=read_only)
    if configure is not None:
        called_with_builder(configure, builder)
        if unfit := list(generation().unfit(builder)):
            raise ConfigureError("; ".join(unfit), "add what the engine can build")
    generation().guard_clients(builder, read_only=read_only)
    return builder, parts


def complete(builder: NodeBuilder, *, embedding: bool) -> None:
    """See that nothing is missing.

    Raises:
        SurroundingsMissingError: there is no client or no cache, and no embedded one can be had.
    """
    if missing := list(_missing(builder, embedding=embedding)):
        raise SurroundingsMissingError(missing)


def judged(builder: NodeBuilder, parts: Parts) -> tuple[Subject, tuple[Finding, ...]]:
    """Return what rules judge of what was collected, and what they find."""
    subject = subject_with(builder, parts)
    return subject, check(subject)


def _missing(builder: NodeBuilder, *, embedding: bool) -> Iterator[str]:
    has_cache = builder.settings.cache.url is not None
    if builder.data_clients and not builder.exec_clients:
        added = ", ".join(builder.data_clients)
        yield f"data clients ({added}) were added, and no execution client; add one beside them"
        return
    venue = "RECON_VENUE_HTTP_URL, RECON_VENUE_STREAM_URL, RECON_VENUE_API_KEY and RECON_VENUE_API_SECRET"
    if embedding:
        if has_cache and not builder.exec_clients:
            yield (
                f"RECON_CACHE_URL is set and no venue is given; set {venue}, or unset RECON_CACHE_URL for an embedded"
                " pair"
            )
        return
    if not builder.exec_clients:
        yield f"there is no execution client; set {venue}, or add a client in the configure function"
    if not has_cache:
        yield "no cache database is given; set RECON_CACHE_URL to redis://HOST:PORT"
