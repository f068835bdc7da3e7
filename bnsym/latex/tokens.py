r"""Text → tokens of the grammar `grammar.lark`: the whitelist of commands and the delimiters.

What TeX does before any grammar applies is done here: braces that only group are
invisible and dropped, `\frac12` takes single digits, equal-looking bars are told apart
into opening and closing, nesting is measured. Imports `errors` and names of `folding` only.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from itertools import pairwise

from bnsym.latex.errors import ReadError
from bnsym.latex.folding import BUILT_IN

MAX_DEPTH = 60
MAX_LEVELS = 200
"""A tree that marks or aliases make deeper than this is refused."""
"""Deeper formulas are refused: every reader of the tree recurses on it."""
MAX_TOKENS = 20_000
MAX_DIGITS = 60
WORD = 4
"""So many letters in a row are a word."""

GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi"
    " varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
).split()
FONTS = (
    "mathcal mathbf mathrm mathbb mathsf mathit mathfrak mathscr boldsymbol bm text textrm textbf"
    " operatorname"
).split()
_ONE_FONT = {
    **dict.fromkeys(("text", "textrm", "operatorname"), "mathrm"),
    **dict.fromkeys(("boldsymbol", "bm", "textbf"), "mathbf"),
}
"""One spelling for the fonts that say the same of a name: a word, a bold letter."""
ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "overline": "bar",
    "tilde": "tilde",
    "widetilde": "tilde",
    "dot": "dot",
    "vec": "vec",
    "check": "check",
}
COMMANDS = {
    "frac": "FRAC",
    "dfrac": "FRAC",
    "tfrac": "FRAC",
    "sqrt": "SQRT",
    "sum": "SUM",
    "max": "MAX",
    "nabla": "NAME",
    "partial": "NAME",
    "cdot": "CDOT",
    "times": "CDOT",
    "odot": "ODOT",
    "circ": "ODOT",
    "otimes": "ODOT",
    "in": "REL",
    "ast": "STAR",
    "top": "MARK",
    "intercal": "MARK",
    "prime": "MARK",
    "langle": "LANGLE",
    "rangle": "RANGLE",
    "lbrace": "LCURLY",
    "rbrace": "RCURLY",
    "{": "LCURLY",
    "}": "RCURLY",
    "lbrack": "LBRACK",
    "rbrack": "RBRACK",
    "Vert": "NORM",
    "|": "NORM",
    "parallel": "NORM",
    "lVert": "NORM",
    "rVert": "NORM",
    "vert": "ABS",
    "lvert": "ABS",
    "rvert": "ABS",
    "mid": "ABS",
    "le": "REL",
    "leq": "REL",
    "leqslant": "REL",
    "ge": "REL",
    "geq": "REL",
    "geqslant": "REL",
    "ne": "REL",
    "neq": "REL",
    "lt": "REL",
    "gt": "REL",
    "equiv": "REL",
}
RELATIONS = {
    "=": "=",
    "==": "=",
    r"\equiv": "=",
    r"\le": r"\le",
    r"\leq": r"\le",
    r"\leqslant": r"\le",
    "<": "<",
    r"\lt": "<",
    r"\ge": r"\ge",
    r"\geq": r"\ge",
    r"\geqslant": r"\ge",
    ">": ">",
    r"\gt": ">",
    r"\ne": r"\ne",
    r"\neq": r"\ne",
    "!=": r"\ne",
}
INVISIBLE = (
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm limits"
    " nolimits displaystyle textstyle quad qquad , ; : ! > boxed mathstrut thinspace"
).split()
KNOWN = frozenset((*GREEK, *FONTS, *ACCENTS, *COMMANDS, *INVISIBLE))
"""Commands that have a meaning here, or none that matters; without the backslash."""
UNSUPPORTED = {
    **dict.fromkeys(
        ("exp", "log", "ln", "sin", "cos", "tan", "tanh", "det", "min", "arg", "sup", "inf", "lim"),
        "this function",
    ),
    **dict.fromkeys(("prod", "int", "oint", "bigcup"), "this operator"),
    **dict.fromkeys(("notin", "subset", "to", "infty", "pm", "mp", "dots", "ldots", "cdots"), "this sign"),
    **dict.fromkeys(
        ("approx", "propto", "sim", "simeq", "cong", "ll", "gg", "Rightarrow", "implies"), "this relation"
    ),
}
SINGLE = {
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "/": "SLASH",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LBRACK",
    "]": "RBRACK",
    "{": "LBRACE",
    "}": "RBRACE",
    "^": "SUP",
    "_": "SUB",
    "'": "PRIME",
    ",": "COMMA",
    "|": "ABS",
    "=": "REL",
    "<": "REL",
    ">": "REL",
}
CLOSERS = {
    "LPAR": "RPAR",
    "LBRACK": "RBRACK",
    "LBRACE": "RBRACE",
    "LCURLY": "RCURLY",
    "LANGLE": "RANGLE",
    "LNORM": "RNORM",
    "LABS": "RABS",
}
ENDS_OPERAND = {
    "NUMBER",
    "NAME",
    "MARK",
    "PRIME",
    "RPAR",
    "RBRACK",
    "RBRACE",
    "RCURLY",
    "RANGLE",
    "RNORM",
    "RABS",
}

TERMINALS = {
    **dict.fromkeys(("PLUS", "MINUS"), "SIGN"),
    **dict.fromkeys(("CDOT", "STAR", "ODOT", "SLASH"), "JOIN"),
    **dict.fromkeys(("LPAR", "LBRACK", "LCURLY", "LANGLE", "LNORM", "LABS"), "OPEN"),
    **dict.fromkeys(("RPAR", "RBRACK", "RCURLY", "RANGLE", "RNORM", "RABS"), "CLOSE"),
}
"""The grammar's name for kinds of tokens that it need not tell apart; all others are named alike."""

