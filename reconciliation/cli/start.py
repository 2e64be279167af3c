"""Where `recon` begins.

Importing makes many objects that stay; the garbage collector would walk them again and again while more are made, and
once more at the end. It rests until a command is loaded, and what was loaded by then is left out of its rounds: a
fifth of the time of a short command, and fewer pauses in a node that runs for months.
"""

import gc


def main() -> None:
    """Run the command line."""
    gc.disable()
    from reconciliation.cli.main import main as group

    try:
        group()
    finally:
        gc.enable()
