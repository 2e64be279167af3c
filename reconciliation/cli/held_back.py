"""What a script that is looked at may not do: reach another machine, start another Python, ask a person."""

import builtins
import getpass
import ipaddress
import multiprocessing.util
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

import click.termui

from reconciliation.engine.user_code import place_now

_LOCAL_NAMES: Final = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_CONNECTS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_STARTS: Final = frozenset({"subprocess.Popen", "os.posix_spawn", "os.exec", "os.system"})


AN_ANSWER: Final = "an answer"
"""What is refused where a person was asked."""


class UnansweredError(EOFError):
    """The script asked a person for something."""


def hold_back(refused: list[str]) -> None:
    """Hold this process back from now on; Python itself offers no way to let it go again.

    Args:
        refused: told of what was wanted and not had, each with its place.
    """

    def refuse(told: str, error: Exception) -> NoReturn:
        placed = f"{told} ({place_now()})"
        if placed not in refused:
            refused.append(placed)
        raise error

    def hear(event: str, given: tuple[Any, ...]) -> None:
        if event in _STARTS:
            start(*given[:2])
            return
        address = given[1] if event in _CONNECTS else given[:2] if event in _ASKS else None
        if isinstance(address, tuple) and address and not _is_local(address[0]):
            host = ":".join(str(part) for part in address[:2] if part is not None)
            reason = f"recon check lets a script reach this machine only, and not {host}"
            refuse(f"a connection to {host}", ConnectionRefusedError(reason))

    def start(program: object, args: object = ()) -> None:
        words = [str(word) for word in args] if isinstance(args, list | tuple) else str(args).split()
        if any(word == sys.executable or "python" in Path(word).name for word in (str(program), *words)):
            reason = "recon check lets a script start no other Python, where its node could live"
            refuse(f"another Python, {' '.join(words) or program}", PermissionError(reason))

    def spawn(program: object, args: object, _: object) -> int:
        start(program, args)
        raise PermissionError(f"recon check lets a script spawn nothing, and not {program}")

    def ask(prompt: object = "", *_: object, **__: object) -> NoReturn:
        question = str(prompt).strip()
        refuse(f'{AN_ANSWER}, "{question}"' if question else AN_ANSWER, UnansweredError(question))

    sys.addaudithook(hear)
    multiprocessing.util.spawnv_passfds = spawn  # type: ignore[assignment] # tells no hook
    builtins.input = getpass.getpass = ask
    click.termui.visible_prompt_func = click.termui.hidden_prompt_func = ask  # bound before


def _is_local(host: object) -> bool:
    if host is None or str(host) in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False
