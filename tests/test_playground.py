"""The playground in a real browser: the package itself, in WebAssembly, judges a note.

Of the folder that BNSYM_SITE names, as `.site/build` makes it; that takes npm, and half a minute.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import Any

import pytest

import bnsym
from tests.chromium import Browser

SITE = os.environ.get("BNSYM_SITE", "")
if not SITE:
    pytest.skip("BNSYM_SITE names no built site: .site/build runs this", allow_module_level=True)
pytestmark = pytest.mark.timeout(600)
LOADING = 240
"""Seconds for Python and SymPy, on a busy machine."""
REPORT = "document.getElementById('report')"
STATUS = "document.getElementById('status').textContent"
NOTE = r"""$$
\mu = \frac{1}{m} \sum_i x_i
$$

$$
\sum_i (x_i - \mu) = 0 = \frac{1}{m} \sum_i x_i^2 - \mu^2
$$
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{bnsym.__version__}/playground.html"
        server.shutdown()


@pytest.fixture
def page(chromium: Browser, address: str) -> Browser:
    chromium.open("about:blank")  # an address that differs by what follows # would open no page anew
    chromium.open(address)
    return chromium


def write(page: Browser, text: str, file: str = "note.md", limit: int = 400) -> None:
    for name, value in (("note", text), ("format", file), ("limit", limit)):
        page.value(f"document.getElementById('{name}').value = {json.dumps(value)}")


def press(page: Browser, button: str) -> None:
    page.value(f"document.getElementById('{button}').click()")


def judged(page: Browser) -> str:
    """The report's text, with repairs and evidence."""
    press(page, "check")
    page.wait(f"{REPORT}.dataset.whole === 'true' && !document.getElementById('check').disabled", LOADING)
    page.wait(f"{REPORT}.contentDocument?.querySelector('.filters') !== null")
    text: str = page.value(f"{REPORT}.contentDocument.body.textContent")
    return text


def links(page: Browser, verdict: str) -> int:
    count: int = page.value(f"{REPORT}.contentDocument.querySelectorAll('.link.{verdict}').length")
    return count


def test_one_true_and_one_false_link(page: Browser, address: str) -> None:
    write(page, NOTE)
    told = judged(page)
    assert (links(page, "proved"), links(page, "refuted")) == (1, 1)
    assert "explicit m = 2, 3, 4" in told
    assert page.value(STATUS) == "1 proved, 1 refuted. Not every link is true."
    assert "0 ≠ 1" in told
    assert page.value(f"{REPORT}.contentDocument.querySelector('dt + dd math') !== null")
    asked = [event["request"]["url"] for event in page.said("Network.requestWillBeSent")]
    home = address.rpartition("/")[0]
    assert [url for url in asked if not url.startswith((home, "about:", "data:"))] == []
    assert page.said("Log.entryAdded") == []
    assert page.said("Runtime.exceptionThrown") == []
    held = page.value(f"{REPORT}.contentDocument.documentElement.offsetHeight")
    assert page.value(f"{REPORT}.offsetHeight") >= held
    pressed = "dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))"
    page.value(f"{REPORT}.contentDocument.querySelector('a[href^=\"#\"] *').{pressed}")
    page.wait("scrollY > 0")
    assert links(page, "proved") == 1, "it is still the report"
    # Python is there by now; LaTeX, and what would like to be markup or a script
    write(
        page, "\\begin{document}<img src=x onerror=alert(1)>\\[ a + b = b + a \\]\\end{document}", "note.tex"
    )
    assert "<img src=x" in judged(page)
    assert links(page, "proved") == 1
    assert page.value(f"{REPORT}.contentDocument.images.length") == 0
    write(page, "$$\n" + "(" * 5000 + "a" + ")" * 5000 + " = a\n$$\n")
    judged(page)
    assert "1 unread" in page.value(STATUS)
    write(page, "no formula")
    judged(page)
    assert page.value(STATUS).startswith("BN006: nothing to check")


def test_the_page_stays_alive_and_stops(page: Browser) -> None:
    write(page, NOTE * 20)
    press(page, "check")
    page.wait(f"{STATUS}.includes('link ')", LOADING)
    started = monotonic()
    assert page.value("document.getElementById('check').disabled")
    assert monotonic() - started < 1
    press(page, "stop")
    assert page.value(STATUS).startswith("Stopped.")
    write(page, NOTE)
    judged(page)
    assert (links(page, "proved"), links(page, "refuted")) == (1, 1)


def test_it_ends_by_itself(page: Browser) -> None:
    write(page, NOTE * 20, limit=1)
    press(page, "check")
    page.wait(f"{STATUS}.startsWith('Stopped after 1 s.')", LOADING)
    assert not page.value("document.getElementById('check').disabled")


def test_a_link_holds_the_note(page: Browser, address: str) -> None:
    write(page, NOTE + "ε", "note.tex")
    press(page, "share")
    page.wait("location.hash.startsWith('#note.tex=')")
    shared = page.value("location.href")
    page.open("about:blank")
    page.open(shared)
    page.wait("document.getElementById('note').value.includes('ε')")
    assert page.value("document.getElementById('note').value") == NOTE + "ε"
    assert page.value("document.getElementById('format').value") == "note.tex"
    page.open("about:blank")
    page.open(f"{address}#note.md=AAAA")
    page.wait(f"{STATUS} === 'The link does not hold a whole note.'")


def test_examples_of_other_pages_are_judged_here(page: Browser, address: str) -> None:
    page.open(address.replace("playground.html", "codes.html"))
    page.wait("document.readyState === 'complete'")
    page.open(page.value("document.querySelector('#BN202').parentNode.querySelector('.try a').href"))
    page.wait("document.getElementById('note').value.startsWith('$$')")
    assert "BN202" in judged(page)


def test_an_example_is_loaded(page: Browser) -> None:
    page.value(
        "(e => { e.value = 'first-steps.md'; e.dispatchEvent(new Event('change')); })"
        "(document.getElementById('example'))"
    )
    page.wait("document.getElementById('note').value.includes('bnsym: refuted')")
