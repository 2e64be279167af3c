"""What outlives the process: the ledger's entries and the account's key pair, in one directory."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any, Final, TextIO, get_type_hints

from msgspec.structs import asdict

from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.errors import DataDirUnusable
from reconciliation.venue.records import Amended, Closed, Entry, Filled, LeverageSet, Placed

JOURNAL: Final = "ledger.jsonl"
KEYS: Final = "keys.json"
LOCK: Final = "lock"

_KINDS: Final[dict[str, type[Entry]]] = {
    "placed": Placed,
    "filled": Filled,
    "closed": Closed,
    "amended": Amended,
    "leverage": LeverageSet,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
# Every field's type; each makes its value from the JSON one.
_PARSERS: Final = {kind: get_type_hints(kind) for kind in _NAMES}


class DataDir:
    """A directory that one venue process holds for itself.

    Opening it creates it, takes its lock and reads what it holds. A last journal line without its newline was
    torn by a crash and is dropped; its entry had not been answered to anybody.

    Args:
        path: the directory; its parents are created too.

    Attributes:
        keys: the account's key pair, made at the first opening.
        entries: the ledger's entries so far, in order.

    Raises:
        DataDirUnusable: it cannot be written, its journal is damaged, or another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._lock: TextIO | None = None
        self._journal: TextIO | None = None
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path / LOCK)
            self.keys = _stored_keys(path / KEYS)
            self.entries = _stored_entries(path / JOURNAL)
            self._journal = (path / JOURNAL).open("a", encoding="utf-8")
        except OSError as error:
            self.close()
            raise DataDirUnusable(
                f"data folder {path} is not usable: {(error.strerror or str(error)).lower()}; use another folder"
            ) from error
        except DataDirUnusable:
            self.close()
            raise

    def append(self, entry: Entry) -> None:
        """Write an entry through to the operating system, so that it survives the process."""
        if self._journal is None:
            raise DataDirUnusable("the data folder is closed")
        self._journal.write(line_of(entry))
        self._journal.flush()

    def close(self) -> None:
        """Close the files and release the lock."""
        for file in (self._journal, self._lock):
            if file is not None:
                file.close()
        self._journal = self._lock = None


def line_of(entry: Entry) -> str:
    """An entry as one line of JSON, decimals as strings."""
    return json.dumps({"entry": _NAMES[type(entry)], **asdict(entry)}, default=str) + "\n"


def entry_of(line: str) -> Entry:
    """The entry a line holds.

    Raises:
        ValueError: the line holds none; KeyError, TypeError and ArithmeticError likewise.
    """
    values: dict[str, Any] = json.loads(line)
    kind = _KINDS[values.pop("entry")]
    parsers = _PARSERS[kind]
    return kind(**{name: parsers[name](value) for name, value in values.items()})


def _locked(path: Path) -> TextIO:
    file = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DataDirUnusable(
            f"data folder {path.parent} is held by another venue process; stop it or use another folder"
        ) from None
    return file


def _stored_keys(path: Path) -> KeyPair:
    if path.exists():
        try:
            return KeyPair(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            raise DataDirUnusable(f"{path} is not a key pair; remove it to have a new one made") from None
    keys = KeyPair.generate()
    # Under another name first: a crash in between must not leave half a key pair.
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(keys), file)
    draft.rename(path)
    return keys


def _stored_entries(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    entries = []
    for number, line in enumerate(whole.decode(errors="replace").split("\n")[:-1], start=1):
        try:
            entries.append(entry_of(line))
        except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError):
            raise DataDirUnusable(f"{path}:{number} is not a ledger entry; remove the folder to start afresh") from None
    return entries
