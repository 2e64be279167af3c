"""Where a node tells how it is: the endpoints that serve its status, and its entry in the fleet."""

from reconciliation.monitor.certificate import CertificateError
from reconciliation.monitor.server import Access, MonitorServer
from reconciliation.node.errors import MonitorError
from reconciliation.node.fleet import Publisher, entry_of
from reconciliation.node.observation import Observation
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings
from reconciliation.settings.monitor import MonitorSettings


class Monitoring(Observation):
    """Serves and publishes how a node is, from its boot to its end.

    Args:
        settings: of the node, with an enabled monitor.
        planned: what they mean.
        accounts: the accounts that it trades, as the engine names them.

    Raises:
        MonitorError: the address cannot be listened on, or the certificate cannot be read.
    """

    def __init__(self, settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> None:
        super().__init__(settings, planned, accounts)
        try:
            self._server = MonitorServer(self.status, self.identity, _access(settings.monitor))
        except (CertificateError, OSError, OverflowError) as error:
            raise MonitorError(settings.monitor.host, settings.monitor.port, error) from None
        self.url = self._server.url
        self._publisher: Publisher | None = None
        if settings.monitor.publish and settings.cache.url is not None:
            entry = entry_of(settings, self.identity, accounts, self.url, self.status)
            self._publisher = Publisher(settings.cache.url.get_secret_value(), entry, self.status)

    def close(self) -> None:
        """Serve no longer, and leave the fleet."""
        if self._publisher is not None:
            self._publisher.close()
        self._server.close()


def _access(settings: MonitorSettings) -> Access:
    credentials = None
    if settings.user is not None and settings.password is not None:
        credentials = f"{settings.user}:{settings.password.get_secret_value()}"
    return Access(settings.host, settings.port, credentials, settings.tls_certificate, settings.tls_key)
