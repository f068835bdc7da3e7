r"""Tokens of one expression → tokens of the grammar in `parser`.

What TeX does before any grammar applies is done here: braces that only group are invisible and
dropped, `\frac12` takes single digits, `{a \over b}` is a fraction, equal-looking bars are told apart into
opening and closing, nesting is measured. Imports `commands`, `lexer` and `errors` only.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from bnsym.latex.commands import BY_SPELLING, CLOSERS, DOTS, KNOWN, MAXIMUM, MEMBER, SIGMA, WORD, Kind
from bnsym.latex.errors import ReadError
from bnsym.latex.lexer import UNSEEN, Token, lex

MAX_DEPTH = 60
"""Deeper formulas are refused: every reader of the tree recurses on it."""
MAX_LEVELS = 200
"""A tree that marks or aliases make deeper than this is refused."""
MAX_TOKENS = 20_000
MAX_DIGITS = 60
LETTERS = 4
"""So many letters in a row are a word."""
OPENS = (Kind.OPEN, Kind.LBRACE)
CLOSES = (Kind.CLOSE, Kind.RBRACE)
_PASSED = UNSEEN | {Kind.WIDE, Kind.ALIGN, Kind.WRAP}
_ARGUMENTS = {
    Kind.FRAC: 2,
    Kind.DERIVATIVE: 2,
    Kind.SQRT: 1,
    Kind.ACCENT: 1,
    Kind.FONT: 1,
    Kind.SUB: 1,
    Kind.SUP: 1,
}
_SCRIPTS = (Kind.SUB, Kind.SUP)
_CARRIED = (*_SCRIPTS, Kind.PRIME)
_GRAMMAR = frozenset(
    (
        *(Kind.SIGN, Kind.JOIN, Kind.SUM, Kind.MAX, Kind.PRIME, Kind.MARK, Kind.COMMA, Kind.REL),
        *(Kind.NUMBER, Kind.NAME, Kind.OPEN, Kind.CLOSE, Kind.LBRACE, Kind.RBRACE, Kind.NORM),
        *(Kind.ABS, Kind.OVER, Kind.SILENT),
        *_ARGUMENTS,
    )
)
"""The kinds that the grammar knows, by their names, or that are made into these here."""
_OPERANDS = (Kind.NUMBER, Kind.NAME, Kind.MARK, Kind.PRIME, *CLOSES)


def tokenize(text: str) -> list[Token]:
    """The tokens of one expression, its delimiters known to match.

    Raises BN111, BN112, BN113 or BN128 with the offset in `text`."""
    tokens = _Structure(_of_two(_known(text))).run()
    _refuse_words(tokens)
    for token, following in pairwise([*tokens, Token(Kind.SPACE, "", 0, 0)]):
        if token.kind is Kind.MAX and following.kind is not Kind.SUB:
            hint = r"that is `\max_{\Vert X \Vert_2 \le \lambda}`; any other needs a name of its own"
            raise ReadError("BN128", "only a maximum over a ball of matrices is read", token.at, hint)
    return tokens


def _of_two(tokens: list[Token]) -> list[Token]:
    r"""`\max(` is a name, which `\max_` is not."""
    after = [*tokens[1:], Token(Kind.SPACE, "", 0, 0)]
    return [
        one._replace(kind=Kind.NAME, text=MAXIMUM) if one.kind is Kind.MAX and two.text == "(" else one
        for one, two in zip(tokens, after, strict=False)
    ]


def _known(text: str) -> list[Token]:
    found: list[Token] = []
    for token in lex(text):
        if token.kind in _PASSED or (token.text in (".", ";") and not text[token.end :].strip(" \n\t.,;")):
            continue  # the full stop after a formula
        goes_on = token.text in DOTS and bool(found) and found[-1].text == "+"
        found.append(token if goes_on else _meant(token))
        if len(found) > MAX_TOKENS:
            raise ReadError("BN113", f"the formula has more than {MAX_TOKENS} signs", (0, len(text)))
    while found and found[-1].kind is Kind.COMMA:
        found.pop()
    return _fractions(_limits(found))


def _meant(token: Token) -> Token:
    """The token, if it has a meaning inside an expression. Raises ReadError."""
    kind, word = token.kind, token.text
    if kind is Kind.NUMBER and len(word) > MAX_DIGITS:
        raise ReadError("BN112", f"a number of more than {MAX_DIGITS} digits", token.at)
    if kind is Kind.TEXT:
        command, _, inside = word.partition("{")
        named = next(lex(f"{WORD}{inside}"))
        if named.kind is not Kind.NAME or inside[:1] == "\\":
            raise ReadError("BN112", f"`{command.strip()}` needs one name here: a letter or a word", token.at)
        text = BY_SPELLING[command.strip()].value + named.text[len(WORD) - 1 :]
        return token._replace(kind=Kind.NAME, text=text)
    if kind is Kind.SILENT and word != MEMBER:
        raise ReadError("BN128", f"this relation (`{word}`) has no meaning here", token.at)
    if kind in _GRAMMAR:
        return token._replace(kind=Kind.REL) if kind is Kind.SILENT else token
    raise _unknown(token)


def _unknown(token: Token) -> ReadError:
    word = token.text
    entry = BY_SPELLING.get(word)
    if entry is not None and entry.kind in (Kind.REFUSED, Kind.OPERATOR):
        message = f"{entry.says} (`{word}`) has no meaning here yet"
        return ReadError("BN128", message, token.at, entry.instead)
    if token.kind in (Kind.BEGIN, Kind.END):
        hint = _CASES if word.endswith("cases") else _ENTRIES if word.endswith(("matrix", "array")) else ""
        return ReadError("BN128", f"`{word}` inside an expression is not read", token.at, hint)
    if word.isalpha():
        hint = (
            r"write `\sqrt{…}`" if word == "sqrt" else r"`\operatorname{mean}`, `sum` and `var` can be read"
        )
        return ReadError("BN128", f"the function `{word}` has no meaning here", token.at, hint)
    if word in (r"\begin", r"\end"):
        return ReadError("BN112", f"`{word}` stands here without the name of an environment", token.at)
    if word[:1] != "\\" or entry is not None:
        return ReadError("BN112", f"`{word}` has no meaning in a formula", token.at)
    return ReadError("BN111", f"`{word}` is not a known command", token.at, _meant_by(word))


@lru_cache(1000)
def _meant_by(word: str) -> str:
    close = difflib.get_close_matches(word[1:], sorted(KNOWN), 1)
    return rf"did you mean `\{close[0]}`?" if close else ""


_CASES = r"write each case as a formula of its own, with its condition: `a = 1 \quad \text{if } x > 0`"
_ENTRIES = "give the array a name, and its entries formulas: `A_{ij} = …`, `x_1 = …`"


def _limits(tokens: list[Token]) -> list[Token]:
    r"""Without empty scripts (`m^{}`); a `\Sigma` with a relation in its limits is a sum."""
    found: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        following = tokens[position + 1 : position + 3] if token.kind in _SCRIPTS else ()
        if [one.kind for one in following] == [Kind.LBRACE, Kind.RBRACE]:
            position += 3
            continue
        if token.text == SIGMA and _has_limits(tokens, position + 1):
            token = token._replace(kind=Kind.SUM)
        found.append(token)
        position += 1
    return found


def _has_limits(tokens: list[Token], position: int) -> bool:
    """Whether a relation stands in the scripts that begin here."""
    depth = 0
    for before, token in zip(tokens[position - 1 :], tokens[position:], strict=False):
        if depth == 0 and not (token.kind in _SCRIPTS or before.kind in _SCRIPTS):
            return False
        depth += (token.kind is Kind.LBRACE) - (token.kind is Kind.RBRACE)
        if depth == 1 and token.text in ("=", MEMBER):
            return True
    return False


def _fractions(tokens: list[Token]) -> list[Token]:
    r"""`{a \over b}` as `{\frac{a}{b}}`; without a group around it, it parts all of the expression."""
    if all(token.kind is not Kind.OVER for token in tokens):
        return tokens
    first, last = tokens[0].start, tokens[-1].end
    inside = [Token(Kind.LBRACE, "{", first, first), *tokens, Token(Kind.RBRACE, "}", last, last)]
    parted, opened = set(), []
    closing: dict[int, int] = {}
    for place, token in enumerate(inside):
        if token.kind is Kind.LBRACE:
            opened.append(place)
        elif token.kind is Kind.RBRACE and opened:
            closing[opened.pop()] = place
        elif token.kind is Kind.OVER and opened:
            if opened[-1] in parted:
                raise ReadError("BN112", f"a second `{token.text}` in one group", token.at)
            parted.add(opened[-1])
    closed = {closing[place] for place in parted if place in closing}
    return [
        new for place, token in enumerate(inside) for new in _parted(token, place in parted, place in closed)
    ]


def _parted(token: Token, opens: bool, closes: bool) -> Sequence[Token]:
    start, end = token.at
    brace, unbrace = Token(Kind.LBRACE, "{", end, end), Token(Kind.RBRACE, "}", start, start)
    if opens:
        return token, Token(Kind.FRAC, "", end, end), brace
    if token.kind is Kind.OVER:
        return unbrace, brace
    return (unbrace, token) if closes else (token,)


def _refuse_words(tokens: list[Token]) -> None:
    """Four letters and more without a space, outside scripts: a word, which TeX takes for a product."""
    scripts: list[bool] = [False]
    word: list[Token] = []
    edge = Token(Kind.SPACE, "", 0, 0)
    for before, token in pairwise([edge, *tokens, edge]):
        if token.kind is Kind.LBRACE:
            scripts.append(scripts[-1] or before.kind in _SCRIPTS)
        elif token.kind is Kind.RBRACE:
            scripts.pop()
        letter = token.kind is Kind.NAME and len(token.text) == 1 and token.text.isalpha() and not scripts[-1]
        if letter and word and word[-1].end == token.start:
            word.append(token)
            continue
        if len(word) >= LETTERS:
            text = "".join(t.text for t in word)
            hint = rf"write `\mathrm{{{text}}}` for a name, and spaces in a product; a program is no formula"
            at = (word[0].start, word[-1].end)
            raise ReadError("BN112", f"`{text}` would be a product of its letters", at, hint)
        word = [token] if letter else []


class _Structure:
    """One pass over the tokens with a stack of what is open."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.out: list[Token] = []
        self.open: list[tuple[Token, int]] = []
        """What is open, and how many arguments are still wanted around it."""
        self.wanted = 0
        """Arguments that the command before still wants."""
        self.weight = [0]
        """Per level, operators that nest without delimiters since the last + or -."""

    def run(self) -> list[Token]:
        invisible = self._invisible_braces()
        for position, token in enumerate(self.tokens):
            if position not in invisible:
                self._take(token._replace(kind=Kind.MARK) if self._is_label(position) else token)
        if self.open:
            token = self.open[-1][0]
            raise ReadError("BN112", f"this `{token.text}` is never closed", token.at)
        return self.out

    def _is_label(self, position: int) -> bool:
        """Whether a sign is all of a subscript: `E_+`, `E_{-}`."""
        if self.tokens[position].kind is not Kind.SIGN or position == 0:
            return False
        around = [token.kind for token in self.tokens[max(0, position - 2) : position + 2]]
        return self.tokens[position - 1].kind is Kind.SUB or around == [
            Kind.SUB,
            Kind.LBRACE,
            Kind.SIGN,
            Kind.RBRACE,
        ]

    def _invisible_braces(self) -> set[int]:
        """Positions of braces that neither delimit an argument nor carry a script."""
        pairs: list[tuple[int, bool]] = []
        dropped: set[int] = set()
        wanted: list[int] = [0]
        for position, token in enumerate(self.tokens):
            following = self.tokens[position + 1] if position + 1 < len(self.tokens) else None
            if token.kind is Kind.LBRACE:
                pairs.append((position, wanted[-1] > 0))
                wanted[-1] = max(0, wanted[-1] - 1)
                wanted.append(0)
            elif token.kind is Kind.RBRACE and pairs:
                start, argument = pairs.pop()
                wanted.pop()
                if not argument and not (following is not None and following.kind in _CARRIED):
                    dropped |= {start, position}
            elif token.kind in _ARGUMENTS:
                wanted[-1] = max(0, wanted[-1] - 1) + _ARGUMENTS[token.kind]
            else:
                taken = len(token.text) if token.kind is Kind.NUMBER else 1  # `\frac12` takes two
                wanted[-1] = max(0, wanted[-1] - taken)
        return dropped

    def _take(self, token: Token) -> None:
        if token.kind in (Kind.NORM, Kind.ABS):
            token = self._bar(token)
        if token.text == "star" and self._in_script():
            token = token._replace(kind=Kind.MARK, text="*")
        kind = token.kind
        if kind is Kind.NUMBER and self.wanted:
            self._digits(token)
            return
        if kind in OPENS:
            self._opening(token)
        elif kind in CLOSES:
            self._closing(token)
        elif kind in _ARGUMENTS:
            self.wanted = max(0, self.wanted - 1) + _ARGUMENTS[kind]
            self._nest(token, 1 if kind not in _SCRIPTS else 0)
        elif kind in (Kind.SUM, Kind.MAX):
            self._nest(token, 1)
        else:
            self.wanted = max(0, self.wanted - 1)
            if kind in (Kind.SIGN, Kind.COMMA, Kind.REL):
                self.weight[-1] = 0
        self.out.append(token)

    def _digits(self, token: Token) -> None:
        r"""TeX gives an unbraced command one digit; `\frac12` is the only longer one that is read."""
        if len(token.text) == 1:
            self.wanted -= 1
            self.out.append(token)
        elif len(token.text) == 2 and self.wanted == 2 and token.text.isdigit():
            self.wanted = 0
            middle = token.start + 1
            self.out.append(Token(Kind.NUMBER, token.text[0], token.start, middle))
            self.out.append(Token(Kind.NUMBER, token.text[1], middle, token.end))
        else:
            hint = f"write `{{{token.text}}}`"
            message = f"only the first digit of `{token.text}` would belong here"
            raise ReadError("BN112", message, token.at, hint)

    def _opening(self, token: Token) -> None:
        self.open.append((token, max(0, self.wanted - 1)))
        self.wanted = 0
        self.weight.append(0)
        self._nest(token, 0)

    def _closing(self, token: Token) -> None:
        if not self.open:
            raise ReadError("BN112", f"nothing opens this `{token.text}`", token.at)
        opener, self.wanted = self.open.pop()
        self.weight.pop()
        if CLOSERS[opener.text] != token.text:
            raise ReadError("BN112", f"`{opener.text}` is closed by `{token.text}`", token.at)

    def _nest(self, token: Token, weight: int) -> None:
        self.weight[-1] += weight
        if len(self.open) + sum(self.weight) > MAX_DEPTH:
            raise ReadError("BN113", f"the formula is nested more than {MAX_DEPTH} deep", token.at)

    def _bar(self, token: Token) -> Token:
        """A bar closes where one of its kind is open innermost and an operand stands before it."""
        opened = bool(self.open) and self.open[-1][0].text == token.text
        closes = opened and bool(self.out) and self.out[-1].kind in _OPERANDS
        return token._replace(kind=Kind.CLOSE if closes else Kind.OPEN)

    def _in_script(self) -> bool:
        """Whether a star here is the mark of `W^*` or `W^{*}`, not a product."""
        before = [token.kind for token in self.out[-2:]]
        return before[-1:] in ([Kind.SUP], [Kind.SUB]) or (
            before[:1] in ([Kind.SUP], [Kind.SUB]) and before[1:] == [Kind.LBRACE]
        )
