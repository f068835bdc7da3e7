"""The HTML report in a real browser: opened from disk, by keyboard, in the dark, narrow, on paper."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

import bnsym
from bnsym.reporting.pages.html import to_html
from tests.chromium import Browser
from tests.test_html import HOSTILE

ROOT = Path(bnsym.__file__).parent.parent
WIDE = r"\frac{\gamma}{m \sigma} \Big( m x_i - \sum_j x_j - \sum_k x_k + \sum_l x_l - \sum_n x_n \Big)"
NOTE = rf"""# A note

Some prose with $x_i$.

<!-- bnsym: define -->
$$
\mu = \frac{{1}}{{m}} \sum_i x_i
$$

<!-- bnsym: claim id=right -->
$$
\sum_i (x_i - \mu) = 0
$$

<!-- bnsym: refuted id=wrong reason="a sign" -->
$$
\sum_i (x_i + \mu) = 0
$$

<!-- bnsym: claim id=open -->
$$
\sum_i x_i = \nonsense
$$

<!-- bnsym: claim id=wide -->
$$
{WIDE} = {WIDE.replace("m x_i", "x_i m")}
$$
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page"), NOTE)


def written(folder: Path, text: str) -> Path:
    note = folder / "note.md"
    note.write_text(text, encoding="utf-8")
    html = folder / "report.html"
    html.write_text(to_html(bnsym.check(note, cross_examine=False)), encoding="utf-8")
    return html


@pytest.fixture(autouse=True)
def as_usual(chromium: Browser) -> None:
    chromium.media()
    chromium.width(1000)


def test_it_opens_from_disk_and_asks_for_nothing(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    asked = [event["request"]["url"] for event in chromium.said("Network.requestWillBeSent")]
    assert asked == [page.as_uri()]
    assert chromium.said("Log.entryAdded") == [], "the page's own policy has nothing to complain of"
    assert chromium.value("document.title") == f"{page.with_name('note.md')} · bnsym"
    assert chromium.value("getComputedStyle(document.querySelector('.formula')).borderRadius") == "10px"
    assert chromium.shows(".link math mfrac") > 0


def test_filters_and_facts_work_from_the_keyboard(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    assert chromium.shows(".link") == 4
    chromium.press("Tab")
    assert chromium.value("document.activeElement.id") == "show-all"
    assert chromium.value("getComputedStyle(document.activeElement.parentNode).outlineStyle") == "solid"
    chromium.press("ArrowRight")
    assert chromium.value("document.activeElement.id") == "show-proved"
    assert (chromium.shows(".link.proved"), chromium.shows(".link")) == (2, 2)
    assert chromium.shows(".definition, .prose p, .resting") == 0
    chromium.press("ArrowRight")
    assert (chromium.shows(".link.refuted"), chromium.shows(".link")) == (1, 1)
    chromium.press("Tab")
    assert chromium.value("document.activeElement.tagName") == "SUMMARY"
    assert chromium.shows(".link.refuted dl") == 0
    chromium.press("Enter", "\r")
    assert chromium.shows(".link.refuted dl") == 1
    assert chromium.shows(".link.refuted dt") >= 3


CONTRAST = """(() => {
  const light = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!c.endsWith(', 0)') && c !== 'transparent') return c;
    }
    return 'rgb(255, 255, 255)';
  };
  return Math.min(...[...document.querySelectorAll('h1, p, .mark, .name, label, dt, dd, .legend span, a')]
    .filter(e => e.checkVisibility())
    .map(e => {
      const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
      return (a + .05) / (b + .05);
    }));
})()"""
PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize(
    ("scheme", "kind", "paper"),
    [
        ("light", "", "rgb(251, 250, 247)"),
        ("dark", "", "rgb(21, 23, 27)"),
        ("light", "print", "rgb(255, 255, 255)"),
        ("dark", "print", "rgb(255, 255, 255)"),
    ],
)
def test_every_text_stands_out(chromium: Browser, page: Path, scheme: str, kind: str, paper: str) -> None:
    """WCAG AA asks for a contrast of 4.5."""
    chromium.open(page)
    chromium.media(scheme=scheme, kind=kind)
    assert chromium.value(PAPER) == paper
    assert chromium.value(CONTRAST) >= 4.5


@pytest.mark.parametrize("pixels", [320, 360, 700, 1600])
def test_no_width_makes_the_page_scroll_sideways(chromium: Browser, page: Path, pixels: int) -> None:
    chromium.width(pixels)
    chromium.open(page)
    chromium.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert chromium.value("document.documentElement.scrollWidth") <= pixels


def test_on_paper_stands_what_a_reader_would_open(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    chromium.media(kind="print")
    assert chromium.shows(".filters label") > 1, "how many links there are of each verdict"
    assert chromium.shows(".link.refuted dl") == 1
    assert chromium.shows(".link.proved dl") == 0
    assert chromium.shows(".graph") == 0
    assert chromium.shows(".resting li") > 0, "what rests on what, in words"
    pdf = base64.b64decode(chromium("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")


def test_a_hostile_note_stays_text(chromium: Browser, tmp_path: Path) -> None:
    html = written(tmp_path, HOSTILE)
    chromium.open(html)
    chromium.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    chromium.value(
        "document.querySelectorAll('a').forEach(a => a.dispatchEvent(new MouseEvent('mouseover')))"
    )
    asked = [event["request"]["url"] for event in chromium.said("Network.requestWillBeSent")]
    assert asked == [html.as_uri()]
    assert chromium.said("Page.javascriptDialogOpening") == []
    assert chromium.said("Log.entryAdded") == [], "nothing had to be blocked"
    assert chromium.value("document.querySelectorAll('script, img, iframe, object, b[onclick]').length") == 0
    assert (
        chromium.value("[...document.querySelectorAll('a')].some(a => a.protocol === 'javascript:')") is False
    )
    assert "<script>alert(1)</script>" in chromium.value("document.querySelector('main h1').textContent")
