"""The guarded client for whoever builds clients by hand."""

from collections.abc import Collection

from reconciliation.engine.builder import GuardedFactory
from reconciliation.engine.generation import generation
from reconciliation.errors import UnusableError
from reconciliation.settings.guards import BINANCE_GUARDS, GUARDS


def guarded_factory(guards: Collection[str] = BINANCE_GUARDS, *, read_only: bool = False) -> type[GuardedFactory]:
    """Return the factory of a guarded Binance USD-M futures client, for `builder.add_exec_client`.

    It makes the client exactly as the stock factory makes the stock one.

    Args:
        guards: the names of the guards to put in, such as `settings.node.guards`; those of the engine are no matter.
        read_only: open no user stream, so that nothing changes at the venue.

    Raises:
        UnusableError: there is no guard of a name.
    """
    for name in guards:
        if name not in GUARDS:
            raise UnusableError(f"{name!r} is no guard", f"the guards are {', '.join(GUARDS)}")
    return generation().guarded_factory(guards, read_only=read_only)
