r"""A matrix written out, `H = \begin{pmatrix} h_{11} & \cdots & h_{1n} \\ … \end{pmatrix}`: it says how many
entries H has and how they are called, and claims nothing. Any other matrix is left to the parser. So is what
writes Kronecker's delta out by cases.

Works on text; imports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MATRIX = re.compile(
    r"\s*(?P<name>[^=&]+?)\s*=\s*(?:\\left\s*[(\[]\s*)?\\begin\s*\{(?P<kind>[bpvBV]?matrix|array)\}(?:\s*\{[lcr|\s]*\})?"
    r"(?P<body>.*)\\end\s*\{(?P=kind)\}(?:\s*\\right\s*[)\]])?[\s.,;]*",
    re.DOTALL,
)
_KRONECKER = re.compile(
    r"\\delta_\{([a-z]),?([a-z])\}=(?:\\left\\\{)?\\begin\{(cases|array)\}(?:\{[lcr]*\})?(.*?)\\end\{\3\}(?:\\right\.)?[.,;]?"
)
_WORDS = re.compile(
    r"\\(?:text|mbox|mathrm)\{,?(?:if|for|when|wenn|falls|für|si|se|pour|para|если|при|для|若|当|如果"
    r"|otherwise|else|sonst|sinon|altrimenti|иначе|其他|否则|其它|それ以外|그외)"
)
_DOTS = re.compile(r"[\s.…]*|\s*\\(?:[clvd]?dots|dotsc|ddots)\s*")
_BELOW = re.compile(r"_\s*(?:\{([^{}]*)\}|(\w))")


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """What a matrix written out says."""

    name: str
    entry: str
    """How its entries are called, without their indices."""
    sizes: tuple[str, str]
    """The labels of its last row and column."""


def is_kronecker(text: str) -> bool:
    """Whether the text says by cases what Kronecker's delta is, and no more."""
    match = _KRONECKER.fullmatch(_plain(text))
    rows = [row.split("&") for row in match[4].split("\\\\") if row] if match else []
    if match is None or [len(row) for row in rows] != [2, 2]:
        return False
    said = {value.strip(","): _WORDS.sub("", where).strip("}.,;").replace("}", "") for value, where in rows}
    pair = match[1], match[2]
    return said.get("1") == "=".join(pair) and said.get("0") in ("", r"\ne".join(pair), r"\neq".join(pair))


def written_out(text: str) -> WrittenOut | None:
    """What the text says, if it is a matrix whose entries are called as it is, in either case, each in its
    row and column."""
    match = _MATRIX.fullmatch(text)
    if match is None:
        return None
    rows = [row.split("&") for row in re.split(r"\\\\(?:\s*\[[^\]]*\])?", match["body"]) if row.strip()]
    cells = [(place, cell) for place, cell in _placed(rows) if not _DOTS.fullmatch(cell)]
    names = {_plain(_BELOW.sub("", cell)) for _, cell in cells}
    labels = [(place, found) for place, cell in cells if (found := _labels(cell))]
    if {_plain(match["name"]).lower()} != {name.lower() for name in names} or len(labels) < len(cells):
        return None
    counted = [{(place[k], label[k]) for place, label in labels} for k in (0, 1)]
    if len(names) > 1 or not all(_is_one_to_one(pairs) for pairs in counted):
        return None  # an entry in another's place
    return WrittenOut(match["name"], min(names), (max(counted[0])[1], max(counted[1])[1]))


def _placed(rows: list[list[str]]) -> Iterator[tuple[tuple[int, int], str]]:
    return (((i, j), cell) for i, row in enumerate(rows) for j, cell in enumerate(row))


def _is_one_to_one(pairs: set[tuple[int, str]]) -> bool:
    return len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _labels(cell: str) -> tuple[str, str] | None:
    """The two labels of `h_{1n}`, `h_{1,n}`; nothing for any other entry."""
    found = _BELOW.findall(cell)
    if len(found) != 1:
        return None
    text = _plain(found[0][0] or found[0][1])
    parts = text.split(",") if "," in text else list(text)
    return (parts[0], parts[1]) if len(parts) == 2 else None
