"""The graph of what rests on what as inline SVG, laid out when the report is made: a column for each
level, what is used to the left of what uses it. Colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from statistics import fmean

from bnsym.reporting.resting import Node
from bnsym.reporting.unicode import unicode_math
from bnsym.terms import reached

WIDTH, HEIGHT = 152, 30
GAP_X, GAP_Y, MARGIN = 44, 12, 14
TALLEST = 12
"""Nodes in one column; more go on in a column beside it."""
_LETTERS = 21


def graph(nodes: Sequence[Node], prefix: str) -> str:
    """The SVG; claims are links to `#prefix-name`. Nothing where nothing rests on anything."""
    if not any(node.uses for node in nodes):
        return ""
    columns = _columns(nodes)
    places = {
        key: (MARGIN + x * (WIDTH + GAP_X), MARGIN + y * (HEIGHT + GAP_Y))
        for x, column in enumerate(columns)
        for y, key in enumerate(column)
    }
    wide = len(columns) * (WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    high = max(map(len, columns)) * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    drawn = "".join([*_edges(nodes, places), *(_node(node, places[node.key], prefix) for node in nodes)])
    return (
        f'<svg class="graph" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="group"'
        f' aria-label="What rests on what; the list below says the same in words">{drawn}</svg>'
    )


def _columns(nodes: Sequence[Node]) -> list[list[str]]:
    """Levels, each ordered by where what it uses stands; tall ones in several columns."""
    levels = _levels(nodes)
    uses = {node.key: node.uses for node in nodes}
    columns: list[list[str]] = []
    height: dict[str, float] = {}
    for level in range(max(levels.values()) + 1):
        keys = [node.key for node in nodes if levels[node.key] == level]
        keys.sort(key=lambda key: fmean([height[u] for u in uses[key] if u in height] or [0.0]))
        height |= {key: number for number, key in enumerate(keys)}
        columns += [keys[start : start + TALLEST] for start in range(0, len(keys), TALLEST)]
    return columns


def _levels(nodes: Sequence[Node]) -> dict[str, int]:
    """One more than the highest level of what is used; what uses itself through others stops there."""
    uses = {node.key: node.uses for node in nodes}
    levels: dict[str, int] = {}
    for key in sorted(uses, key=lambda key: len(reached(uses[key], lambda use: uses.get(use, ())))):
        levels[key] = max((levels[use] + 1 for use in uses[key] if use in levels), default=0)
    return levels


def _edges(nodes: Sequence[Node], places: dict[str, tuple[int, int]]) -> Iterator[str]:
    for node in nodes:
        x, y = places[node.key]
        for use in node.uses:
            from_x, from_y = places[use][0] + WIDTH, places[use][1] + HEIGHT // 2
            bend = max(24, (x - from_x) // 2)
            to_y = y + HEIGHT // 2
            path = f"M{from_x} {from_y}C{from_x + bend} {from_y} {x - bend} {to_y} {x} {to_y}"
            yield f'<path class="edge" d="{path}"/>'


def _node(node: Node, place: tuple[int, int], prefix: str) -> str:
    x, y = place
    claim = node.key.startswith("claim ")
    text = node.latex if claim else unicode_math(node.latex)
    shown = text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
    drawn = (
        f'<g class="node {node.standing.name.lower()}"><title>{escape(text)}: {node.standing.value}</title>'
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="7"/>'
        f'<text x="{x + WIDTH // 2}" y="{y + 20}" text-anchor="middle">{escape(shown)}</text></g>'
    )
    return f'<a href="#{escape(prefix)}-{escape(node.latex)}">{drawn}</a>' if claim else drawn


def in_words(nodes: Sequence[Node]) -> Iterator[str]:
    """One list item for each claim: how it stands, and on what it rests."""
    shown = {n.key: n.latex if n.key.startswith("claim ") else unicode_math(n.latex) for n in nodes}
    for node in nodes:
        if node.key.startswith("claim "):
            rests = ", ".join(escape(shown[use]) for use in node.uses)
            on = f"; rests on {rests}" if rests else ""
            yield f"<li><b>{escape(node.latex)}</b>: {node.standing.value}{on}</li>"
