"""Who a node is and what it runs with: what does not change until it ends."""

from collections.abc import Mapping

from msgspec import Struct, field


class Identity(Struct, frozen=True):
    """One node.

    Attributes:
        trader_id: its trader's id.
        account: the account that it trades, as the engine names it.
        preset: the preset of its settings.
        fingerprint: of what its settings make it do; equal where behaviour is.
        version: of recon.
        engine_version: of NautilusTrader.
        guards: each guard there is, and whether it is on.
        begun: when its boot began, seconds since the epoch.
        planned: what `recon plan` predicts, by name: seconds, and weight a minute.
        weight_limit: request weight that the venue allows in its window; 0 where it is not known.
        reconciles: whether reconciliation is on.
    """

    trader_id: str
    account: str
    preset: str
    fingerprint: str
    version: str
    engine_version: str
    guards: Mapping[str, bool] = field(default_factory=dict)
    begun: float = 0.0
    planned: Mapping[str, float] = field(default_factory=dict)
    weight_limit: int = 0
    reconciles: bool = True
