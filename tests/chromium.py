"""Chromium without a window, driven over a pipe by its own protocol: what a reader of the report sees.

Needs Debian's `chromium` and nothing else.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

FLAGS = (
    *(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-extensions",
    ),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-pipe", "about:blank"),
)


class Browser:
    """One page, and all that it has said."""

    def __init__(self, to: int, back: int) -> None:
        self.to, self.back = to, back
        self.number = 0
        self.buffer = b""
        self.session = ""
        self.events: list[dict[str, Any]] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self.session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            got = os.read(self.back, 1 << 16)
            if not got:
                raise RuntimeError("Chromium has gone away")
            self.buffer += got
        message, _, self.buffer = self.buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def open(self, page: Path | str) -> None:
        """A file, or an address."""
        self.events.clear()
        self("Page.navigate", url=page if isinstance(page, str) else page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def said(self, method: str) -> list[dict[str, Any]]:
        self("Runtime.evaluate", expression="0")  # whatever was said before it is in
        return [event["params"] for event in self.events if event.get("method") == method]

    def value(self, expression: str) -> Any:
        """Of a JavaScript expression; the page's own policy does not bind the driver."""
        result = self("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def wait(self, expression: str, seconds: float = 10) -> None:
        """Until a JavaScript expression is true."""
        until = monotonic() + seconds
        while not self.value(expression):
            assert monotonic() < until, f"not within {seconds} seconds: {expression}"
            sleep(0.05)

    def press(self, key: str, text: str = "") -> None:
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowRight": 39}
        key_event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key]}
        self("Input.dispatchKeyEvent", type="keyDown", text=text, **key_event)
        self("Input.dispatchKeyEvent", type="keyUp", **key_event)

    def shows(self, selector: str) -> int:
        """How many elements of this kind take up room."""
        count: int = self.value(
            f"[...document.querySelectorAll({json.dumps(selector)})].filter(e => e.checkVisibility()).length"
        )
        return count

    def media(self, *, scheme: str = "light", kind: str = "") -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self("Emulation.setEmulatedMedia", media=kind, features=features)

    def width(self, pixels: int) -> None:
        size = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 600}
        self("Emulation.setDeviceMetricsOverride", **size)


@contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """Chromium reads commands from descriptor 3 and answers on 4."""
    pairs = os.pipe(), os.pipe()
    theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (pairs[0][0], pairs[1][1])]
    command = ["bash", "-c", f'exec "$@" 3<&{theirs[0]} 4>&{theirs[1]}', "bash"]
    with subprocess.Popen(
        [*command, program, f"--user-data-dir={profile}", *FLAGS], pass_fds=theirs, stderr=subprocess.DEVNULL
    ) as process:
        for end in (pairs[0][0], pairs[1][1], *theirs):
            os.close(end)
        try:
            yield Browser(pairs[0][1], pairs[1][0])
        finally:
            os.close(pairs[0][1])
            process.terminate()
            process.wait()
            os.close(pairs[1][0])