_LEX = re.compile(
    r"(?P<space>[\s&~]+|\\[ \n\t])"
    r"|(?P<root>\\sqrt\s*\[\s*\d{1,3}\s*\])"
    r"|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<command>\\(?:[A-Za-z]+|.))"
    r"|(?P<call>(?<![A-Za-z])(?:(?:[Mm]ean|avg|[Ss]um|[Vv]ar|diag|[Tt]r|std|sqrt|exp|log|ln|max|min|tanh?)"
    r"(?=\s*(?:\\(?:left|[bB]igg?l?)\s*)?[(\[])|E(?=\s*(?:\\(?:left|[bB]igg?l?)\s*)?\[)))"
    r"|(?P<rel>==|!=)|(?P<letter>[A-Za-z])|(?P<other>.)",
    re.DOTALL,
)
_FONT_ARGUMENT = re.compile(
    r"\s*(?:\{\s*(\\?[A-Za-z0-9](?:[A-Za-z0-9.-]|\\?_)*)\s*\}|(\\[A-Za-z]+|[A-Za-z0-9]))"
)


@dataclass(frozen=True, slots=True)
class Tok:
    kind: str
    text: str
    start: int
    end: int

    @property
    def at(self) -> tuple[int, int]:
        return self.start, self.end


def tokenize(text: str) -> list[Tok]:
    """The tokens of one expression, its delimiters known to match.

    Raises BN111, BN112, BN113 or BN128 with the offset in `text`."""
    tokens = _Structure(_scan(text), len(text)).run()
    _refuse_words(tokens)
    return tokens


def _scan(text: str) -> list[Tok]:
    found: list[Tok] = []
    position = 0
    while position < len(text):
        match = _LEX.match(text, position)
        if match is None:  # cannot happen: `other` takes any character
            raise ReadError("BN112", "this character is not known", (position, position + 1))
        position = match.end()
        token = _token(match, text)
        if token is not None:
            position = token.end
            found.append(token)
        if len(found) > MAX_TOKENS:
            raise ReadError("BN113", f"the formula has more than {MAX_TOKENS} signs", (0, len(text)))
    while found and found[-1].kind == "COMMA":
        found.pop()
    return found


def _refuse_words(tokens: list[Tok]) -> None:
    """Four letters and more without a space, outside scripts: a word, which TeX takes for a product."""
    scripts: list[bool] = [False]
    word: list[Tok] = []
    for before, token in pairwise([Tok("", "", 0, 0), *tokens, Tok("", "", 0, 0)]):
        if token.kind == "LBRACE":
            scripts.append(scripts[-1] or before.kind in ("SUB", "SUP"))
        elif token.kind == "RBRACE":
            scripts.pop()
        letter = len(token.text) == 1 and token.text.isalpha() and token.kind == "NAME" and not scripts[-1]
        if letter and word and word[-1].end == token.start:
            word.append(token)
            continue
        if len(word) >= WORD:
            text = "".join(t.text for t in word)
            hint = rf"write `\mathrm{{{text}}}` for a name, and spaces in a product; a program is no formula"
            raise ReadError(
                "BN112", f"`{text}` would be a product of its letters", (word[0].start, word[-1].end), hint
            )
        word = [token] if letter else []


