"""One method for each rule of the grammar, called as the parser reduces it: tokens and
subtrees → a node of the surface tree. Imports the surface modules of reading only.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeAlias

from bnsym.latex import folding, scripts
from bnsym.latex.ast import (
    KINDS,
    Absolute,
    Inner,
    Node,
    Norm,
    Number,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Relation,
    Root,
    Symbol,
    Transpose,
)
from bnsym.latex.commands import INNER, NORM, SHOWN_BRACE
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import span
from bnsym.latex.scripts import Clause, Script

Places: TypeAlias = tuple[tuple[Clause, ...], Place]


def _place(token: Any) -> Place:
    return token.start_pos, token.end_pos


class Builder:
    """The children of a rule are tokens (of lark) and what the rules below it returned."""

    def start(self, children: list[Any]) -> Node:
        return children[0]  # type: ignore[no-any-return]

    def total(self, children: list[Any]) -> Node:
        start = children[0].at[0] if isinstance(children[0], KINDS) else children[0].start_pos
        signs = [-1 if child == "-" else 1 for child in children[:-1] if not isinstance(child, KINDS)]
        terms = [child for child in children if isinstance(child, KINDS)]
        signs = [1] * (len(terms) - len(signs)) + signs
        if len(terms) == 1 and signs == [1]:
            return children[-1]  # type: ignore[no-any-return]
        return Plus(tuple(terms), tuple(signs), (start, terms[-1].at[1]))

    def run(self, children: list[Any]) -> Node:
        items: list[folding.Item] = []
        operator = ""
        minus: Any = None
        for child in children:
            if isinstance(child, KINDS):
                items.append((operator, _negative(minus, child) if minus is not None else child))
                operator, minus = "", None
            elif child.type == "SIGN":
                minus = child
            else:
                operator = str(child)
        if items[-1][0] == "slash" and isinstance(items[-1][1], folding.BIG):
            raise ReadError("BN112", r"write `\frac`: how far does this denominator go?", items[-1][1].at)
        return folding.product(items)

    def big_sum(self, children: list[Any]) -> Node:
        sign, *limits, body = children
        if limits and not isinstance(limits[-1], tuple):
            if limits.pop() != "-":
                raise ReadError("BN112", "a plus sign directly after the sum's limits", body.at)
            body = Plus((body,), (-1,), body.at)
        return scripts.big_sum(_place(sign), limits, body)

    def big_max(self, children: list[Any]) -> Node:
        sign, limit, body = children
        return scripts.big_max(_place(sign), limit, body)

    def scripted(self, children: list[Any]) -> Node:
        node: Node = functools.reduce(scripts.scripted, children[1:], children[0])
        return node

    def sub(self, children: list[Any]) -> Script:
        clauses, at = children[1]
        return "_", clauses, (children[0].start_pos, at[1])

    def sup(self, children: list[Any]) -> Script:
        clauses, at = children[1]
        return "^", clauses, (children[0].start_pos, at[1])

    def prime(self, children: list[Any]) -> Script:
        return "^", ("'",), _place(children[0])

    def clauses(self, children: list[Any]) -> Places:
        # every other child is a brace or a comma
        return tuple(children[1::2]), (children[0].start_pos, children[-1].end_pos)

    def tight(self, children: list[Any]) -> Places:
        return (children[0],), children[0].at

    def tight_mark(self, children: list[Any]) -> Places:
        return (self.marked(children),), _place(children[0])

    def marked(self, children: list[Any]) -> Clause:
        return str(children[0])

    def relation(self, children: list[Any]) -> Node:
        left, sign, right = children
        return Relation(left, str(sign), right, span(left, right))

    def number(self, children: list[Any]) -> Node:
        return Number(Fraction(str(children[0])), _place(children[0]))

    def name(self, children: list[Any]) -> Node:
        return Symbol(str(children[0]), _place(children[0]))

    def accent(self, children: list[Any]) -> Node:
        sign, (node, end) = children
        return _accented(str(sign), node, (sign.start_pos, end))

    def fraction(self, children: list[Any]) -> Node:
        sign, (above, _), (below, end) = children
        return folding.fraction(above, below, (sign.start_pos, end))

    def styled(self, children: list[Any]) -> Node:
        sign, (node, end) = children
        return _styled(str(sign), node, (sign.start_pos, end))

    def derivative(self, children: list[Any]) -> Node:
        r"""`\\pdv{f}{x}`: with its signs, as it is written otherwise."""
        sign, (above, _), (below, end) = children
        mark = Symbol(str(sign), _place(sign))
        over, under = (Product((mark, one), ("", ""), span(mark, one)) for one in (above, below))
        return folding.fraction(over, under, (sign.start_pos, end))

    def braced(self, children: list[Any]) -> tuple[Node, int]:
        return children[1], children[2].end_pos

    def unbraced(self, children: list[Any]) -> tuple[Node, int]:
        return children[0], children[0].at[1]

    def root(self, children: list[Any]) -> Node:
        sign, (body, end) = children
        degree = str(sign)
        if not 2 <= int(degree) <= 12:
            raise ReadError("BN114", "only roots of degree 2 to 12 can be read", _place(sign))
        return Root(int(degree), body, (sign.start_pos, end))

    def group(self, children: list[Any]) -> Node:
        opener, body, closer = children
        if not folding.alone(body):
            hint = "braces don't show: put parentheses around what the script is for"
            at = (opener.start_pos, closer.end_pos)
            raise ReadError("BN112", "a script on a group of several things", at, hint)
        return body  # type: ignore[no-any-return]

    def bracketed(self, children: list[Any]) -> Node:
        opener, body, closer = children
        at = (opener.start_pos, closer.end_pos)
        if opener == INNER:
            raise ReadError("BN112", r"`\langle` needs two parts, with a comma between them", at)
        if opener in ("(", "[", SHOWN_BRACE):
            return Paren(body, at, str(opener)[-1])
        if isinstance(body, Relation):
            raise ReadError("BN112", "a relation sign inside a norm", body.at)
        return Norm(body, at) if opener == NORM else _absolute(body, at)

    def pair(self, children: list[Any]) -> Node:
        opener, left, comma, right, closer = children
        if opener == "(":
            return Inner(left, right, (opener.start_pos, closer.end_pos), round=True)
        if opener != INNER:
            hint = r"an entry is written `U_{i,k}` or `x_1 = …`, an inner product `\langle u, v\rangle`"
            raise ReadError("BN112", f"unexpected `,` inside `{opener}`", _place(comma), hint)
        return Inner(left, right, (opener.start_pos, closer.end_pos))


def _absolute(body: Node, at: Place) -> Node:
    if isinstance(body, Absolute) and body.at == (at[0] + 1, at[1] - 1):
        return Norm(body.body, at)  # `||x||`
    return Absolute(body, at)


def _negative(minus: Any, factor: Node) -> Node:
    """`\\cdot -\\frac12`: a factor with its own sign."""
    if minus != "-":
        raise ReadError("BN112", "a plus sign directly after a product sign", _place(minus))
    at = (minus.start_pos, factor.at[1])
    return Paren(Plus((factor,), (-1,), at), at)


def _styled(font: str, node: Node, at: Place) -> Node:
    """A font over more than a letter is that of the name in it: `\\mathbf{\\hat{x}_i}`."""
    match node:
        case Symbol(core) if "{" not in core:
            return replace(node, core=f"{font}{{{core}}}", at=at)
        case Power(Symbol() as base, exponent):
            return Power(_styled(font, base, at), exponent, at)
        case Transpose(Symbol() as base):
            return Transpose(_styled(font, base, at), at)
    raise ReadError("BN112", f"`{font}` needs one name: a letter or a word", at)


def _accented(accent: str, node: Node, at: Place) -> Node:
    match node:
        case Symbol():
            return replace(node, accents=(*node.accents, accent), at=at)
        case Power(Symbol() as base, exponent) if accent != "bar" or not isinstance(exponent, Number):
            return Power(replace(base, accents=(*base.accents, accent), at=at), exponent, at)
    hint = r"a mean is written `\operatorname{mean}(x^2)`" if accent == "bar" else ""
    raise ReadError("BN112", "an accent stands over one name only", node.at, hint)
