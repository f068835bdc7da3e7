r"""Display math → chains of expressions between relation signs.

`lay_out` walks over a formula once: it finds what TeX shows but does not mean (spacing,
sizes, labels, comments, alignment), to be overwritten by blanks, and marks what stands
outside all brackets and could divide the formula. `read_chains` then decides what does.
Every macro is matched whole and only ever replaced by blanks, so that blanking can
part tokens but never join two. No recursion: any depth. Imports `source` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TypeAlias

from bnsym.reading.source import Chain, Sign, Slice

Blank: TypeAlias = tuple[int, int]
"""A stretch of the text to be overwritten."""

ROW_ENVIRONMENTS = frozenset(
    "align alignat flalign aligned alignedat split equation gather gathered eqnarray multline multlined"
    " displaymath math".split()
)
"""Environments that only arrange rows; `array` joins them where it stands outside brackets."""

SIGNS: dict[str, str] = {
    **dict.fromkeys(("=", "==", r"\equiv", "≡", "{=}", r"\mathrel{=}"), "="),
    **dict.fromkeys((":=", "::=", r"\coloneqq", r"\coloneq", r"\colonequals", r"\triangleq"), ":="),
    **dict.fromkeys((r"\vcentcolon=", r"\colon=", r"\mathrel{:=}", r"\mathrel{\mathop:}=", "{:=}"), ":="),
    **dict.fromkeys((r"\mathop{:}=", r"\mathop:=", r"\eqdef", r"\defeq", "≔", "≜"), ":="),
    **dict.fromkeys((r"\le", r"\leq", r"\leqslant", r"\leqq", "<=", "≤", "⩽", "≦"), r"\le"),
    **dict.fromkeys((r"\ge", r"\geq", r"\geqslant", r"\geqq", ">=", "≥", "⩾", "≧"), r"\ge"),
    **dict.fromkeys(("<", r"\lt", "&lt;", "{<}"), "<"),
    **dict.fromkeys((">", r"\gt", "&gt;", "{>}"), ">"),
    **dict.fromkeys((r"\ne", r"\neq", r"\not=", "!=", "≠"), r"\ne"),
}
"""Relation signs and what they are called from here on."""
OTHER_SIGNS = frozenset(
    [rf"\{name}" for name in (
        "approx approxeq thickapprox propto varpropto sim simeq cong ll gg lll ggg lesssim gtrsim"
        " lneq gneq prec succ preceq succeq subset subseteq subsetneq supset supseteq in ni notin"
        " asymp doteq to gets rightarrow leftarrow longrightarrow longleftarrow mapsto longmapsto"
        " nless ngtr nleq ngeq models vdash eqsim leftrightarrow xrightarrow risingdotseq"
        " fallingdotseq bumpeq eqqcolon vartriangleq lessgtr"
    ).split()]
    + list("≈∝∼≃≅≪≫∈∉→←↦⊂⊆") + ["=:", "=>"]
)  # fmt: skip
"""Relations that nothing here decides: they divide a chain all the same, under their own names."""
INEQUALITIES = frozenset((r"\le", "<", r"\ge", ">", r"\ne", r"\in", "∈"))


class _Kind(IntEnum):
    OPEN = 1
    CLOSE = 2
    LEFT = 3
    RIGHT = 4
    BRACE = 5
    UNBRACE = 6
    BEGIN = 7
    END = 8
    BLANK = 9
    WRAP = 10
    """A macro that means its argument: `\\boxed{A}`, `\\color{red}{A}`."""
    UNDER = 11
    PHANTOM = 12
    TEXT = 13
    ROW = 14
    SIGN = 15
    WIDE = 16
    ALIGN = 17
    COMMA = 18
    FORALL = 20
    APART = 19
    """What always stands between two statements: `\\Rightarrow`, `;`."""


_BRACKETS = frozenset((_Kind.OPEN, _Kind.CLOSE, _Kind.LEFT, _Kind.RIGHT, _Kind.BEGIN, _Kind.END))
_BEFORE_WRAPPED = frozenset((
    _Kind.ROW, _Kind.ALIGN, _Kind.WIDE, _Kind.BLANK, _Kind.BEGIN, _Kind.WRAP, _Kind.UNDER, _Kind.APART,
    _Kind.BRACE,
))  # fmt: skip
_TAKES_GROUP = frozenset((_Kind.UNDER, _Kind.PHANTOM, _Kind.TEXT))
_Token: TypeAlias = tuple[_Kind, int, int, str]
"""Kind, start, end, and: the canonical sign, the family of a bracket, or the word."""


def _macros(names: str) -> list[str]:
    return [rf"\{name}" for name in names.split()]


_KINDS: dict[str, tuple[_Kind, str]] = {
    **{word: (_Kind.SIGN, sign) for word, sign in SIGNS.items()},
    **{word: (_Kind.SIGN, word) for word in OTHER_SIGNS},
    **dict.fromkeys(("(", "[", r"\lbrack"), (_Kind.OPEN, "(")),
    **dict.fromkeys((")", "]", r"\rbrack"), (_Kind.CLOSE, "(")),
    r"\langle": (_Kind.OPEN, "<"), r"\rangle": (_Kind.CLOSE, "<"),
    **dict.fromkeys((r"\{", r"\lbrace"), (_Kind.OPEN, "{")),
    **dict.fromkeys((r"\}", r"\rbrace"), (_Kind.CLOSE, "{")),
    r"\lfloor": (_Kind.OPEN, "floor"), r"\rfloor": (_Kind.CLOSE, "floor"),
    r"\lceil": (_Kind.OPEN, "ceil"), r"\rceil": (_Kind.CLOSE, "ceil"),
    "{": (_Kind.BRACE, "{"), "}": (_Kind.UNBRACE, "{"),
    "&": (_Kind.ALIGN, ""), "&amp;": (_Kind.ALIGN, ""),
    "," : (_Kind.COMMA, ","), "，": (_Kind.COMMA, ","), ";": (_Kind.APART, ";"), "；": (_Kind.APART, ";"),
    r"\forall": (_Kind.FORALL, ""), "∀": (_Kind.FORALL, ""),
    r"\cr": (_Kind.ROW, ""), r"\newline": (_Kind.ROW, ""),
    **dict.fromkeys(_macros("quad qquad hfill hfil"), (_Kind.WIDE, "")),
    **dict.fromkeys(
        (*_macros(
            "Rightarrow implies iff Leftrightarrow Longrightarrow Longleftrightarrow Leftarrow impliedby"
            " Longleftarrow therefore because leadsto rightsquigarrow land"
        ), *"⇒⇔⟹∴∵"), (_Kind.APART, ""),
    ),
    **dict.fromkeys(_macros("text textrm textnormal textit textbf mbox textup textsf"), (_Kind.TEXT, "")),
    **dict.fromkeys(_macros("intertext shortintertext"), (_Kind.TEXT, "row")),
    **dict.fromkeys(_macros("boxed fbox"), (_Kind.WRAP, "")),
    **dict.fromkeys(_macros("underbrace overbrace underbracket overbracket"), (_Kind.UNDER, "")),
    **dict.fromkeys(_macros("phantom vphantom hphantom"), (_Kind.PHANTOM, "")),
    **dict.fromkeys(
        (*_macros(
            "nonumber notag displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits"
            " allowbreak break nobreak thinspace medspace thickspace negthinspace negmedspace"
            " negthickspace enspace enskip strut mathstrut hline big Big bigg Bigg bigl Bigl biggl"
            " Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm small large normalsize centering"
            " noindent null relax"
        ), r"\,", r"\;", r"\:", r"\!", r"\>", r"\ ", "\\\n", "\\\r", "\\\t", r"\/", "~"), (_Kind.BLANK, ""),
    ),
}  # fmt: skip

_ARGUMENT = r"\s*+\{(?:[^{}]++|\{[^{}]*+\})*+\}"
_FOLLOWED: dict[str, tuple[str, re.Pattern[str]]] = {
    **dict.fromkeys(
        _macros("label tag eqref ref cite hspace vspace mspace"), ("gone", re.compile(rf"\*?{_ARGUMENT}"))
    ),
    **dict.fromkeys(
        _macros("hskip kern mkern mskip"), ("gone", re.compile(r"\s*+-?[\d.]++\s*+(?:pt|em|ex|mu|cm|mm)"))
    ),
    **dict.fromkeys(
        _macros("color textcolor"), ("colour", re.compile(r"\s*+(?:\[\w{0,9}\])?\s*+\{[^{}]*+\}"))
    ),
    r"\begin": ("begin", re.compile(r"\s*+\{[^{}]*+\}")),
    r"\end": ("end", re.compile(r"\s*+\{[^{}]*+\}(?:\s*+\\right\s*+\.)?")),
    r"\left": ("side", re.compile(
        r"(\s*+\\(?:\{|lbrace)\s*+\\begin\s*+\{[^{}]*+\})|\s*+(?:\\[A-Za-z]++|\\.|[^\s\\])"
    )),
    **dict.fromkeys(_macros("right middle"), ("side", re.compile(r"\s*+(?:\\[A-Za-z]++|\\.|[^\s\\])"))),
    **dict.fromkeys(
        _macros("big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr"),
        ("angle", re.compile(r"\s*+[<>]")),
    ),
    r"\\": ("row", re.compile(r"\*?\s*+\[\s*+-?[\d.]*+\s*+[a-z]{2}\s*+\]|\*|")),
    r"\not": ("negated", re.compile(r"\s*+(?:=|<|>|\\[A-Za-z]++)")),
    **dict.fromkeys(
        _macros("overset stackrel"),
        ("over", re.compile(rf"{_ARGUMENT}\s*+(?:\{{\s*+(?:[=<>]|:=|\\[A-Za-z]++)\s*+\}}|[=<>])")),
    ),
    **dict.fromkeys(
        _macros("mathrel mathop vcentcolon colon"),
        ("spelled", re.compile(r"\s*+(?:\{\s*+(?::=|[=<>])\s*+\}|\{\\mathop:\}\s*+=|\{:\}\s*+=|:?\s*+=)")),
    ),
}  # fmt: skip
"""Macros that are taken together with what follows them, if that is what they expect."""
_TOKEN = re.compile(
    # One set of first characters, then what each may go on with: so the search skips the rest quickly.
    r"""[\\{}()\[\],;&~=<>:!%，；≡≔≜≤⩽≦≥⩾≧≠≈∝∼≃≅≪≫∈∉→←↦⊂⊆⇒⇔⟹∴∵∀](?:
      (?<=\\)(?:[A-Za-z]++|.)
    | (?<=\{)(?:(?:[\w\s^+*/.'-]|\\(?:partial|mu|nu|sigma|gamma|beta|lambda|epsilon)(?![A-Za-z]))*+\}
               |(?<![_^]\{)\s*+(?::=|[=<>])\s*+\})
    | (?<=%)[^\r\n]*+ | (?<=&)(?:lt|gt|amp);
    | (?<=:)(?::=|[ \t]*+&?[ \t]*+=) | (?<==)[=:>] | (?<=[<>!])= | )""",
    re.VERBOSE | re.DOTALL,
)
_INERT = re.compile(r"\{[^{}]*\}")
_SPACES = re.compile(r"\s+")
_NAME_OF = re.compile(r"\{\s*([A-Za-z]*)\*?\s*\}")
_PREAMBLE = re.compile(r"\s*(?:\[[a-z]*\])?\s*(?:\{[^{}]*\})?")
_POSITION = re.compile(r"\s*\[[tcb]\]|")
_SINGLE = re.compile(r"\\[A-Za-z]+|[^\s{}\\]")
_SHOWN = re.compile(r"\S")
_INK = re.compile(r"[^\r\n]")
_SCRIPT = re.compile(r"\s*+[_^]\s*+")
_DEFINES = re.compile(r"def|\\triangle|\\Delta|:|记|定义|设")
_STACKED = re.compile(r"\\[a-z]+\s*\{(.*)\}\s*\{?\s*([^{}\s]+?)\s*\}?", re.DOTALL)
_NUMBERED = re.compile(
    r"[\s{]*(?:\\text\w*[\s{]*)?(?:\(\s*(?:[\divxIVX.]+|[a-h]|\\ast|\\star|\*)\s*\)|\d+|\*|\\ast|\\star)?[\s}]*"
)


def lex(text: str, start: int, end: int) -> list[_Token]:
    """The tokens that can blank, group or divide; letters, digits, other macros and groups
    that hold nothing else are passed over."""
    found: list[_Token] = []
    known, done = _KINDS.get, start
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        kind = known(word)
        if kind is None and word not in _FOLLOWED and _is_plain(word, found):
            continue
        at = match.start()
        if at < done:
            continue
        if word in _FOLLOWED and (token := _followed(text, word, match, end)):
            found.append(token[0])
            done = token[1]
        elif kind is not None:
            found.append((kind[0], at, match.end(), kind[1]))
        else:
            found += _spelled(word, at, match.end())
    return found


def _is_plain(word: str, found: list[_Token]) -> bool:
    """Whether a macro or a group concerns nothing here."""
    if word[0] == "\\":
        return True
    return word[0] == "{" and word[-2] not in "=<> " and (not found or found[-1][0] not in _TAKES_GROUP)


def _spelled(word: str, start: int, end: int) -> list[_Token]:
    """A comment, a sign with blanks inside it, or a group that counts only as an argument."""
    if word[0] == "%":
        return [(_Kind.BLANK, start, end, "")]
    sign = _KINDS.get(_SPACES.sub("", word).replace("&", ""))
    if sign is not None:
        return [(sign[0], start, end, sign[1])]
    if word[0] == "{":
        return [(_Kind.BRACE, start, start + 1, "{"), (_Kind.UNBRACE, end - 1, end, "{")]
    return []


def _followed(text: str, word: str, match: re.Match[str], end: int) -> tuple[_Token, int] | None:
    """The token of a macro with what follows it, and where that ends."""
    group, pattern = _FOLLOWED[word]
    rest = pattern.match(text, match.end(), end)
    if rest is None:
        return None
    start, stop = match.start(), rest.end()
    if group == "side" and (word != r"\left" or rest.group(1) is None) and text[stop - 1] not in "<>":
        kind = {"l": _Kind.LEFT, "r": _Kind.RIGHT}.get(word[1], _Kind.BLANK)
        return (kind, start, stop if text[stop - 1] == "." else match.end(), "left"), stop
    group = "begin" if group == "side" and text[stop - 1] == "}" else group
    token = _compound(group, text[start:stop], start, stop)
    return (token, stop) if token is not None else None


def _compound(group: str, word: str, start: int, end: int) -> _Token | None:
    match group:
        case "gone":
            return _Kind.BLANK, start, end, ""
        case "colour":
            return _Kind.WRAP, start, end, ""
        case "row":
            return _Kind.ROW, start, end, ""
        case "begin" | "end":
            name = _NAME_OF.search(word)
            kind = _Kind.BEGIN if group == "begin" else _Kind.END
            return kind, start, end, name.group(1) if name else ""
        case "side" | "angle":  # an angle bracket written < or >: no relation
            return (_Kind.OPEN if word[-1] == "<" else _Kind.CLOSE), start, end, "angle"
        case "over":
            sign = _stacked(word)
            return (_Kind.SIGN, start, end, sign) if sign else None
    bare = _SPACES.sub("", word)
    if group == "negated":
        return _Kind.SIGN, start, end, SIGNS.get(bare, r"\ne" if bare == r"\not\equiv" else bare)
    return (_Kind.SIGN, start, end, SIGNS[bare]) if bare in SIGNS else None


def _stacked(word: str) -> str:
    """`\\overset{(1)}{=}` is `=`, `\\stackrel{def}{=}` is `:=`; of anything else over a sign
    (`d` for "in distribution", `?`) the meaning is not known, and the sign keeps its own name.
    Empty if what is stacked is no sign."""
    head = _STACKED.fullmatch(word) if len(word) <= 80 else None
    if head is None or (head.group(2) not in SIGNS and head.group(2) not in OTHER_SIGNS):
        return ""
    sign = SIGNS.get(head.group(2), head.group(2))
    if sign == "=" and _DEFINES.search(head.group(1)):
        return ":="
    return sign if _NUMBERED.fullmatch(head.group(1)) else word


@dataclass(slots=True)
class _Opened:
    """A bracket that waits for its partner."""

    token: int
    family: str
    hard: bool
    """A brace or an environment: nothing inside it can pair with anything outside."""
    sign: bool = False
    row: bool = False
    """Whether a relation sign, or the end of a row, stands in it and in no bracket inside it."""


@dataclass(slots=True)
class _Pairs:
    """Which brackets belong together. One without a partner, and one that would swallow
    the end of a row together with a relation, is a slip and groups nothing: the reader of
    LaTeX reports it where it stands, and the chains around it are still found."""

    text: str
    tokens: list[_Token]
    partner: dict[int, int] = field(default_factory=dict)
    """From an opening brace to its closing one."""
    step: dict[int, int] = field(default_factory=dict)
    """What a token adds to the depth."""
    open_at: set[int] = field(default_factory=set)
    """Braces that divide no more than blanks would: `\\boxed{a = b}`."""
    stack: list[_Opened] = field(default_factory=list)
    hard: list[int] = field(default_factory=list)
    """Where in the stack the hard ones stand."""

    def find(self, start: int) -> None:
        brace, unbrace, sign, row = _Kind.BRACE, _Kind.UNBRACE, _Kind.SIGN, _Kind.ROW
        for number, (kind, _, _, word) in enumerate(self.tokens):
            if kind is brace:
                self._open_hard(number, "{")
            elif kind is unbrace:
                self._close_hard(number, "{", start)
            elif kind is sign:
                if self.stack and not self.is_script(number):
                    self.stack[-1].sign = True
            elif kind is row:
                if self.stack:
                    self.stack[-1].row = True
            elif kind in _BRACKETS:
                self._bracket(number, kind, word, start)

    def _bracket(self, number: int, kind: _Kind, word: str, start: int) -> None:
        if kind in (_Kind.OPEN, _Kind.LEFT):
            self.stack.append(_Opened(number, word, False))
        elif kind in (_Kind.CLOSE, _Kind.RIGHT):
            self._close_soft(number, word)
        elif kind is _Kind.END:
            self._close_hard(number, "env", start)
        elif not self._arranges_rows(word):
            self._open_hard(number, "env")

    def _open_hard(self, number: int, family: str) -> None:
        self.hard.append(len(self.stack))
        self.stack.append(_Opened(number, family, True))

    def _arranges_rows(self, name: str) -> bool:
        return name in ROW_ENVIRONMENTS or (name == "array" and not self.stack)

    def is_script(self, number: int) -> bool:
        start = self.tokens[number][1]
        return start > 0 and self.text[start - 1] in "_^"

    def _close_soft(self, number: int, family: str) -> None:
        for above in (1, 2):  # one bracket without a partner may stand between
            if len(self.stack) < above or self.stack[-above].hard:
                return
            if self.stack[-above].family == family:
                for _ in range(above - 1):
                    self._drop()
                self._pair(number)
                return

    def _pair(self, number: int) -> None:
        top = self.stack[-1]
        if top.sign and top.row:
            self._drop()
            return
        self.stack.pop()
        self.step[top.token], self.step[number] = 1, -1

    def _drop(self) -> None:
        """The innermost bracket groups nothing: what it holds belongs to the one around it."""
        dropped = self.stack.pop()
        if self.stack:
            self.stack[-1].sign |= dropped.sign
            self.stack[-1].row |= dropped.row

    def _close_hard(self, number: int, family: str, start: int) -> None:
        if not self.hard or self.stack[self.hard[-1]].family != family:
            return
        place = self.hard.pop()
        while len(self.stack) > place + 1:
            self._drop()
        top = self.stack[-1]
        if family == "{":
            self.partner[top.token] = number
        if family == "{" and (top.sign or top.row) and self._only_wraps(top.token, start):
            self.open_at |= {top.token, number}
            self._drop()
        else:
            self.stack.pop()
            self.step[top.token], self.step[number] = 1, -1

    def _only_wraps(self, number: int, start: int) -> bool:
        """Whether the brace is `\\boxed`'s or the like, or stands where a statement begins."""
        kind, before = _Kind.ROW, start
        if number:
            kind, _, before, _ = self.tokens[number - 1]
        return kind in _BEFORE_WRAPPED and not self.text[before : self.tokens[number][1]].strip()


class _Mark(Enum):
    """What stands outside all brackets and could end a piece of a row."""

    ROW = 1
    SIGN = 2
    WIDE = 3
    ALIGN = 4
    COMMA = 5
    APART = 6
    TEXT = 7
    FORALL = 8


Mark: TypeAlias = tuple[_Mark, int, int, str]
_DIVIDES = {_Kind[mark.name]: mark for mark in _Mark if mark is not _Mark.TEXT}
_BLANKED = frozenset((_Kind.BLANK, _Kind.WRAP, _Kind.LEFT, _Kind.RIGHT))
_HARD = frozenset((_Kind.BRACE, _Kind.UNBRACE, _Kind.BEGIN, _Kind.END))


@dataclass(frozen=True, slots=True)
class Layout:
    """A formula taken apart: what to blank, and what could divide it."""

    start: int
    end: int
    marks: tuple[Mark, ...]
    blanks: tuple[Blank, ...]


def lay_out(text: str, start: int, end: int) -> Layout:
    """The layout of the formula in `text[start:end]`."""
    tokens = lex(text, start, end)
    pairs = _Pairs(text, tokens)
    pairs.find(start)
    walk = _Walk(text, tokens, pairs)
    walk.run()
    return Layout(start, end, tuple(walk.marks), tuple(walk.blanks))


@dataclass(slots=True)
class _Walk:
    """One pass over the tokens, with the depth that `_Pairs` found."""

    text: str
    tokens: list[_Token]
    pairs: _Pairs
    marks: list[Mark] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)
    after: dict[int, int] = field(default_factory=dict)
    """Where to go on after a token whose followers have been dealt with."""
    depth: int = 0
    hard: int = 0
    """How many of the brackets around are braces or environments."""

    def run(self) -> None:
        steps, after, braces = self.pairs.step, self.after, (_Kind.BRACE, _Kind.UNBRACE)
        number, count = 0, len(self.tokens)
        while number < count:
            kind = self.tokens[number][0]
            step = steps.get(number)
            if step is not None:
                self.depth += step
                if kind in _HARD:
                    self.hard += step
            if step is None or kind not in braces:
                number = self._take(number, kind)
            else:
                number = after.get(number, number + 1) if after else number + 1

    def _take(self, number: int, kind: _Kind) -> int:
        _, start, end, word = self.tokens[number]
        if kind in _BLANKED or number in self.pairs.open_at:
            self.blanks.append((start, end))
        elif kind in _DIVIDES:
            self._divide(number, kind, start, end)
        elif kind is _Kind.UNDER:
            self._under(number)
        elif kind in _TAKES_GROUP:
            return self._argument(number)
        elif kind in (_Kind.BEGIN, _Kind.END) and number not in self.pairs.step:
            self._environment(kind, start, end, word)
        return self.after.get(number, number + 1)

    def _divide(self, number: int, kind: _Kind, start: int, end: int) -> None:
        if kind is _Kind.SIGN and self.pairs.is_script(number):
            return
        if kind in (_Kind.ROW, _Kind.ALIGN) and self.hard:
            return  # it divides a matrix
        if not self.depth:
            self.marks.append((_DIVIDES[kind], start, end, self.tokens[number][3]))
        if kind in (_Kind.ROW, _Kind.ALIGN, _Kind.WIDE):
            self.blanks.append((start, end))

    def _environment(self, kind: _Kind, start: int, end: int, name: str) -> None:
        if kind is _Kind.BEGIN and name in ("array", "alignat", "alignedat", "aligned", "gathered", "split"):
            options = _PREAMBLE if name in ("array", "alignat", "alignedat") else _POSITION
            preamble = options.match(self.text, end)
            end = preamble.end() if preamble else end
        if name == "array" or name in ROW_ENVIRONMENTS:
            self.blanks.append((start, end))

    def _follower(self, number: int) -> int | None:
        """The closing brace of the argument that begins right after a token."""
        following = number + 1
        if following >= len(self.tokens) or following not in self.pairs.partner:
            return None
        between = self.text[self.tokens[number][2] : self.tokens[following][1]]
        return None if between.strip() else self.pairs.partner[following]

    def _argument(self, number: int) -> int:
        """A macro that is taken with its argument: text, or an invisible formula."""
        kind, start, _, word = self.tokens[number]
        close = self._follower(number)
        if close is None:
            return number + 1
        stop = self.tokens[close][2]
        if kind is _Kind.PHANTOM or word == "row":
            self.blanks.append((start, stop))
        if kind is _Kind.TEXT and not self.depth:
            self.marks.append((_Mark.ROW if word else _Mark.TEXT, start, stop, ""))
        return close + 1

    def _under(self, number: int) -> None:
        """`\\underbrace{A}_{B}` means A: blank the macro and the script."""
        self.blanks.append(self.tokens[number][1:3])
        close = self._follower(number)
        stop = self.tokens[close][2] if close is not None else 0
        script = _SCRIPT.match(self.text, stop) if close is not None else None
        if close is None or script is None:
            return
        inner = self.pairs.partner.get(close + 1)
        if inner is not None and self.tokens[close + 1][1] == script.end():
            self.blanks.append((stop, self.tokens[inner][2]))
            self.after[close] = inner + 1
        elif group := _INERT.match(self.text, script.end()):
            self.blanks.append((stop, group.end()))
        elif single := _SINGLE.match(self.text, script.end()):
            self.blanks.append((stop, single.end()))


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


class _Lead(Enum):
    """What stands before a piece of a row; the later in this list, the more it divides."""

    START = 0
    ALIGN = 1
    WIDE = 2
    COMMA = 3
    APART = 4
    IF = 5
    REMARK = 6


_OPERATOR = re.compile(
    r"\s*(?:[-+*/·×⋅∘]|\\(?:cdot|times|pm|mp|odot|otimes|oplus|circ|ast|star|div|bullet)(?![A-Za-z]))"
)
_ADDS = re.compile(r"\s*[-+]|\s*\\(?:pm|mp)(?![A-Za-z])")
_DANGLING = frozenset([*"+-/·×⋅∘", *_macros("cdot times pm mp odot otimes oplus div")])
_NUMBER_TAG = re.compile(
    r"\s*[(\[（]\s*(?:[A-Za-z]?\d+(?:\.\d+)*[a-z]?'*|[ivx]+|\\(?:ast|star|dagger)|\*+|[A-H])"
    r"\s*[)\]）]\s*"
)
_OF_NAMES = re.compile(
    r"(?:\s|[-+]|\d++(?:\.\d++)?+|[A-Za-z]|_\{?+\w++\}?+|[<>≤≥≠]"
    r"|\\(?:leq?|geq?|neq?|leqslant|geqslant|lt|gt)\b"
    r"|\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|kappa|lambda|mu|rho|sigma|tau)\b)*+[.,;]*+\s*+"
)
"""`k > 0`, `\\lambda \\ge 0`: an order of names and numbers. Anything longer is a claim of its own,
for nothing that is claimed may be assumed in silence."""
_RANGE = re.compile(r"\s*[A-Za-z](?:_\w)?\s*=\s*-?\w+\s*(?:,[^=]*)?(?:\.\.|…|\\[lc]?dots)")
_FORALL = re.compile(
    r"\s*(?:\\forall(?![A-Za-z])|∀)\s*"
    r"(?P<names>(?:\\[A-Za-z]+|[A-Za-z])(?:_\w)?'*(?:\s*,\s*(?:\\[A-Za-z]+|[A-Za-z])(?:_\w)?'*)*+)"
)
_GAP = re.compile(r"\s*(?:\\[,;:! ]|~)")

_SHARED = 8
"""How many chains before it in a row a condition holds for: enough for people, linear for machines."""
_AND = re.compile(
    r"(?:and|und|so|thus|hence|then|therefore|i\.?e\.?|that is|equivalently|let|set|since|because|as|using"
    r"|from|now|but|by|due to|similarly|likewise|recall|note|note that|consequently)?"
    r"(?: (?:and|so|thus|hence|then|therefore|also|we have|we get|let))*"
    r"|且|和|以及|及|与|并且|因此|所以|从而|故|即|则|又|因为|由于|令|有"
)
_IF = re.compile(
    r"(?:and )?(?:for|if|when|whenever|where|with|provided|given|assuming|under|subject to|s\.?t\.?|such that"
    r"|as long as|in case|on|over)\b.*|(?:当|若|如果|对|对于|对任意|其中|满足|假设|设).*",
    re.DOTALL,
)
_BUT = re.compile(
    r"(?:and |or |but )?(?:or|not|unless|except|either|neither)\b.*"
    r"|(?:或|或者|除非|而不是|不是).*",
    re.DOTALL,
)
_ASIDE = re.compile(r"[(（\[].*[)）\]]|.*[:：,，.]", re.DOTALL)
_RELATED = re.compile(r"[=<>≤≥≠∈]|\\(?:leq?|geq?|neq?|in|lt|gt)(?![A-Za-z])")
_INLINE = re.compile(r"\$([^$]+)\$")


@dataclass(slots=True)
class _Piece:
    """A stretch of a row between two marks that could divide it."""

    start: int
    end: int
    lead: _Lead
    signs: list[Sign] = field(default_factory=list)
    column: int = 0
    inline: tuple[Slice, ...] = ()
    """Formulas inside the text before the piece: `\\text{if $k > 0$}`."""


@dataclass(slots=True)
class _Growing:
    """A chain that a later row may go on with."""

    bounds: list[list[int]]
    """Start and end of each expression, blanks included."""
    signs: list[Sign]
    aligned_first: bool
    """Whether its first row begins with `&`."""
    quantifier: Slice | None = None
    conditions: list[Slice] = field(default_factory=list)


def read_chains(
    text: str, masked: str, layout: Layout, previous: Slice | None
) -> tuple[tuple[Chain, ...], tuple[Blank, ...]]:
    """The chains of a formula, and what else of it is to be blanked.

    text: the file; masked: with the layout's blanks. previous: the expression that a
    formula beginning with a relation sign goes on from."""
    reader = _Chains(text, masked, previous)
    row: list[Mark] = []
    start = layout.start
    for mark in layout.marks:
        if mark[0] is _Mark.ROW:
            reader.row(start, mark[1], row)
            row, start = [], mark[2]
        else:
            row.append(mark)
    reader.row(start, layout.end, row)
    return reader.finish()


class _Chains:
    """Builds chains row by row."""

    def __init__(self, text: str, masked: str, previous: Slice | None) -> None:
        self.raw = text
        self.text = masked
        self.previous = previous
        self.chains: list[_Growing] = []
        self.columns: dict[int, _Growing] = {}
        """The chain that each column of an alignment goes on with."""
        self.here: list[_Growing] = []
        """The chains that begin in the present row."""
        self.blanks: list[Blank] = []
        self.quantifier: Slice | None = None
        self.conditions: list[Slice] = []
        """What has been said before the chain of which it is said."""

    # One row

    def row(self, start: int, end: int, marks: list[Mark]) -> None:
        """Take the next row."""
        self.here = []
        pieces = self._pieces(start, end, marks)
        joined = self._join(pieces)
        done = start
        for piece in joined:
            self._between(done, piece.start, piece.inline)
            self._punctuation(piece)
            done = piece.end
        self._between(done, end, ())
        aligned = bool(marks) and marks[0][0] is _Mark.ALIGN and self._empty(start, marks[0][1])
        conditional = False
        for number, piece in enumerate(joined):
            conditional = self._statement(piece, number == 0, aligned, conditional)

    def _empty(self, start: int, end: int) -> bool:
        return _SHOWN.search(self.text, start, end) is None

    def _between(self, start: int, end: int, inline: tuple[Slice, ...]) -> None:
        """Blank what only divides, except formulas that are conditions."""
        for formula in inline:
            self.blanks.append((start, formula.start))
            start = formula.end
        self.blanks.append((start, end))

    def _pieces(self, start: int, end: int, marks: list[Mark]) -> list[_Piece]:
        """The row cut at every mark that could divide it; pieces without ink are dropped."""
        cutter = _Cutter(self.text, start)
        for number, mark in enumerate(marks):
            following = marks[number + 1] if number + 1 < len(marks) else None
            cutter.take(mark, following)
        return cutter.finish(end)

    def _join(self, pieces: list[_Piece]) -> list[_Piece]:
        """The pieces that are one statement, put together again."""
        joined: list[_Piece] = []
        for piece in self._sides(pieces):
            if self._is_tag(piece):
                self.blanks.append((piece.start, piece.end))
            elif joined and not self._divides(joined[-1], piece):
                joined[-1].end = piece.end
                joined[-1].signs += piece.signs
            else:
                joined.append(piece)
        return joined

    def _sides(self, pieces: list[_Piece]) -> list[_Piece]:
        """The pieces, with `c & = d` put together: an `&` before a sign only aligns."""
        joined: list[_Piece] = []
        for piece in pieces:
            if joined and piece.lead is _Lead.ALIGN and self._starts_with_sign(piece):
                joined[-1].end = piece.end
                joined[-1].signs += piece.signs
            else:
                joined.append(piece)
        return joined

    def _is_tag(self, piece: _Piece) -> bool:
        """An equation number written by hand: `\\qquad (3)`."""
        wide = piece.lead in (_Lead.WIDE, _Lead.ALIGN) and not piece.signs
        return wide and _NUMBER_TAG.fullmatch(self.text, piece.start, piece.end) is not None

    def _divides(self, before: _Piece, piece: _Piece) -> bool:
        """Whether a new statement begins with `piece`."""
        if piece.lead in (_Lead.APART, _Lead.IF, _Lead.REMARK):
            return True
        if _FORALL.match(self.text, piece.start, piece.end):
            return True
        if not self._is_complete(before):
            return False
        if self._in_parentheses(piece) is not None:
            return True
        if not piece.signs or self._starts_with_sign(piece):
            return bool(piece.signs) and piece.column > 0 and piece.column in self.columns
        return piece.lead is _Lead.COMMA or not _OPERATOR.match(self.text, piece.start, piece.end)

    def _is_complete(self, piece: _Piece) -> bool:
        if _FORALL.match(self.text, piece.start, piece.end):
            return True
        return bool(piece.signs) and not self._empty(piece.signs[-1].where.end, piece.end)

    def _starts_with_sign(self, piece: _Piece) -> bool:
        return bool(piece.signs) and self._empty(piece.start, piece.signs[0].where.start)

    def _punctuation(self, piece: _Piece) -> None:
        """Blank the comma or full stop after a statement; three dots are no full stop."""
        shown = self.text[piece.start : piece.end].rstrip()
        bare = shown.rstrip(".,;。，；")
        if ".." not in shown[len(bare) :]:
            self.blanks.append((piece.start + len(bare), piece.start + len(shown)))

    # One statement

    def _statement(self, piece: _Piece, first: bool, aligned: bool, conditional: bool) -> bool:
        """Take a piece as what it is; whether it was a condition."""
        self._conditions(tuple(s for s in piece.inline if _RELATED.search(self.text, s.start, s.end)))
        piece, quantified = self._quantified(piece)
        inside = self._in_parentheses(piece)
        if self._empty(piece.start, piece.end):
            return False
        if self._starts_with_sign(piece) and self._goes_on(piece):
            return False
        if first and piece.lead is _Lead.START and not quantified and self._continues(piece, aligned):
            return False
        if inside is not None and self.here:
            self._conditions((inside,))
            return True
        if self._is_condition(piece, conditional):
            self._conditions((self._trim(piece.start, piece.end),) if piece.signs else ())
            return True
        if piece.lead is not _Lead.REMARK or piece.signs:
            self._begin(piece, aligned)
        return False

    def _is_condition(self, piece: _Piece, conditional: bool) -> bool:
        bare = bool(piece.signs) and all(sign.symbol in INEQUALITIES for sign in piece.signs)
        member = all(sign.symbol in (r"\in", "∈") for sign in piece.signs)  # which says a kind, not a fact
        bare = bare and (member or _OF_NAMES.fullmatch(self.text, piece.start, piece.end) is not None)
        if piece.lead is _Lead.IF:
            return True
        if conditional and piece.lead in (_Lead.APART, _Lead.COMMA) and bare:
            return True
        apart = piece.lead in (_Lead.COMMA, _Lead.WIDE) and bool(self.here)
        return apart and (bare or _RANGE.match(self.text, piece.start, piece.end) is not None)

    def _in_parentheses(self, piece: _Piece) -> Slice | None:
        """The inside of `\\quad (k > 0)`."""
        if piece.signs or piece.lead not in (_Lead.COMMA, _Lead.WIDE, _Lead.IF, _Lead.REMARK):
            return None
        where = self._trim(piece.start, piece.end)
        shown = self.text[where.start : where.end]
        inside = shown[:1] == "(" and shown[-1:] == ")" and shown.count("(") == 1
        return Slice(where.start + 1, where.end - 1) if inside and _RELATED.search(shown) else None

    def _quantified(self, piece: _Piece) -> tuple[_Piece, bool]:
        """The piece after its `\\forall k`, and whether it had one."""
        found = _FORALL.match(self.text, piece.start, piece.end)
        if found is None:
            return piece, False
        stop = piece.end
        if colon := self._colon(found.end(), piece):
            stop = colon
        elif spaced := _GAP.match(self.raw, found.end(), piece.end):
            stop = spaced.end() - 1
        gap = self._empty(found.end(), stop)
        signed = [sign for sign in piece.signs if sign.where.end <= stop]
        if not gap and not (signed and self._empty(found.end(), signed[0].where.start)):
            return piece, False  # `\\forall k a = b`: where the quantifier ends is not said
        self._quantify(self._trim(piece.start, found.end()))
        if not gap:
            self._conditions((self._trim(found.start("names"), stop),))
        rest = piece.signs[len(signed) :]
        return _Piece(min(stop + 1, piece.end), piece.end, _Lead.START, rest, piece.column), True

    def _colon(self, start: int, piece: _Piece) -> int | None:
        """Where the colon stands that ends a quantifier: outside any sign."""
        place = self.text.find(":", start, piece.end)
        taken = any(sign.where.start <= place < sign.where.end for sign in piece.signs)
        return None if place < 0 or taken else place

    def _quantify(self, where: Slice) -> None:
        if self.here:
            for chain in self.here[-_SHARED:]:
                chain.quantifier = chain.quantifier or where
        else:
            self.quantifier = where

    def _conditions(self, found: tuple[Slice, ...]) -> None:
        """Conditions hold for every chain that begins in the row, or for the next to come."""
        if self.here:
            for chain in self.here[-_SHARED:]:
                chain.conditions += found
        else:
            self.conditions += found

    def _begin(self, piece: _Piece, aligned: bool) -> None:
        """A new chain."""
        bounds, signs = self._bounds(piece), piece.signs
        chain = _Growing(bounds, list(signs), aligned, self.quantifier, self.conditions)
        self.quantifier, self.conditions = None, []
        if self._starts_with_sign(piece) and self.previous is not None and not self.chains:
            bounds[0] = [self.previous.start, self.previous.end]
        self.chains.append(chain)
        self.here.append(chain)
        self.columns[piece.column] = chain

    @staticmethod
    def _bounds(piece: _Piece) -> list[list[int]]:
        starts = [piece.start, *(sign.where.end for sign in piece.signs)]
        ends = [*(sign.where.start for sign in piece.signs), piece.end]
        return [list(bound) for bound in zip(starts, ends, strict=True)]

    # Going on

    def _goes_on(self, piece: _Piece) -> bool:
        """A piece that begins with a relation sign goes on with the chain before it."""
        chain = self.columns.get(piece.column) or (self.chains[-1] if self.chains else None)
        if chain is None:
            return False
        last = chain.bounds[-1]
        if chain.signs and self._empty(*last) and chain.signs[-1].symbol == piece.signs[0].symbol:
            self.blanks.append((chain.signs[-1].where.start, chain.signs[-1].where.end))
            chain.signs.pop()  # `a = \\\\ = b` repeats its sign
            chain.bounds.pop()
        chain.signs += piece.signs
        chain.bounds += self._bounds(piece)[1:]
        return True

    def _continues(self, piece: _Piece, aligned: bool) -> bool:
        """Go on with the last expression of the row before, where the row begins in its middle."""
        if not self.chains or not self._unfinished(self.chains[-1], piece, aligned):
            return False
        chain = self.chains[-1]
        bounds = self._bounds(piece)
        chain.bounds[-1][1] = bounds[0][1]
        chain.bounds += bounds[1:]
        chain.signs += piece.signs
        return True

    def _unfinished(self, chain: _Growing, piece: _Piece, aligned: bool) -> bool:
        start, end = chain.bounds[-1]
        if chain.signs and (self._empty(start, end) or self._dangles(start, end)):
            return True
        if not _OPERATOR.match(self.text, piece.start, piece.end):
            return False
        signless = not piece.signs
        new_column = aligned and not chain.aligned_first
        adds = _ADDS.match(self.text, piece.start, piece.end) is not None
        return signless or new_column or not adds or self._plus(piece)

    def _dangles(self, start: int, end: int) -> bool:
        """Whether an operator stands last and waits for its operand."""
        before = self.text[max(start, end - 200) : end].rstrip()
        return before[-1:] in _DANGLING or before[before.rfind("\\") :] in _DANGLING

    def _plus(self, piece: _Piece) -> bool:
        """No equation begins with a plus; one may begin with a minus."""
        return self.text[piece.start : piece.end].lstrip()[:1] == "+"

    # The end

    def finish(self) -> tuple[tuple[Chain, ...], tuple[Blank, ...]]:
        if self.chains and self.quantifier is not None and self.chains[-1].quantifier is None:
            self.chains[-1].quantifier = self.quantifier
        if self.chains:
            self.chains[-1].conditions += self.conditions
        return tuple(self._chain(chain) for chain in self.chains), tuple(self.blanks)

    def _chain(self, chain: _Growing) -> Chain:
        expressions = tuple(self._trim(start, end) for start, end in chain.bounds)
        return Chain(expressions, tuple(chain.signs), chain.quantifier, tuple(chain.conditions))

    def _trim(self, start: int, end: int) -> Slice:
        shown = self.text[start:end]
        start += len(shown) - len(shown.lstrip())
        return Slice(start, max(start, start + len(shown.strip())))


class _Cutter:
    """Cuts a row at its marks."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.pieces: list[_Piece] = []
        self.now = _Piece(start, start, _Lead.START)
        self.columns = 0
        self.last_sign = start
        """Where the last relation sign ends, or the row begins."""

    def take(self, mark: Mark, following: Mark | None) -> None:
        kind, start, end, word = mark
        match kind:
            case _Mark.SIGN:
                self._sign(Sign(word, Slice(start, end)))
            case _Mark.TEXT:
                self._text(start, end, following)
            case _Mark.ALIGN:
                self.columns += 1
                again = self.now.lead is _Lead.ALIGN and self._blank(start)
                self._cut(start, end, _Lead.WIDE if again else _Lead.ALIGN)
            case _Mark.FORALL:
                self._cut(start, start, _Lead.WIDE)
            case _:
                self._cut(start, end, _Lead[kind.name])

    def _sign(self, sign: Sign) -> None:
        self.last_sign = sign.where.end
        if not (self.now.signs and self.now.signs[-1].symbol.startswith("\\text")):
            self.now.signs.append(sign)

    def _blank(self, end: int) -> bool:
        return not self.now.signs and _SHOWN.search(self.text, self.now.start, end) is None

    def _cut(self, start: int, end: int, lead: _Lead, inline: tuple[Slice, ...] = ()) -> None:
        """End the piece before a mark, and begin one after it."""
        if self._blank(start):
            first = self.now.lead is _Lead.START and lead in (_Lead.ALIGN, _Lead.WIDE, _Lead.COMMA)
            strongest = self.now.lead if first or self.now.lead.value > lead.value else lead
            inline = self.now.inline + inline
        else:
            self.now.end = start
            self.pieces.append(self.now)
            strongest = lead
        self.now = _Piece(end, end, strongest, column=self.columns // 2, inline=inline)

    def finish(self, end: int) -> list[_Piece]:
        if not self._blank(end) or self.now.inline:
            self.now.end = end
            self.pieces.append(self.now)
        return self.pieces

    def _text(self, start: int, end: int, following: Mark | None) -> None:
        """`\\text{…}`: a word between statements, a remark, or a name in a formula."""
        said = self.text[self.text.index("{", start) + 1 : end - 1].replace("~", " ")
        word = " ".join(said.split()).strip(" ,:，：").lower()
        if _BUT.fullmatch(word):
            self.now.signs = [Sign(self.text[start:end], Slice(start, end))]
        elif _IF.fullmatch(word):
            inner = self.text.index("{", start) + 1
            inline = tuple(Slice(inner + m.start(1), inner + m.end(1)) for m in _INLINE.finditer(said))
            self._cut(start, end, _Lead.IF, inline)
        elif _AND.fullmatch(word):
            self._cut(start, end, _Lead.APART)
        elif self._is_remark(word, said, start, end, following):
            self._cut(start, end, _Lead.REMARK)

    def _is_remark(self, word: str, said: str, start: int, end: int, following: Mark | None) -> bool:
        """Whether words are beside the formula rather than a name in it."""
        if not word:
            return True
        if _ASIDE.fullmatch(said.strip()) and (self.now.signs or self._blank(start)):
            return True
        if following is not None and following[0] is _Mark.SIGN and not self.text[end : following[1]].strip():
            return False  # a name on the left of a sign
        apart = self.now.lead in (_Lead.WIDE, _Lead.ALIGN, _Lead.APART, _Lead.IF, _Lead.REMARK)
        ended = bool(self.pieces) and _SHOWN.search(self.text, self.last_sign, self.now.start) is not None
        return apart and ended and self._blank(start)
