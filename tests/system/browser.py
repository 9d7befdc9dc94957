"""A headless Chromium, led over its DevTools protocol, that finds no way to anything but 127.0.0.1."""

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
from websockets.sync.client import ClientConnection, connect

from tests.support.programs import find_program
from tests.support.waiting import wait_until

START_SECONDS = 60
OPTIONS = (
    "--headless",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1000,2300",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-server=127.0.0.1:1",  # nobody listens there
    "--proxy-bypass-list=127.0.0.1",
)


class Page:
    """The one page of a browser, and everything that it asked for."""

    def __init__(self, connection: ClientConnection) -> None:
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self._connection = connection
        self._numbers = count(1)
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._call(f"{domain}.enable")

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)

    def run(self, script: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of an expression of JavaScript, evaluated in the page."""
        told = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait_for(self, selector: str) -> None:
        wait_until(lambda: self.run(f"document.querySelector({json.dumps(selector)}) !== null") is True, START_SECONDS)

    def click(self, selector: str) -> None:
        self.wait_for(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def text_of(self, selector: str) -> str:
        self.wait_for(selector)
        return str(self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    def save_picture(self, path: Path) -> None:
        """Save what is to be seen without scrolling."""
        told = self._call("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(told["data"]))

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=START_SECONDS))
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])
            self._note(message)

    def _note(self, event: dict[str, Any]) -> None:
        if event["method"] == "Network.requestWillBeSent":
            self.requested.append(event["params"]["request"]["url"])
        if event["method"] == "Log.entryAdded":
            self.complaints.append(event["params"]["entry"]["text"])
        if event["method"] == "Runtime.exceptionThrown":
            self.complaints.append(event["params"]["exceptionDetails"]["text"])


@contextmanager
def open_browser(folder: Path) -> Iterator[Page]:
    """A browser with nothing in it; its profile is in `folder`."""
    # As root, Chromium has no sandbox; it shows nothing here but our own page.
    options = [*OPTIONS, f"--user-data-dir={folder}/profile", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with (folder / "chromium.log").open("w") as log:
        process = subprocess.Popen([find_program("chromium"), *options, "about:blank"], stdout=log, stderr=log)
    try:
        with connect(
            debugger_of(folder / "profile", is_gone=lambda: process.poll() is not None), max_size=None
        ) as link:
            yield Page(link)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(START_SECONDS)


def debugger_of(profile: Path, *, is_gone: Callable[[], bool]) -> str:
    """Return the address of the page, for who leads it."""
    port_file = profile / "DevToolsActivePort"
    wait_until(lambda: (port_file.exists() and "\n" in port_file.read_text()) or is_gone(), START_SECONDS)
    port = port_file.read_text().splitlines()[0]
    targets = httpx2.get(f"http://127.0.0.1:{port}/json/list").json()
    return next(str(target["webSocketDebuggerUrl"]) for target in targets if target["type"] == "page")
