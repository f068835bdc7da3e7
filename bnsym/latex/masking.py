r"""A formula's layout: what TeX shows but does not mean, and what could divide the formula.

`lay_out` walks over a formula once. Spacing, sizes, labels, comments and alignment are to be
overwritten by blanks; relation signs, ends of rows, commas and words outside all brackets are
marks, and `rows` decides what they divide. A macro is matched whole and only ever replaced by
blanks, so that blanking can part tokens but never join two; one that is not listed here stays
in the formula, where the reader of LaTeX refuses it. No recursion: any depth. Imports nothing
of the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

Blank: TypeAlias = tuple[int, int]
"""A stretch of the text to be overwritten."""


class Kind(Enum):
    """What a token does."""

    BLANK = auto()
    WRAP = auto()
    """A macro that means its argument: `\\boxed{A}`, `\\color{red}{A}`."""
    UNDER = auto()
    OPEN = auto()
    CLOSE = auto()
    BRACE = auto()
    UNBRACE = auto()
    BEGIN = auto()
    END = auto()
    # The rest are marks.
    ROW = auto()
    SIGN = auto()
    WIDE = auto()
    ALIGN = auto()
    COMMA = auto()
    APART = auto()
    """What always stands between two statements: `;`."""
    IMPLIES = auto()
    """`\\Rightarrow`."""
    TEXT = auto()
    FORALL = auto()


class Token(NamedTuple):
    """A token and its place; `word` is the canonical sign, the family of a bracket, or the name
    of an environment."""

    kind: Kind
    start: int
    end: int
    word: str = ""


Mark: TypeAlias = Token
"""A token outside all brackets that could end a piece of a row."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A bracket or a group, its delimiters included, in which a relation sign stands."""

    start: int
    end: int
    inside: tuple[int, int]
    signs: tuple[Mark, ...]
    soft: bool
    """Written with brackets that show."""
    under: bool = False
    """The script of a brace: `\\underbrace{A}_{= B}`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A formula taken apart: what to blank, and what could divide it."""

    start: int
    end: int
    marks: tuple[Mark, ...]
    blanks: tuple[Blank, ...]
    inner: tuple[Inner, ...] = ()


ROW_ENVIRONMENTS = frozenset(
    "align alignat flalign aligned alignedat split equation gather gathered eqnarray multline multlined"
    " displaymath math".split()
)
"""Environments that only arrange rows; `array` joins them where it stands outside brackets."""

SIGNS: dict[str, str] = {
    **dict.fromkeys(("=", "==", r"\equiv", "≡", "{=}", r"\mathrel{=}"), "="),
    **dict.fromkeys((":=", "::=", r"\coloneqq", r"\coloneq", r"\colonequals", r"\triangleq"), ":="),
    **dict.fromkeys((r"\vcentcolon=", r"\colon=", r"\mathrel{:=}", "{:=}", r"\defeq", "≔", "≜"), ":="),
    **dict.fromkeys((r"\leftarrow", r"\gets", "←"), r"\leftarrow"),
    **dict.fromkeys((r"\le", r"\leq", r"\leqslant", r"\leqq", "<=", "≤", "⩽", "≦"), r"\le"),
    **dict.fromkeys((r"\ge", r"\geq", r"\geqslant", r"\geqq", ">=", "≥", "⩾", "≧"), r"\ge"),
    **dict.fromkeys(("<", r"\lt", "&lt;", "{<}"), "<"),
    **dict.fromkeys((">", r"\gt", "&gt;", "{>}"), ">"),
    **dict.fromkeys((r"\ne", r"\neq", r"\not=", r"\not\equiv", "!=", "≠"), r"\ne"),
}
"""Relation signs and what they are called from here on."""


def _macros(names: str) -> list[str]:
    return [rf"\{name}" for name in names.split()]


OTHER_SIGNS = (
    *_macros(
        "approx approxeq thickapprox propto varpropto sim simeq cong ll gg lll ggg lesssim gtrsim"
        " lneq gneq prec succ preceq succeq subset subseteq subsetneq supset supseteq in ni notin"
        " asymp doteq perp to rightarrow longrightarrow longleftarrow mapsto longmapsto"
        " nless ngtr nleq ngeq models vdash eqsim leftrightarrow xrightarrow risingdotseq"
        " fallingdotseq bumpeq eqqcolon vartriangleq lessgtr eqdef downarrow uparrow hookrightarrow leadsto"
    ),
    *"≈∝∼≃≅≪≫∈∉→↦⊂⊆",
    "=:",
    "=>",
)
"""Relations that nothing here decides: they divide a chain all the same, under their own names."""

