"""Where `recon` begins.

Importing makes many objects that stay; the garbage collector would walk them again and again while more are made, and
once more at the end. It rests until a command is loaded, and what was loaded by then is left out of its rounds: a
fifth of the time of a short command, and fewer pauses in a node that runs for months.
"""

import errno
import gc
import os
import sys
from typing import Final

_UNWRITABLE: Final = frozenset({errno.ENOSPC, errno.EIO, errno.EDQUOT})


def main() -> None:
    """Run the command line."""
    gc.disable()
    from reconciliation.cli.main import main as group

    try:
        group()
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        _stop_writing()
        sys.exit(f"the output cannot be written: {(error.strerror or str(error)).lower()}")
    finally:
        gc.enable()


def _stop_writing() -> None:
    """Have the interpreter's own end not try once more what is left to write."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
