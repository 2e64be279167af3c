"""A page in a real Chromium without a window, spoken to over its DevTools protocol."""

import asyncio
import json
import os
import shutil
import signal
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final

import aiohttp
import pytest

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
MISSING: Final = "there is no Chromium here; `make parts` installs Debian's, or says what to install"
BEGUN_WITHIN_SECS: Final = 60.0
TOLD_OF: Final = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed")
"""What counts as a complaint of the page."""


def chromium() -> str:
    """Return its command; without one the test is left out with a word on how to get it, and fails in CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is not None:
        return found
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(MISSING)
    pytest.skip(MISSING)


class Page:
    """One page.

    Attributes:
        complaints: what its console or its loading told, as the protocol has it.
        asked: the addresses it asked for.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.complaints: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self._socket = socket
        self._numbers = count(1)
        self._events: set[str] = set()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while (message := await self._message()).get("id") != number:
            pass
        assert "error" not in message, message
        result: dict[str, Any] = message["result"]
        return result

    async def _message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._socket.receive_str())
        method = message.get("method", "")
        self._events.add(method)
        if method in TOLD_OF:
            self.complaints.append(message)
        if method == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])
        return message

    async def open(self, address: str) -> None:
        """Load an address and wait until it is loaded."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        self._events.clear()
        await self.call("Page.navigate", url=address)
        while "Page.loadEventFired" not in self._events:
            await self._message()

    async def value(self, expression: str) -> Any:
        """Return what an expression comes to in the page."""
        told = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def resize(self, width: int, height: int = 900) -> None:
        """Show it on a screen of so many CSS pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    async def prefer(self, scheme: str) -> None:
        """Have the reader prefer `light` or `dark`."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.call("Emulation.setEmulatedMedia", features=features)

    async def shot(self) -> bytes:
        """Return what is seen, as a PNG."""
        return b64decode((await self.call("Page.captureScreenshot"))["data"])


@asynccontextmanager
async def page() -> AsyncIterator[Page]:
    """Open an empty page in a Chromium of its own, which ends with it."""
    # A socket of its own lies in there, whose path has room for 107 letters: too few for the folder of a test.
    with TemporaryDirectory(prefix="recon-", dir=gettempdir(), ignore_cleanup_errors=True) as folder:
        async with _begun(Path(folder)) as port, aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                targets = await answer.json()
            (target,) = [each for each in targets if each["type"] == "page"]
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Page(socket)


@asynccontextmanager
async def _begun(folder: Path) -> AsyncIterator[int]:
    """Start one with its files in a folder, and yield the port that it listens on."""
    process = await asyncio.create_subprocess_exec(
        *(chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        *("--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    try:
        yield await asyncio.wait_for(_port(folder / "DevToolsActivePort", process), BEGUN_WITHIN_SECS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    """Return the port that it chose, once it has told of it."""
    while not (lines := _lines(file)):
        assert process.returncode is None, f"Chromium ended with exit code {process.returncode}"
        await asyncio.sleep(0.02)
    return int(lines[0])


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.is_file() else []
