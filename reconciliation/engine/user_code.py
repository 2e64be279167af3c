"""The user's own code: how it is imported, and where in it something went wrong."""

import contextlib
import importlib.util
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_EXAMPLES: Final = f"{_PACKAGE / 'strategies'}{os.sep}"
_NOT_THE_USERS: Final = (f"{_PACKAGE}{os.sep}", f"{sysconfig.get_path('stdlib')}{os.sep}", "<")
_CLICK: Final = f"{os.sep}click{os.sep}"
"""It asks and calls for whoever uses it."""
_ENGINE: Final = f"{os.sep}nautilus_trader{os.sep}"


def imported(module: str) -> ModuleType:
    """Import a module from the working directory or from what is installed; what it prints goes to stderr.

    Raises:
        BaseException: whatever the module raises.
    """
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    with stdout_to_stderr():
        return importlib.import_module(module)


def loaded_from(path: Path) -> ModuleType:
    """Run a file as a module; what it prints goes to stderr.

    It finds what lies beside it, and is no stranger to what imports it by its name.

    Raises:
        BaseException: whatever the module raises.
    """
    if (folder := str(path.resolve().parent)) not in sys.path:
        sys.path.insert(0, folder)
    # A file may be called like a module that is there.
    name = path.stem if path.stem not in sys.modules else f"_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        with stdout_to_stderr():
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def place_in(error: BaseException) -> str:
    """Return `(FILE:LINE)` of the last line of the user's own code that an error passed; empty where it passed none."""
    places = places_in(error)
    return f"({places[-1]})" if places else ""


def places_in(error: BaseException) -> list[str]:
    """Return `FILE:LINE` of each line of the user's own code that an error passed, the outermost first."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if is_the_users(frame.filename)]
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in own]


def place_now() -> str:
    """Return `FILE:LINE` of the user's own code that is being run; empty where there is none."""
    return place_of(sys._getframe())


def place_of(frame: FrameType | None) -> str:
    """Return `FILE:LINE` of the innermost line of the user's own code below a frame; empty where there is none."""
    own = _own_frame(frame)
    return f"{Path(own.f_code.co_filename).name}:{own.f_lineno}" if own else ""


def file_now() -> str:
    """Return the file of the user's own code that is being run, as Python knows it; empty where there is none."""
    own = _own_frame(sys._getframe())
    return own.f_code.co_filename if own else ""


def _own_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None and not is_the_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_the_users(file: str) -> bool:
    """Whether code is the user's, installed or not; the standard library holds what is installed too."""
    if "site-packages" in file:
        return not any(own in file for own in (_ENGINE, _CLICK)) and not file.startswith(f"{_PACKAGE}{os.sep}")
    return file.startswith(_EXAMPLES) or not file.startswith(_NOT_THE_USERS)


@contextlib.contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Send what is written to stdout to stderr; the engine writes its log to file descriptor 1 itself."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
