"""Where the repository is whose files a verdict is about."""

import os
from pathlib import Path
from typing import Final

_WORKSPACE: Final = "GITHUB_WORKSPACE"
"""The folder of the repository, where GitHub runs a command."""


def in_repository(file: str) -> str | None:
    """Return a file's path below the repository, with slashes; None where it stands outside.

    The repository is the working directory, or GitHub's workspace where that holds the working directory.
    """
    here = Path.cwd()
    workspace = Path(os.environ.get(_WORKSPACE) or here).resolve()
    path, root = Path(file).resolve(), workspace if here.is_relative_to(workspace) else here
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None