def _token(match: re.Match[str], text: str) -> Tok | None:
    kind, word, start, end = match.lastgroup, match.group(), match.start(), match.end()
    match kind:
        case "space":
            return None
        case "number":
            if len(word) > MAX_DIGITS:
                raise ReadError("BN112", f"a number of more than {MAX_DIGITS} digits", (start, end))
            return Tok("NUMBER", word, start, end)
        case "root":
            return Tok("SQRT", re.sub(r"[\s\[\]]", "", word), start, end)
        case "call":
            return _call(word, start, end)
        case "letter":
            return Tok("NAME", word, start, end)
        case "rel":
            return Tok("REL", RELATIONS[word], start, end)
        case "command":
            return _command(word, text, start, end)
    if word in ".;" and not text[end:].strip(" \n\t.,;"):
        return None  # the full stop after a formula
    if word in SINGLE:
        return Tok(SINGLE[word], RELATIONS.get(word, word), start, end)
    raise ReadError("BN112", f"`{word}` has no meaning in a formula", (start, end))


def _call(word: str, start: int, end: int) -> Tok:
    """A word before a parenthesis, written as in a program: not a product of its letters."""
    if word in BUILT_IN:
        return Tok("NAME", rf"\mathrm{{{word}}}", start, end)
    hint = r"write `\sqrt{…}`" if word == "sqrt" else r"`\operatorname{mean}`, `sum` and `var` can be read"
    raise ReadError("BN128", f"the function `{word}` has no meaning here", (start, end), hint)


def _command(word: str, text: str, start: int, end: int) -> Tok | None:
    name = word[1:]
    if name in GREEK:
        return Tok("NAME", word, start, end)
    if name in INVISIBLE:
        return None
    if name in ACCENTS:
        return Tok("ACCENT", ACCENTS[name], start, end)
    if name in FONTS:
        return _font(word, text, start, end)
    if name in COMMANDS:
        return Tok(COMMANDS[name], RELATIONS.get(word, word), start, end)
    if name in UNSUPPORTED:
        hint = "exponentials and logarithms are beyond what is decided here"
        raise ReadError(
            "BN128",
            f"{UNSUPPORTED[name]} (`{word}`) has no meaning here yet",
            (start, end),
            hint if name in ("exp", "log", "ln") else "",
        )
    close = difflib.get_close_matches(name, sorted(KNOWN), 1)
    hint = rf"did you mean `\{close[0]}`?" if close else ""
    raise ReadError("BN111", f"`{word}` is not a known command", (start, end), hint)


def _font(word: str, text: str, start: int, end: int) -> Tok:
    match = _FONT_ARGUMENT.match(text, end)
    argument = (match.group(1) or match.group(2)) if match else ""
    if match is None or (argument.startswith("\\") and argument[1:] not in GREEK):
        raise ReadError("BN112", f"`{word}` needs one name: a letter or a word", (start, end))
    argument = re.sub(r"\\?_", r"\\_", argument)
    return Tok("NAME", f"\\{_ONE_FONT.get(word[1:], word[1:])}{{{argument}}}", start, match.end())