UNDECIDED = frozenset((r"\eqdef", r"\eqqcolon", "=:", "=>", *_macros("nless ngtr nleq ngeq lneq gneq")))
SILENT = frozenset(OTHER_SIGNS) - UNDECIDED
"""What stands beside these is neither claimed nor defined: the rest are claims in signs not read yet."""

IMPLICATIONS = (
    *_macros("Rightarrow implies iff Leftrightarrow Longrightarrow Longleftrightarrow Leftarrow"),
    *_macros("impliedby Longleftarrow"),
    *"⇒⇔⟹",
)
"""Between two statements: neither need be claimed. Before one, on a row of its own: hence."""

_WORDS: dict[str, tuple[Kind, str]] = {
    **{word: (Kind.SIGN, word) for word in OTHER_SIGNS},
    **{word: (Kind.SIGN, sign) for word, sign in SIGNS.items()},
    **dict.fromkeys(("(", "[", r"\lbrack"), (Kind.OPEN, "(")),
    **dict.fromkeys((")", "]", r"\rbrack"), (Kind.CLOSE, "(")),
    **dict.fromkeys((r"\{", r"\lbrace"), (Kind.OPEN, r"\{")),
    **dict.fromkeys((r"\}", r"\rbrace"), (Kind.CLOSE, r"\{")),
    r"\langle": (Kind.OPEN, "<"),
    r"\rangle": (Kind.CLOSE, "<"),
    "{": (Kind.BRACE, ""),
    "}": (Kind.UNBRACE, ""),
    **dict.fromkeys(("&", "&amp;"), (Kind.ALIGN, "")),
    **dict.fromkeys((",", "，"), (Kind.COMMA, "")),
    **dict.fromkeys((r"\forall", "∀"), (Kind.FORALL, "")),
    **dict.fromkeys((r"\cr", r"\newline"), (Kind.ROW, "")),
    **dict.fromkeys((r"\quad", r"\qquad"), (Kind.WIDE, "")),
    **dict.fromkeys((r"\boxed", r"\fbox"), (Kind.WRAP, "")),
    **dict.fromkeys((r"\underbrace", r"\overbrace"), (Kind.UNDER, "")),
    **{word: (Kind.IMPLIES, word) for word in IMPLICATIONS},
    **dict.fromkeys((*_macros("therefore because land"), *";；∴∵"), (Kind.APART, "")),
    **dict.fromkeys(
        (
            *_macros("left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr"),
            *_macros("bigm Bigm biggm Biggm nonumber notag displaystyle textstyle limits nolimits hline"),
            *_macros("thinspace medspace thickspace negthinspace enspace mathstrut allowbreak , ; : ! > /"),
            *("~", r"\ ", "\\\n", "\\\r", "\\\t"),
        ),
        (Kind.BLANK, ""),
    ),
}

