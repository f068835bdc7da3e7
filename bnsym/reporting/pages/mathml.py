r"""LaTeX as MathML, made while the report is written, so that the page needs neither network nor script.

latex2mathml does the work, and is not trusted: what it gives is parsed, and made again of the
elements and attributes that are listed here. What it can't do is shown as the source it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from bnsym.latex.commands import BY_SPELLING, FOREIGN, Kind, spellings
from bnsym.reporting.unicode import styled

LIMIT = 4000
"""Characters; longer formulas are shown as their source."""
_ELEMENTS = frozenset(
    "math mrow mi mn mo mtext ms mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable"
    " mtr mtd mstyle mpadded mphantom".split()
)
_ATTRIBUTES = frozenset(
    "display stretchy fence form accent minsize maxsize linethickness displaystyle lspace rspace"
    " width movablelimits symmetric".split()
)
_FENCES = frozenset("‖⟨⟩")
_DEFINES = "≔"
_COMMAND = re.compile(r"\\[A-Za-z]+")
_OTHERWISE = {
    word: entry.value if entry.value[0] == "\\" else entry.spellings[0]
    for word, entry in BY_SPELLING.items()
    if word in FOREIGN
} | dict.fromkeys(spellings(Kind.SPACE, Kind.WRAP), "")
"""What is set for a command that is no usual LaTeX; nothing for spacing and frames."""


@lru_cache(maxsize=4096)
def mathml(latex: str, *, display: bool = False) -> str:
    """`<math>…</math>`, or `<code>` with the source."""
    source = f"<code>{escape(latex)}</code>"
    if len(latex) > LIMIT:
        return source
    from latex2mathml.converter import convert

    try:
        plain = _COMMAND.sub(_otherwise, latex).replace(":=", _DEFINES)
        kept = _kept(ElementTree.fromstring(convert(plain, display="block" if display else "inline")))
    except (Exception, RecursionError):  # a formula that the library can't do is no reason to lose the report
        return source
    kept.set("display", "block" if display else "inline")
    kept.set("aria-label", latex)
    return ElementTree.tostring(kept, encoding="unicode")


def _otherwise(command: re.Match[str]) -> str:
    word = command[0]
    return f"{_OTHERWISE[word]} " if word in _OTHERWISE else word


def marked(text: str) -> str:
    """HTML of a sentence that has LaTeX between backticks."""
    parts = text.split("`")
    return "".join(mathml(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def _kept(element: ElementTree.Element) -> ElementTree.Element:
    """The same tree of known elements and attributes. Raises ValueError for an element that is not known, and
    for a command that the library leaves as it is."""
    name = element.tag.rpartition("}")[2]
    text = (element.text or "").strip()
    if name not in _ELEMENTS or _COMMAND.match(text):
        raise ValueError(f"<{name}> {text} is no mathematics")
    attributes = {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES}
    variant = element.get("mathvariant", "")
    if variant == "normal":  # the only one that browsers know
        attributes["mathvariant"] = variant
    kept = ElementTree.Element("mo" if text in _FENCES or text == _DEFINES else name, attributes)
    if text in _FENCES:
        kept.set("stretchy", "false")
        kept.set("lspace", "0")
        kept.set("rspace", "0")
    kept.text = "".join(styled(letter, variant) for letter in text)
    kept.extend(_kept(child) for child in element)
    return kept