class _Structure:
    """One pass over the tokens with a stack of what is open."""

    def __init__(self, tokens: list[Tok], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.out: list[Tok] = []
        self.open: list[tuple[Tok, int]] = []
        """What is open, and how many arguments are still wanted around it."""
        self.wanted = 0
        """Arguments that the command before still wants."""
        self.weight = [0]
        """Per level, operators that nest without delimiters since the last + or -."""

    def run(self) -> list[Tok]:
        invisible = self._invisible_braces()
        for position, token in enumerate(self.tokens):
            if position not in invisible:
                self._take(token)
        if self.open:
            token = self.open[-1][0]
            raise ReadError("BN112", f"this `{token.text}` is never closed", token.at)
        return self.out

    def _invisible_braces(self) -> set[int]:
        """Positions of braces that neither delimit an argument nor carry a script."""
        pairs: list[tuple[int, bool]] = []
        dropped: set[int] = set()
        wanted: list[int] = [0]
        for position, token in enumerate(self.tokens):
            following = self.tokens[position + 1].kind if position + 1 < len(self.tokens) else ""
            if token.kind == "LBRACE":
                pairs.append((position, wanted[-1] > 0))
                wanted[-1] = max(0, wanted[-1] - 1)
                wanted.append(0)
            elif token.kind == "RBRACE" and pairs:
                start, argument = pairs.pop()
                wanted.pop()
                if not argument and following not in ("SUB", "SUP", "PRIME"):
                    dropped |= {start, position}
            elif token.kind in _ARGUMENTS:
                wanted[-1] = max(0, wanted[-1] - 1) + _ARGUMENTS[token.kind]
            else:
                wanted[-1] = self._after(token, wanted[-1])
        return dropped

    @staticmethod
    def _after(token: Tok, wanted: int) -> int:
        """How many arguments are wanted after a token that may itself be one (`\\frac12` is two)."""
        taken = len(token.text) if token.kind == "NUMBER" else 1
        return max(0, wanted - taken)

    def _take(self, token: Tok) -> None:
        kind = token.kind
        if kind in ("NORM", "ABS"):
            token = self._bar(token)
            kind = token.kind
        if kind == "STAR" and self._in_script():
            token = Tok("MARK", token.text, token.start, token.end)
        if kind == "NUMBER" and self.wanted:
            self._digits(token)
            return
        if kind in CLOSERS:
            self._opening(token)
        elif kind in CLOSERS.values():
            self._closing(token)
        elif kind in _ARGUMENTS:
            self.wanted = max(0, self.wanted - 1) + _ARGUMENTS[kind]
            self._nest(token, 1 if kind not in ("SUB", "SUP") else 0)
        elif kind in ("SUM", "MAX"):
            self._nest(token, 1)
        else:
            self.wanted = max(0, self.wanted - 1)
            if kind in ("PLUS", "MINUS", "COMMA", "REL"):
                self.weight[-1] = 0
        self.out.append(token)

    def _digits(self, token: Tok) -> None:
        """TeX gives an unbraced command one digit; `\\frac12` is the only longer one that is read."""
        if len(token.text) == 1:
            self.wanted -= 1
            self.out.append(token)
        elif len(token.text) == 2 and self.wanted == 2 and token.text.isdigit():
            self.wanted = 0
            middle = token.start + 1
            self.out.append(Tok("NUMBER", token.text[0], token.start, middle))
            self.out.append(Tok("NUMBER", token.text[1], middle, token.end))
        else:
            hint = f"write `{{{token.text}}}`"
            raise ReadError(
                "BN112", f"only the first digit of `{token.text}` would belong here", token.at, hint
            )

    def _opening(self, token: Tok) -> None:
        self.open.append((token, max(0, self.wanted - 1)))
        self.wanted = 0
        self.weight.append(0)
        self._nest(token, 0)

    def _closing(self, token: Tok) -> None:
        if not self.open:
            raise ReadError("BN112", f"nothing opens this `{token.text}`", token.at)
        opener, self.wanted = self.open.pop()
        self.weight.pop()
        if CLOSERS[opener.kind] != token.kind:
            raise ReadError("BN112", f"`{opener.text}` is closed by `{token.text}`", token.at)

    def _nest(self, token: Tok, weight: int) -> None:
        self.weight[-1] += weight
        if len(self.open) + sum(self.weight) > MAX_DEPTH:
            raise ReadError("BN113", f"the formula is nested more than {MAX_DEPTH} deep", token.at)

    def _bar(self, token: Tok) -> Tok:
        """A bar closes where one of its kind is open innermost and an operand stands before it."""
        opened = bool(self.open) and self.open[-1][0].kind == "L" + token.kind
        closes = opened and self._operand_before()
        return Tok(("R" if closes else "L") + token.kind, token.text, token.start, token.end)

    def _in_script(self) -> bool:
        """Whether a star here is the mark of `W^*` or `W^{*}`, not a product."""
        before = [token.kind for token in self.out[-2:]]
        return before[-1:] in (["SUP"], ["SUB"]) or before in (["SUP", "LBRACE"], ["SUB", "LBRACE"])

    def _operand_before(self) -> bool:
        if not self.out:
            return False
        return self.out[-1].kind in ENDS_OPERAND


_ARGUMENTS = {"FRAC": 2, "SQRT": 1, "ACCENT": 1, "SUB": 1, "SUP": 1}