KNOWN = frozenset(word[1:] for word in _WORDS if word.startswith("\\"))
"""Commands that have a meaning here; without the backslash."""
_GROUP = r"\s*+\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}"
_TOKEN = re.compile(
    rf"""
    (?P<blank>%[^\r\n]*+ | \\math(?:rel|bin|ord|op|open|close|punct)\s*+\{{\s*+\}}
        | \\l?eqno\s*+\([^()]*+\) | \\(?:label|tag|eqref|ref|cite|[hvm]space)\*?{_GROUP}
        | \\(?:left|right|middle)\s*+\.)
  | (?P<wrap>\\(?:color|textcolor)\s*+\{{[^{{}}]*+\}})
  | (?P<row>\\\\(?:\*?\s*+\[\s*+-?[\d.]*+\s*+[a-z]{{2}}\s*+\]|\*)?+ | \\(?:short)?intertext{_GROUP})
  | (?P<text>\\(?:text(?:rm|normal|it|bf|up|sf)?|[mh]box|math(?:rm|it)|operatorname){_GROUP})
  | (?P<begin>(?:\\left\s*+\\(?:\{{|lbrace)\s*+)?\\begin\s*+\{{
        (?:\s*+(?:array|alignat|alignedat)\*?\s*+\}}(?:\s*+\[[tcb]\])?(?:{_GROUP})?
          |\s*+(?:aligned|gathered|split)\s*+\}}\s*+\[[tcb]\]
          |[^{{}}]*+\}}))
  | (?P<end>\\end\s*+\{{[^{{}}]*+\}}(?:\s*+\\right\s*+\.)?)
  | (?P<open>\\(?:left|[bB]igg?l?)\s*+<) | (?P<close>\\(?:right|[bB]igg?r?)\s*+>)
  | (?P<sign>\\not\s*+(?:[=<>]|\\[A-Za-z]++) | \\(?:vcentcolon|colon)\s*+=
        | \\(?:overset|stackrel){_GROUP}\s*+(?:\{{\s*+(?:[=<>]|:=|\\[A-Za-z]++)\s*+\}}|[=<>])
        | \\mathrel\s*+\{{\s*+:?=\s*+\}} | (?<![_^])\{{\s*+(?::?=|[<>])\s*+\}}
        | ::=|:[ \t]*+&?[ \t]*+= | =[=:>] | [<>!]=)
  | (?P<word>\\[A-Za-z]++ | \\. | &(?:lt|gt|amp);
        | [{{}}()\[\],;&~=<>，；≡≔≜≤⩽≦≥⩾≧≠≈∝∼≃≅≪≫∈∉→↦⊂⊆⇒⇔⟹∴∵∀])""",
    re.VERBOSE | re.DOTALL,
)
"""A `\\stackrel` is a sign by its own name: what stands over a sign may change what it means."""
_NAME = re.compile(r"\\(?:begin|end)\s*\{\s*([A-Za-z]*)")
_SCRIPT = re.compile(rf"\s*+[_^]\s*+(?:{_GROUP}|\\[A-Za-z]++|[^\s{{}}\\])|(?!\s*+[_^])")
_UNMEANT = re.compile(r"[\s&]+")
_INK = re.compile(r"[^\r\n]")
_BLANKED = (Kind.ROW, Kind.ALIGN, Kind.WIDE)
_BEFORE_WRAPPED = (*_BLANKED, Kind.BLANK, Kind.WRAP, Kind.UNDER, Kind.BRACE, Kind.BEGIN, Kind.APART)
"""After these a brace begins a statement, or is `\\boxed`'s: a relation in it is the formula's own."""


def lay_out(text: str, start: int, end: int) -> Layout:
    """The layout of the formula in `text[start:end]`."""
    walk = _Walk(text, start, end)
    for match in _TOKEN.finditer(text, start, end):
        token = _token(match)
        if token is not None and token.start >= walk.done:
            walk.take(token)
    return walk.layout()


def _token(match: re.Match[str]) -> Token | None:
    word, group = match.group(), match.lastgroup
    if group == "word":
        known = _WORDS.get(word)
        return Token(known[0], *match.span(), known[1]) if known else None
    kind = Kind[str(group).upper()]
    if kind is Kind.SIGN:
        word = SIGNS.get(_UNMEANT.sub("", word), word)
    elif kind in (Kind.BEGIN, Kind.END):
        name = _NAME.search(word)
        word = name.group(1) if name else ""
    elif kind in (Kind.OPEN, Kind.CLOSE):
        word = "angle"
    return Token(kind, *match.span(), word)


