r"""LaTeX of one expression → surface tree, by recursive descent: a method for each rule below.

    expr     SIGN? product (SIGN product | SIGN DOTS SIGN product)*
    product  big | factor next* (JOIN? big)?        next  JOIN? factor | JOIN SIGN factor
    big      SUM script* SIGN? product | MAX script product
    factor   atom script*
    script   (SUB | SUP) limits | PRIME
    limits   LBRACE clause (COMMA clause)* RBRACE | simple | MARK
    clause   inside | MARK                          inside  expr (REL expr)?
    atom     simple | SQRT arg | LBRACE expr RBRACE | OPEN inside (COMMA inside)? CLOSE
    simple   NUMBER | NAME | (ACCENT | FONT) arg | (FRAC | DERIVATIVE) arg arg
    arg      LBRACE expr RBRACE | simple

A big operator takes the whole product that follows: it ends at the next + or -. The kinds of tokens are
those that `grouping` gives them. Fail closed: what these rules don't know is a ReadError with its exact
place. Imports the other modules of this room only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from bnsym.latex import folding, scripts
from bnsym.latex.ast import (
    Absolute,
    Inner,
    Listing,
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
    measure,
    placed,
    walk,
)
from bnsym.latex.commands import DOTS, INNER, NORM, PARTIAL, SHOWN_BRACE, Kind
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import span
from bnsym.latex.grouping import MAX_LEVELS, tokenize
from bnsym.latex.lexer import UNSEEN, Token, lex
from bnsym.latex.scripts import Clause, Script

_BIG = frozenset((Kind.SUM, Kind.MAX))
_SCRIPTS = frozenset((Kind.SUB, Kind.SUP, Kind.PRIME))
_SIMPLE = frozenset((Kind.NUMBER, Kind.NAME, Kind.ACCENT, Kind.FONT, Kind.FRAC, Kind.DERIVATIVE))
_FACTOR = _SIMPLE | {Kind.SQRT, Kind.LBRACE, Kind.OPEN}
_END = Kind.SPACE
"""No token of an expression is a space: what stands behind the last."""


@lru_cache(maxsize=1 << 15)
def parse(text: str, offset: int = 0) -> Node:
    """The surface tree of one expression; places count from `offset` before `text`. A note is read again at
    each edit, and for each change that may mend it: what is written as it was has the tree that it had."""
    try:
        return placed(_parsed(text), lambda at: (at[0] + offset, at[1] + offset))
    except ReadError as error:
        raise error.moved(offset) from None


@lru_cache(maxsize=1 << 15)
def _parsed(text: str) -> Node:
    if listed := _listing(text):
        return listed
    if tokens := tokenize(text):
        return parse_tokens(tokens)
    raise ReadError("BN112", "an expression is missing here", (0, len(text)))


def _listing(text: str) -> Listing | None:
    """The set that an expression is, in braces that show, with a comma, colon, dots or bar, or numbered."""
    shown = (token for token in lex(text) if token.kind not in UNSEEN)
    first = next(shown, None)
    if first is None or first.text != SHOWN_BRACE:
        return None
    ink = [first, *shown]
    depths = list(accumulate((t.kind is Kind.OPEN) - (t.kind is Kind.CLOSE) for t in ink))
    if 0 not in depths:
        return None
    end = depths.index(0)
    inside, numbered = ink[1:end], _spelling(ink[end + 1 :])
    bars = sum(token.kind is Kind.ABS for token in inside)
    parted = bars % 2 or any(token.kind is Kind.COMMA or token.text in (":", *DOTS) for token in inside)
    size = _COUNTED.fullmatch(numbered) if numbered else _DOTTED.fullmatch(_spelling(inside[:_FEW]))
    if not (size if numbered else parted):
        return None
    at = (ink[0].start, ink[-1].end)
    members = _spelling(inside[:_FEW]).split(",")
    count = (
        f"{len(members)}" if len({*members}) == len(members) and all(map(_MEMBER.fullmatch, members)) else ""
    )
    return Listing(_spelling(ink), size["size"] if size else count, at)


def _spelling(tokens: list[Token]) -> str:
    shown = (token.text for token in tokens if token.text not in "{}")
    return "".join("…" if text in DOTS else text for text in shown)


_FEW = 60
"""Tokens that a set may have whose last member says how many there are."""
_COUNTED = re.compile(r"_[a-z]=1\^(?P<size>[A-Za-z]|\d+)")
_DOTTED = re.compile(
    r"(?P<name>.+[_^](?P<open>\(?))1(?P<close>\)?),?(?:(?P=name)\d(?P=close),)*…+(?:,(?P=name))?"
    r"(?P<size>[A-Za-z]|\d+)(?P=close)"
)
_MEMBER = re.compile(r"\\?[A-Za-z]+(_[A-Za-z\d]+)?")


def parse_tokens(tokens: list[Token]) -> Node:
    parser = _Parser(tokens)
    node = parser.expression()
    parser.expect(_END, "the end of the formula")
    # a tower of marks needs no brackets; no tree is deeper than it has tokens
    if len(tokens) > MAX_LEVELS and measure(node)[1] > MAX_LEVELS:
        at = (tokens[0].start, tokens[-1].end)
        raise ReadError("BN113", f"the formula is nested more than {MAX_LEVELS} deep", at)
    for inner in walk(node):
        if isinstance(inner, Symbol) and inner.core == PARTIAL:
            raise ReadError("BN112", f"this `{PARTIAL}` belongs to no derivative", inner.at)
    return node


class _Parser:
    """One pass over the tokens of an expression."""

    def __init__(self, tokens: list[Token]) -> None:
        end = tokens[-1].end if tokens else 0
        self.tokens = [*tokens, Token(_END, "", end, end)]
        self.place = 0
        self.kind = self.tokens[0].kind
        """Of the next token."""

    def take(self) -> Token:
        token = self.tokens[self.place]
        if token.kind is not _END:
            self.place += 1
            self.kind = self.tokens[self.place].kind
        return token

    def expect(self, kind: Kind, wanted: str) -> Token:
        if self.kind is not kind:
            token = self.tokens[self.place]
            found = "the formula ends too early" if self.kind is _END else f"unexpected `{token.text}`"
            raise ReadError("BN112", f"{found}; expected {wanted}", token.at)
        return self.take()

    def expression(self) -> Node:
        signed = self.tokens[self.place] if self.kind is Kind.SIGN else None
        signs = [self._sign() if signed else 1]
        terms = [self.product()]
        while self.kind is Kind.SIGN:
            signs.append(self._sign())
            dots = self.take() if self.tokens[self.place].text in DOTS else None
            if dots is not None and self.expect(Kind.SIGN, "`+` and the last term").text != "+":
                raise ReadError("BN112", "a minus sign directly after the dots of a sum", dots.at)
            terms.append(self.product())
            if dots is not None:
                count, terms[-1] = scripts.dotted(terms, dots)
                if set(signs[-1 - count :]) != {1}:
                    raise ReadError("BN128", "the terms of a sum with dots have one sign", dots.at)
                del terms[-1 - count : -1], signs[-count:]
        if signs == [1]:
            return terms[0]
        start = signed.start if signed else terms[0].at[0]
        return Plus(tuple(terms), tuple(signs), (start, terms[-1].at[1]))

    def _sign(self) -> int:
        return -1 if self.take().text == "-" else 1

    def product(self) -> Node:
        if self.kind in _BIG:
            return self.big()
        items: list[folding.Item] = [("", self.factor())]
        while self.kind is Kind.JOIN or self.kind in _FACTOR or self.kind in _BIG:
            operator = self.take().text if self.kind is Kind.JOIN else ""
            if self.kind in _BIG:
                items.append((operator, self.big()))
                break
            minus = self.take() if operator and self.kind is Kind.SIGN else None
            factor = self.factor()
            items.append((operator, _negative(minus, factor) if minus is not None else factor))
        operator, last = items[-1]
        if operator == "slash" and isinstance(last, folding.BIG):
            raise ReadError("BN112", r"write `\frac`: how far does this denominator go?", last.at)
        return folding.product(items) if len(items) > 1 else last

    def big(self) -> Node:
        sign = self.take()
        if sign.kind is Kind.MAX:
            limit = self.script()
            return scripts.big_max(sign.at, limit, self.product())
        limits: list[Script] = []
        while self.kind in _SCRIPTS:
            limits.append(self.script())
        own = self._sign() if self.kind is Kind.SIGN else 0
        body = self.product()
        if own == 1:
            raise ReadError("BN112", "a plus sign directly after the sum's limits", body.at)
        return scripts.big_sum(sign.at, limits, Plus((body,), (-1,), body.at) if own else body)

    def factor(self) -> Node:
        node = self.atom()
        while self.kind in _SCRIPTS:
            node = scripts.scripted(node, self.script())
        return node

    def script(self) -> Script:
        if self.kind is Kind.PRIME:
            return "^", ("'",), self.take().at
        kind = self.kind
        token = self.take() if kind is Kind.SUP else self.expect(Kind.SUB, "a subscript")
        clauses, at = self.limits()
        return "^" if kind is Kind.SUP else "_", clauses, (token.start, at[1])

    def limits(self) -> tuple[tuple[Clause, ...], Place]:
        if self.kind is Kind.MARK:
            mark = self.take()
            return (mark.text,), mark.at
        if self.kind is not Kind.LBRACE:
            node = self.simple()
            return (node,), node.at
        opener, clauses = self.take(), self.clauses()
        return clauses, (opener.start, self.expect(Kind.RBRACE, "`}`").end)

    def clauses(self) -> tuple[Clause, ...]:
        found = [self.clause()]
        while self.kind is Kind.COMMA:
            self.take()
            found.append(self.clause())
        return tuple(found)

    def clause(self) -> Clause:
        if self.kind is Kind.MARK:
            return self.take().text
        found = self.inside()
        if isinstance(found, Relation) and self.kind is Kind.REL:  # `1 \le k \le n`
            sign, right = self.take(), self.expression()
            return Relation(found, sign.text, right, span(found, right))
        return found

    def inside(self) -> Node:
        left = self.expression()
        if self.kind is not Kind.REL:
            return left
        sign, right = self.take(), self.expression()
        return Relation(left, sign.text, right, span(left, right))

    def atom(self) -> Node:
        if self.kind is Kind.SQRT:
            return self.root()
        if self.kind is Kind.LBRACE:
            return self.group()
        return self.bracketed() if self.kind is Kind.OPEN else self.simple()

    def root(self) -> Node:
        sign = self.take()
        body, end = self.argument()
        if not 2 <= int(sign.text) <= 12:
            raise ReadError("BN114", "only roots of degree 2 to 12 can be read", sign.at)
        return Root(int(sign.text), body, (sign.start, end))

    def group(self) -> Node:
        opener, body = self.take(), self.expression()
        closer = self.expect(Kind.RBRACE, "`}`")
        if not folding.alone(body):
            hint = "braces don't show: put parentheses around what the script is for"
            at = (opener.start, closer.end)
            raise ReadError("BN112", "a script on a group of several things", at, hint)
        return body

    def bracketed(self) -> Node:
        opener, body = self.take(), self.inside()
        comma = self.take() if self.kind is Kind.COMMA else None
        second = self.inside() if comma is not None else None
        at = (opener.start, self.expect(Kind.CLOSE, "a closing bracket").end)
        if comma is not None and second is not None:
            return _pair(opener.text, body, comma, second, at)
        if opener.text == INNER:
            raise ReadError("BN112", r"`\langle` needs two parts, with a comma between them", at)
        if opener.text in ("(", "[", SHOWN_BRACE):
            return Paren(body, at, opener.text[-1])
        if isinstance(body, Relation):
            raise ReadError("BN112", "a relation sign inside a norm", body.at)
        return Norm(body, at) if opener.text == NORM else _absolute(body, at)

    def simple(self) -> Node:
        if self.kind not in _SIMPLE:
            self.expect(Kind.NAME, "a name, a number or an opening bracket")
        token = self.take()
        if token.kind is Kind.NAME:
            return Symbol(token.text, token.at)
        if token.kind is Kind.NUMBER:
            return Number(Fraction(token.text), token.at)
        node, end = self.argument()
        if token.kind in (Kind.ACCENT, Kind.FONT):
            mark = _accented if token.kind is Kind.ACCENT else _styled
            return mark(token.text, node, (token.start, end))
        below, end = self.argument()
        if token.kind is Kind.DERIVATIVE:  # `\pdv{f}{x}`: with its signs, as it is written otherwise
            sign = Symbol(token.text, token.at)
            node, below = (Product((sign, one), ("", ""), span(sign, one)) for one in (node, below))
        return folding.fraction(node, below, (token.start, end))

    def argument(self) -> tuple[Node, int]:
        """What a command is applied to, and where that ends."""
        if self.kind is not Kind.LBRACE:
            node = self.simple()
            return node, node.at[1]
        self.take()
        return self.expression(), self.expect(Kind.RBRACE, "`}`").end


def _pair(opener: str, left: Node, comma: Token, right: Node, at: Place) -> Node:
    if opener not in ("(", INNER):
        hint = r"an entry is written `U_{i,k}` or `x_1 = …`, an inner product `\langle u, v\rangle`"
        raise ReadError("BN112", f"unexpected `,` inside `{opener}`", comma.at, hint)
    return Inner(left, right, at, round=opener == "(")


def _absolute(body: Node, at: Place) -> Node:
    if isinstance(body, Absolute) and body.at == (at[0] + 1, at[1] - 1):
        return Norm(body.body, at)  # `||x||`
    return Absolute(body, at)


def _negative(minus: Token, factor: Node) -> Node:
    """`\\cdot -\\frac12`: a factor with its own sign."""
    if minus.text != "-":
        raise ReadError("BN112", "a plus sign directly after a product sign", minus.at)
    at = (minus.start, factor.at[1])
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
