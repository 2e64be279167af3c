"""What nobody is shown: values by the name they go under, and the user-info of urls anywhere."""

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciliation.settings.urls import MASK, without_user_info

_SECRET_NAME: Final = re.compile(
    r"secret|passw|passphrase|mnemonic|credential|(api|app|private|access)_?key|(^|_)tokens?$", re.IGNORECASE
)


def is_secret_name(name: str) -> bool:
    """Whether what goes under a name is a secret."""
    return _SECRET_NAME.search(name) is not None


def mask(value: Any, name: str = "") -> Any:
    """Return plain data with secrets masked: by key name, and the user-info of urls anywhere."""
    if isinstance(value, Mapping):
        return {key: mask(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item, name) for item in value]
    if value is not None and is_secret_name(name):
        return MASK
    return without_user_info(value) if isinstance(value, str) else value


def without_secrets(value: Any) -> Any:
    """Return plain data without what goes under the name of a secret, and without tables that hold nothing."""
    if isinstance(value, Mapping):
        kept = {key: without_secrets(item) for key, item in value.items() if not is_secret_name(key)}
        return {key: item for key, item in kept.items() if item != {}}
    return [without_secrets(item) for item in value] if isinstance(value, list | tuple) else value