def blanked(text: str, blanks: Iterable[Blank]) -> str:
    """`text` with each stretch overwritten by spaces; line ends stay."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(blanks):
        if end > done:
            start = max(start, done)
            parts += [text[done:start], _INK.sub(" ", text[start:end])]
            done = end
    return "".join([*parts, text[done:]])


def _said(text: str, start: int, end: int) -> tuple[Mark, ...]:
    """The relation signs of a script, not those in the scripts inside it."""
    signs: list[Mark] = []
    depth = 0
    for match in _TOKEN.finditer(text, start, end):
        if (token := _token(match)) is not None:
            depth += (token.kind is Kind.BRACE) - (token.kind is Kind.UNBRACE)
            if token.kind is Kind.SIGN and depth <= 1:
                signs.append(token)
    return tuple(signs)


@dataclass(slots=True)
class _Opened:
    """A bracket that waits for its partner, or all of the formula."""

    token: Token | None
    family: str
    hard: bool
    """A brace or an environment: nothing inside it can pair with anything outside."""
    before: Token | None = None
    """The token that stands right before it."""
    marks: list[Mark] = field(default_factory=list)
    """What stands in it and in no bracket inside it."""
    sign: bool = False
    row: bool = False
    """Whether a relation sign, or the end of a row, is among the marks."""


class _Walk:
    """One pass over the tokens. A bracket without a partner, and one that would swallow the end
    of a row together with a relation, is a slip and groups nothing: the reader of LaTeX reports
    it where it stands, and the chains around it are still found."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.blanks: list[Blank] = []
        self.stack = [_Opened(None, "$", True)]
        self.hard = [0]
        """Where in the stack the hard ones stand."""
        self.before: Token | None = None
        self.done = 0
        """Where to go on: what stands before has been dealt with."""
        self.inner: list[Inner] = []

    def take(self, token: Token) -> None:
        match token.kind:
            case Kind.BLANK | Kind.WRAP:
                self._blank(token)
            case Kind.UNDER:
                pass
            case Kind.OPEN:
                self.stack.append(_Opened(token, token.word, False))
            case Kind.CLOSE:
                self._close_soft(token)
            case Kind.BRACE:
                self._open_hard(token, "{")
            case Kind.UNBRACE:
                self._unbrace(token)
            case Kind.BEGIN | Kind.END:
                self._environment(token)
            case _:
                self._mark(token)
        self.before = token

    def _blank(self, token: Token) -> None:
        self.blanks.append((token.start, token.end))

    def _mark(self, mark: Mark) -> None:
        inside = self.stack[-1]
        inside.marks.append(mark)
        inside.sign |= mark.kind is Kind.SIGN
        inside.row |= mark.kind is Kind.ROW

    def _open_hard(self, token: Token, family: str) -> None:
        self.hard.append(len(self.stack))
        self.stack.append(_Opened(token, family, True, self.before))

    def _close_soft(self, token: Token) -> None:
        for above in (1, 2):  # one bracket without a partner may stand between
            if self.stack[-above].hard:
                return
            if self.stack[-above].family == token.word:
                self._drop(above - 1)
                if self.stack[-1].sign and self.stack[-1].row:
                    self._drop(1)
                else:
                    opened = self.stack.pop()
                    self._inner(opened, token, soft=True)
                    self._blank_marks(opened.marks)
                return

    def _drop(self, count: int) -> None:
        """The innermost brackets group nothing: what they hold belongs to the one around them."""
        dropped = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        for bracket in dropped:
            self.stack[-1].marks += bracket.marks
            self.stack[-1].sign |= bracket.sign
            self.stack[-1].row |= bracket.row

    def _blank_marks(self, marks: list[Mark]) -> None:
        self.blanks += [(mark.start, mark.end) for mark in marks if mark.kind in _BLANKED]

    def _close_hard(self, family: str) -> _Opened | None:
        """The innermost brace or environment, if it is of this family."""
        place = self.hard[-1]
        if self.stack[place].family != family:
            return None
        self._drop(len(self.stack) - place - 1)
        self.hard.pop()
        return self.stack[-1]

    def _unbrace(self, token: Token) -> None:
        opened = self._close_hard("{")
        if opened is None or opened.token is None:
            return
        before = opened.before or Token(Kind.ROW, self.start, self.start)
        beside = not self.text[before.end : opened.token.start].strip()
        if beside and before.kind in _BEFORE_WRAPPED and (opened.sign or opened.row):
            self._blank(opened.token)
            self._blank(token)
            self._drop(1)  # `\boxed{a = b}` divides
        else:
            self.stack.pop()
            script = self.text[: opened.token.start].rstrip()[-1:] in ("_", "^")
            if not script:
                self._inner(opened, token, soft=False)
        if beside and before.kind is Kind.UNDER:
            self._under(before, opened.token, token)

    def _inner(self, opened: _Opened, closing: Token, *, soft: bool) -> None:
        signs = tuple(mark for mark in opened.marks if mark.kind is Kind.SIGN)
        if signs and opened.token is not None:
            inside = (opened.token.end, closing.start)
            self.inner.append(Inner(opened.token.start, closing.end, inside, signs, soft))

    def _under(self, macro: Token, opened: Token, closing: Token) -> None:
        """`\\underbrace{A}_{B}` means A: blank the macro and the script."""
        script = _SCRIPT.match(self.text, closing.end, self.end)
        if script is not None:
            self._blank(macro)
            self.blanks.append(script.span())
            self.done = script.end()
            inside = (opened.start, closing.end)
            if said := _said(self.text, *script.span()):
                self.inner.append(Inner(opened.start, script.end(), inside, said, soft=False, under=True))

    def _environment(self, token: Token) -> None:
        name, begins = token.word, token.kind is Kind.BEGIN
        if name in ROW_ENVIRONMENTS or (begins and name == "array" and len(self.stack) == 1):
            self._blank(token)
        elif begins:
            self._open_hard(token, name)
        elif self._close_hard(name) is not None:
            self.stack.pop()
        elif name == "array":
            self._blank(token)

    def layout(self) -> Layout:
        self._drop(len(self.stack) - 1)
        marks = self.stack[0].marks
        self._blank_marks(marks)
        return Layout(self.start, self.end, tuple(marks), tuple(self.blanks), tuple(self.inner))
