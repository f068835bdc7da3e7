"""Plain names for what a note writes in LaTeX: `\\hat{x}` is `xhat`, `∂f/∂y` is `grad_y`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from bnsym.terms import Name

_ACCENT = re.compile(r"\\(hat|tilde|bar|dot|vec|check)\s*\{([^{}]*)\}")
_GRADIENT = re.compile(r"^∂(?P<loss>.*)/∂(?P<output>.*) at the outputs$")
_UPPER = {"^{2}": "_squared", "^{*}": "_star", "^{\\prime}": "_prime", "'": "_prime"}
RESERVED = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if inline int"
    " long register restrict return short signed sizeof static struct switch typedef union unsigned void"
    " volatile while calloc free grid jnp main np pow prange range sqrt tl torch triton".split()
)
"""Words that emitted code uses for something else."""


def plain(name: Name) -> str:
    """An identifier that reads like the name."""
    if found := _GRADIENT.match(name):
        return f"grad_{plain(found['output'])}"
    for latex, word in _UPPER.items():
        name = name.replace(latex, word)
    while _ACCENT.search(name):
        name = _ACCENT.sub(r"\2\1", name)
    name = re.sub(r"\\(mathbf|mathcal|mathrm|operatorname|boldsymbol|text)\s*", "", name).replace("\\", "")
    word = re.sub(r"[\W_]+", "_", name, flags=re.ASCII).strip("_") or "value"
    word = f"v_{word}" if word[0].isdigit() else word
    return f"{word}_" if keyword.iskeyword(word) or word in RESERVED else word


def distinct(names: Iterable[Name]) -> dict[Name, str]:
    """A plain name for each, no two the same."""
    found: dict[Name, str] = {}
    for name in names:
        word, number = plain(name), 2
        while word in found.values():
            word, number = f"{plain(name)}_{number}", number + 1
        found[name] = word
    return found
