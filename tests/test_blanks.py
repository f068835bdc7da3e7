"""Long comments and blank stretches between the words of a note change nothing, and cost little."""

from __future__ import annotations

import re

import pytest

from bnsym.elaborate.blanks import read_condensed
from bnsym.elaborate.prose import read_prose, skeleton
from bnsym.source.opening import opened
from tests.test_document import is_linear

NOTE = r"""# Means

Let $\mu$ be the mean, and $m$ a number. We write $g$ for $\partial L / \partial y$.

With $\epsilon = 0$, we have

$$
\sum_i (x_i - \mu) = 0
$$

provided that $\gamma > 0$. Treat $\sigma$ as a constant:

$$
a = b
$$

This does not hold:

$$
a = c
$$
"""
STRETCHES = [
    " " * 100,
    "\n" + " " * 100,
    "<!-- " + "a word, or so. " * 20 + "-->",
    " " * 41 + "<!-- x -->" + " " * 41,
]


def told(text: str) -> list[str]:
    """What the sentences say, in the order of the note, its places as what stands there."""
    manuscript = opened(text, "note.md")

    def shown(value: object) -> str:
        said = re.sub(
            r"Slice\(start=(\d+), end=(\d+)\)", lambda m: f"<{text[int(m[1]) : int(m[2])]}>", repr(value)
        )
        return " ".join(re.sub(r"<!--.*?-->", " ", said).split())

    prose = read_condensed(manuscript.text, manuscript.found)
    return [shown(getattr(prose, name)) for name in ("roles", "pairs", "spoken", "conditions", "sayings")]


@pytest.mark.parametrize("stretch", STRETCHES)
def test_what_is_said_stands_wherever_the_blanks_are(stretch: str) -> None:
    words = [m.start() for m in re.finditer(r"(?<=[a-z$,]) (?=[a-z$])", NOTE) if not inside(NOTE, m.start())]
    assert len(words) > 20
    for at in words:
        text = NOTE[:at] + stretch + NOTE[at + 1 :]
        assert told(text) == told(NOTE), text


def inside(text: str, at: int) -> bool:
    """Whether a place is in a formula."""
    return text[:at].replace("$$", "").count("$") % 2 == 1


def test_without_blank_stretches_nothing_is_done() -> None:
    manuscript = opened(NOTE, "note.md")
    given = manuscript.text, manuscript.found
    assert read_condensed(*given) == read_prose(*given, skeleton(*given))


@pytest.mark.parametrize(
    "make", [lambda n: " " * n, lambda n: f"<!-- {'a ' * (n // 2)}-->", lambda n: "\t\n" * (n // 2)]
)
def test_a_long_stretch_takes_time_in_proportion(make) -> None:
    assert is_linear(lambda n: f"Let $a${make(n)}be a{make(n)}number, and $b${make(n)}is $c$.", 40_000)
