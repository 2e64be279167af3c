"""The copy of a node's configuration that the engine writes beside what it streams to files: without its secrets.

The engine writes the whole of it as JSON, the password of the cache and every client's keys in clear (read with
1.231.0).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nautilus_trader.system.kernel import NautilusKernel

from reconciliation.settings.masking import mask


class _Masked:
    """Stands where the kernel's configuration does while it is written."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def json(self) -> bytes:
        """Return the configuration as the engine would write it, secrets masked."""
        return json.dumps(mask(json.loads(self._config.json()))).encode()


@contextmanager
def secrets_masked() -> Iterator[None]:
    """Have kernels that are constructed meanwhile write no secret to a file."""
    set_up = NautilusKernel._setup_streaming

    def set_up_masked(kernel: Any, config: Any) -> None:
        whole = kernel._config
        kernel._config = _Masked(whole)
        try:
            set_up(kernel, config)
        finally:
            kernel._config = whole

    NautilusKernel._setup_streaming = set_up_masked
    try:
        yield
    finally:
        NautilusKernel._setup_streaming = set_up
