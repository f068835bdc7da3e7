r"""The one table of LaTeX that is known: what each command is spelled, takes, makes, looks like and means.

The lexer, the parser, the printers and `bnsym notation` are made from it; nowhere else in this room is
a command spelled. A sign that is no command (`=`, `(`, `≤`) stands here as well. Imports nothing of the
package.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum


class Kind(Enum):
    """What a command is to the reader; the value heads its part of `bnsym notation`."""

    __hash__ = object.__hash__  # a kind is looked up for each token; Enum's own hash is slow

    NAME = "letters"
    ACCENT = "accents"
    FONT = "fonts"
    SWITCH = "fonts of what follows in a group"
    TEXT = "words"
    FRAC = "fractions"
    OVER = "fractions inside a group"
    DERIVATIVE = "derivatives"
    SQRT = "roots"
    SUM = "sums"
    MAX = "maxima"
    SIGN = "signs of a term"
    JOIN = "products"
    MARK = "marks above a name"
    OPEN = "opening brackets"
    CLOSE = "closing brackets"
    NORM = "norms"
    ABS = "absolute values"
    REL = "relations"
    SILENT = "relations that state nothing"
    OVERSET = "relations with something above"
    IMPLIES = "between two claims"
    APART = "before a claim"
    FORALL = "quantifiers"
    COMMA = "between entries and statements"
    ROW = "ends of rows"
    ALIGN = "alignment"
    WIDE = "wide spaces"
    SPACE = "spacing"
    SIZE = "sizes"
    LABEL = "labels"
    COLOUR = "colours"
    WRAP = "frames"
    UNDER = "braces above and below"
    BEGIN = "beginnings of environments"
    END = "ends of environments"
    SPACED = "spacing of a sign"
    OPERATOR = "operators without a meaning yet"
    REFUSED = "without a meaning yet"
    # What is no command
    NUMBER = "digits"
    PRIME = "primes"
    SUB = "subscripts"
    SUP = "superscripts"
    LBRACE = "a brace"
    RBRACE = "its end"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Command:
    """One entry. `spellings`: with the backslash, the one that is printed first. `value`: the text of its
    token, where that is not the first spelling. `arity`: how many arguments belong to it. `unicode`: how
    a terminal shows it. `says`: what it means. `example`: a formula that holds it. `instead`: what to write
    for one without a meaning."""

    kind: Kind
    spellings: tuple[str, ...]
    value: str
    arity: int
    unicode: str
    says: str
    example: str
    instead: str = ""


def _entry(
    kind: Kind, spellings: str, says: str, example: str, *, value: str = "", arity: int = 0, shown: str = ""
) -> Command:
    """`spellings` are parted by blanks; in `example`, `@` stands for the first of them."""
    words = tuple(spellings.split())
    return Command(kind, words, value or words[0], arity, shown, says, example.replace("@", words[0]))


def _each(
    kind: Kind, spellings: str, says: str, example: str, instead: str = "", *, arity: int = 0
) -> Iterator[Command]:
    """An entry for each of several commands of which the same can be said."""
    entries = (_entry(kind, word, says, example, arity=arity) for word in spellings.split())
    return (replace(entry, instead=instead) for entry in entries)


def _letters(pairs: str) -> Iterator[Command]:
    words = pairs.split()
    for name, shown in zip(words[::2], words[1::2], strict=True):
        usual = {"ϵ": "ε", "ϕ": "φ"}.get(shown, shown)  # as terminals' fonts draw them best
        yield _entry(Kind.NAME, f"\\{name} {shown}", "a letter", r"@ + 1", shown=usual)


_GREEK = r"""alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι
 kappa κ lambda λ mu μ nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ
 varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ
 Omega Ω ell ℓ"""
K = Kind
# fmt: off
TABLE: tuple[Command, ...] = (
    *_letters(_GREEK),
    _entry(K.NAME, r"\R \RR \Reals", "the real numbers", r"x \in @^m", value=r"\mathbb{R}", shown="ℝ"),
    _entry(K.NAME, r"\partial \part ∂", "the ∂ of a derivative", r"\frac{@ f}{@ x}", shown="∂"),
    _entry(K.NAME, r"\nabla ∇", "a gradient, with the variable below", r"@_x f", shown="∇"),
    # Over one name
    _entry(K.ACCENT, r"\hat \widehat", "a hat, part of the name", r"@{x} + 1", value="hat", arity=1,
           shown="\u0302"),
    _entry(K.ACCENT, r"\bar \overline", "a bar", r"@{x} + 1", value="bar", arity=1, shown="\u0304"),
    _entry(K.ACCENT, r"\tilde \widetilde", "a tilde", r"@{x} + 1", value="tilde", arity=1, shown="\u0303"),
    _entry(K.ACCENT, r"\dot", "a dot", r"@{x} + 1", value="dot", arity=1, shown="\u0307"),
    _entry(K.ACCENT, r"\vec", "an arrow", r"@{x} + 1", value="vec", arity=1, shown="\u20d7"),
    _entry(K.ACCENT, r"\check", "a check", r"@{x} + 1", value="check", arity=1, shown="\u030c"),
    _entry(K.FONT, r"\mathrm \operatorname", "upright: a word is one name", r"@{inv} + 1", arity=1),
    _entry(K.FONT, r"\mathbf \boldsymbol \bm \pmb \vb", "bold: the name of a vector or matrix",
           r"@{x} + 1", arity=1),
    _entry(K.FONT, r"\mathbb \mathds \mathbbm", "a font, part of the name", r"@{x} + 1", arity=1),
    *_each(K.FONT, r"\mathcal \mathsf \mathit \mathfrak \mathscr", "a font, part of the name",
           r"@{x} + 1",
           arity=1),
    _entry(K.SWITCH, r"\rm \sf \tt", "upright: a word is one name", r"{@ inv} + 1", value=r"\mathrm"),
    _entry(K.SWITCH, r"\it", "slanted: a word is one name", r"{@ inv} + 1", value=r"\mathit"),
    _entry(K.SWITCH, r"\bf", "bold: the name of a vector or matrix", r"{@ x} + 1", value=r"\mathbf"),
    _entry(K.SWITCH, r"\cal", "a font, part of the name", r"{@ B} + 1", value=r"\mathcal"),
    _entry(K.TEXT, r"\text \textrm \textnormal", "a remark, a word between claims, or a name",
           r"a = a \quad @{(why)}",
           value=r"\mathrm", arity=1),
    _entry(K.TEXT, r"\textbf", "bold words, or a bold name", r"a = a \quad @{(why)}",
           value=r"\mathbf", arity=1),
    _entry(K.TEXT, r"\mbox \hbox \textit \textup \textsf \texttt", "words", r"a = a \quad @{(why)}",
           value=r"\mathrm", arity=1),
    # Terms
    _entry(K.FRAC, r"\frac \dfrac \tfrac \cfrac \nicefrac \sfrac", "a fraction, or a derivative",
           r"@{a}{b}", arity=2),
    _entry(K.OVER, r"\over", "a fraction of all that its group holds", r"{a @ b}"),
    _entry(K.DERIVATIVE, r"\pdv \pdiff", "a partial derivative", r"@{f}{x}", value=r"\partial", arity=2),
    _entry(K.DERIVATIVE, r"\dv \odv \diff", "a derivative", r"@{f}{x}", value="d", arity=2),
    _entry(K.NAME, r"\exp", "the exponential, of each entry", "@(a)", value=r"\mathrm{exp}", shown="exp"),
    _entry(K.NAME, r"\log \ln", "the natural logarithm, of each entry", "@(a)",
           value=r"\mathrm{log}", shown="log"),
    _entry(K.NAME, r"\tanh", "the hyperbolic tangent, of each entry", "@(a)",
           value=r"\mathrm{tanh}", shown="tanh"),
    _entry(K.NAME, r"\dd", "the d of a derivative", r"\frac{@{f}}{@{x}}", value="d"),
    _entry(K.SQRT, r"\sqrt", r"a root; its degree in brackets: `\sqrt[3]{a}`", r"@{a}", arity=1),
    _entry(K.SUM, r"\sum ∑", r"a sum over what is below it, up to what is above it", r"@_i x_i", shown="Σ"),
    _entry(K.MAX, r"\max", "a maximum over a ball of matrices", r"@_{\Vert X \Vert_2 \le r} f(X)",
           shown="max"),
    _entry(K.SIGN, "+", "plus", "a @ b"),
    _entry(K.SIGN, "- − –", "minus", "a @ b"),
    _entry(K.JOIN, r"\cdot \cdotp \sdot · ⋅", "times", "a @ b", value="dot", shown="·"),
    _entry(K.JOIN, r"\times ×", "times", "a @ b", value="dot", shown="×"),
    _entry(K.JOIN, r"* \ast ∗", "times", "a @ b", value="star", shown="*"),
    _entry(K.MARK, r"\star ⋆", "a star, part of the name", "a^@ + 1", value="*", shown="*"),
    _entry(K.JOIN, r"\odot ⊙", "times, entry by entry", "x @ x", value="odot", shown="⊙"),
    _entry(K.JOIN, r"\circ ∘", "between vectors: times, entry by entry", "x @ x", value="circ", shown="∘"),
    _entry(K.JOIN, r"\otimes ⊗", "the outer product, or Kronecker's", "x @ x", value="otimes", shown="⊗"),
    _entry(K.JOIN, "/", "a fraction on the line", "a @ b", value="slash"),
    _entry(K.MARK, r"\top \intercal ⊤ ᵀ", "the transpose", "x^@ x", value="T", shown="ᵀ"),
    _entry(K.MARK, r"\prime ′", "a prime, part of the name", "a^@ + 1", value="'", shown="′"),
    # Brackets
    _entry(K.OPEN, r"( \lparen", "a bracket", "@a + b)", shown="("),
    _entry(K.CLOSE, r") \rparen", "its end", "(a + b@", shown=")"),
    _entry(K.OPEN, r"[ \lbrack", "a bracket", "@a + b]", shown="["),
    _entry(K.CLOSE, r"] \rbrack", "its end", "[a + b@", shown="]"),
    _entry(K.OPEN, r"\{ \lbrace", "a bracket", r"@ a + b \}", shown="{"),
    _entry(K.CLOSE, r"\} \rbrace", "its end", r"\{ a + b @", shown="}"),
    _entry(K.OPEN, r"\langle \lang ⟨", "an inner product", r"@ x, x \rangle", shown="⟨"),
    _entry(K.CLOSE, r"\rangle \rang ⟩", "its end", r"\langle x, x @", shown="⟩"),
    _entry(K.NORM, r"\Vert \| \parallel \lVert \rVert ‖ ∥", "a norm", r"@ x @", shown="‖"),
    _entry(K.ABS, r"| \vert \lvert \rvert \mid", "an absolute value; twice, a norm", "@ a @", shown="|"),
    # Relations
    _entry(K.REL, r"= == {=} ＝ &= \equiv ≡", "an equation, or a definition", "a @ a", shown=" = "),
    _entry(K.REL, r":= ::= {:=} \coloneqq \coloneq \colonequals \triangleq \defeq \vcentcolon= \colon= ≔ ≜",
           "a definition", "c @ a", shown=" := "),
    _entry(K.REL, r"\leftarrow \gets ←", "a definition, or an update of the name", "c @ a", shown=" ← "),
    _entry(K.REL, r"\le \leq \leqslant \leqq <= ≤ ⩽ ≦", "at most", "a @ a", shown=" ≤ "),
    _entry(K.REL, r"\ge \geq \geqslant \geqq >= ≥ ⩾ ≧", "at least", "a @ a", shown=" ≥ "),
    _entry(K.REL, r"< \lt &lt; {<}", "less", "a @ a + 1", shown=" < "),
    _entry(K.REL, r"> \gt &gt; {>}", "more", "a + 1 @ a", shown=" > "),
    _entry(K.REL, r"\ne \neq \not= ≠", "not equal", "a @ a + 1", shown=" ≠ "),
    _entry(K.SILENT, r"\in ∈", "says what a name is", r"x @ \mathbb{R}^m", shown=" ∈ "),
    *_each(
        K.SILENT,
        r"\approx \approxeq \thickapprox \propto \varpropto \sim \simeq \cong \ll \gg \lll \ggg \lesssim"
           r" \gtrsim"
        r" \prec \succ \preceq \succeq \subset \subseteq \subsetneq \supset \supseteq \ni \notin \asymp"
           r" \doteq \perp"
        r" \to \rightarrow \longrightarrow \longleftarrow \mapsto \longmapsto \models \vdash \eqsim"
           r" \leftrightarrow"
        r" \xrightarrow \risingdotseq \fallingdotseq \bumpeq \vartriangleq \lessgtr \downarrow \uparrow"
        r" \hookrightarrow \leadsto ≈ ∝ ∼ ≃ ≅ ≪ ≫ ∉ → ↦ ⊂ ⊆",
        "states nothing that is decided here",
        "a @ b",
    ),
    *_each(K.REL, r"=: \eqqcolon", "a definition of what stands on the right", "a @ c"),
    *_each(K.REL, r"=> \eqdef \not\equiv \nless \ngtr \nleq \ngeq \lneq \gneq",
           "a relation that is not read yet: write it another way", "a @ b"),
    _entry(K.OVERSET, r"\overset \stackrel \underset",
           "a remark at a sign; `def` over it makes a definition",
           r"a @{(1)}{=} a", arity=2),
    # Between statements
    *_each(K.IMPLIES, r"\Rightarrow \implies \iff \Leftrightarrow \Longrightarrow \Longleftrightarrow"
           r" \Leftarrow"
           r" \impliedby \Longleftarrow ⇒ ⇔ ⟹", "both sides are claims of their own", "a = a @ b = b"),
    *_each(K.APART, r"\therefore \because \land ∴ ∵ ; ；", "begins another claim", "a = a @ b = b"),
    _entry(K.FORALL, r"\forall ∀", "says for which a claim is", r"a = a \quad @ i", shown="∀"),
    _entry(K.FORALL, r"\exists \nexists ∃ ∄", "makes another claim, which is not judged",
           r"a = a \quad @ b > 0", shown="∃"),
    _entry(K.COMMA, ", ，", "between entries, or two statements", r"\langle x @ x \rangle"),
    _entry(K.ROW, r"\\ \cr \newline", "ends a row", "a = a @ b = b"),
    *_each(K.ROW, r"\intertext \shortintertext", "words between rows", "a = a @{and} b = b", arity=1),
    _entry(K.ALIGN, "& &amp;", "aligns", "a @= a"),
    # What is seen and not meant
    *_each(K.WIDE, r"\quad \qquad", "a wide space, which may part two statements", "a = a @ b = b"),
    *_each(K.SPACE, r"\, \; \: \! \> \/ ~ \space \thinspace \medspace \thickspace \negthinspace \enspace"
           r" \enskip"
           r" \mathstrut \strut \allowbreak \nobreak \displaystyle \textstyle \scriptstyle \limits"
           r" \nolimits \nonumber"
           r" \notag \hline \hfill \centering", "spacing or style, without a meaning",
           "a @ + b"),
    *_each(K.SIZE, r"\left \right \middle \qty \big \Big \bigg \Bigg \bigl \Bigl \biggl \Biggl \bigr \Bigr"
           r" \biggr \Biggr"
           r" \bigm \Bigm \biggm \Biggm", "the size of a bracket, without a meaning", "@( a @)"),
    *_each(K.LABEL, r"\label \tag \eqref \ref \cite \hspace \vspace \mspace \phantom \hphantom \vphantom"
           r" \eqno \leqno \require",
           "a label, a number or a space, without a meaning", "a = a @{x}", arity=1),
    *_each(K.SPACED, r"\mathrel \mathbin \mathord \mathop \mathopen \mathclose \mathpunct",
           "spacing, around nothing or around a sign", "a @{} + b"),
    _entry(K.COLOUR, r"\color \textcolor \bbox \colorbox", "a colour, without a meaning",
           "@{red}{a} + b", arity=1),
    *_each(K.WRAP, r"\boxed \fbox \ensuremath \smash \mathclap", "a frame around what is meant",
           "@{a} + b", arity=1),
    *_each(K.UNDER, r"\underbrace \overbrace", "a brace: what stands at it is a remark",
           r"@{a}_{\text{why}} + b", arity=1),
    # Known, and not read
    *_each(K.REFUSED, r"\sin \cos \tan", "this function", "@ a", "angles are beyond what is decided here"),
    *_each(K.REFUSED, r"\det \min \arg \sup \inf \lim", "this function", "@ a",
           "give its value a name, and say what is known of that"),
    *_each(K.REFUSED, r"\prod \int \oint \bigcup", "this operator", "@ a",
           r"sums (`\sum_i`) are read; products over an index and integrals are beyond what is decided here"),
    *_each(K.OPERATOR, r"\pm \mp ± ∓", "this sign", "a @ a", "write a formula for each of the two signs"),
    *_each(K.OPERATOR, r"\div \oplus \ominus", "this sign", "a @ a"),
    *_each(K.REFUSED, r"\dots \ldots \cdots \dotsb \dotsc \dotsm …", "this sign", "a @ a",
           r"write the sum: `\sum_{i=1}^n x_i`"),
    *_each(K.REFUSED, r"\infty \neg", "this sign", "a @ a"),
    *_each(K.REFUSED, r"\cancel \bcancel \xcancel \sout", "what is struck out", "@{a}", arity=1),
)
# fmt: on
"""Every command; the first spelling of an entry is the one that is printed."""

BY_SPELLING: dict[str, Command] = {word: entry for entry in TABLE for word in entry.spellings}
KNOWN = frozenset(
    word[1:]
    for word, entry in BY_SPELLING.items()
    if word[0] == "\\" and entry.kind not in (K.REFUSED, K.OPERATOR)
)
"""Commands that have a meaning, without the backslash."""

ROWS = frozenset(
    "align alignat flalign aligned alignedat split equation gather gathered eqnarray multline multlined"
    " displaymath math".split()
)
"""Environments that only arrange rows; `array` joins them where it stands outside brackets."""

# Names that mean something by themselves, and signs, by the texts of their tokens

PARTIAL, NABLA = r"\partial", r"\nabla"
STRAIGHT = ("d", r"\mathrm{d}")
CHANGES = (r"\delta", r"\Delta")
"""Before a name, a change of it or its variation."""
OPERATORS = ("D", r"\mathcal{D}", r"\mathcal{F}", r"\mathcal{L}", r"\mathcal{T}")
"""Before a name, what may be done to all behind it."""
LOSS_LETTERS = frozenset(("f", "L", "J", r"\ell", r"\mathcal{L}"))
"""What a loss is usually called: before a parenthesis, or under ∂, not taken for a number."""
INDEX_LETTERS = frozenset("ijklnpqrstabcd")
"""What stands in a subscript as an index where nothing else is said of it."""
ONES = (r"\mathbf{1}", r"\mathbb{1}")
REVERSED = ("=:", r"\eqqcolon")
"""Definitions of the name on the right."""
INDICATORS = (r"\mathbb{I}", r"\mathbb{1}", r"\mathrm{1}")
"""Besides the vectors of ones, what stands before the condition of an indicator."""
EXPECTATION = (r"\mathbb{E}",)
MEANS = ("mean", "Mean", "E", "avg")
VARIANCES = ("var", "Var", "Variance", "variance")
SUMS = ("sum", "Sum")
TRACES, DIAGONALS = ("tr", "Tr", "trace"), ("diag", "Diag")
BUILT_IN = frozenset((*MEANS, *VARIANCES, *SUMS, *TRACES, *DIAGONALS))
"""The functions of vectors and matrices that need no let."""
OWN = ("sigmoid", "softmax", "relu")
"""Functions that a file may define otherwise than is usual."""
OF_NUMBERS = {"exp": "exp", "log": "log", "ln": "log", "tanh": "tanh"} | {
    spelled: name
    for name in OWN
    for spelled in (name, name.capitalize(), name.upper(), "softMax", "SoftMax", "ReLU")
    if spelled.lower() == name
}
"""The functions of numbers that need no let, by the words for them; and that of vectors made from these."""
MAXIMUM = r"\mathrm{max}"
"""The larger of two numbers, before brackets."""
ITALIC = r"\mathit"
"""In it a letter is itself."""
WORD = r"\mathrm{"
"""How a word that is a name begins, in whatever font it was written."""
ENTRYWISE = frozenset(("odot", "circ"))
"""Products of entries."""
SIGMA = r"\Sigma"
SINCE = (r"\because", "∵")
TAG = r"\tag"
ORDINARY = r"\mathord"
"""Spacing of a name, and of no operator."""
MEMBER = r"\in"
UNEQUAL = r"\ne"
INTERTEXT = (r"\intertext", r"\shortintertext")
EXISTS = r"\exists"
EQUIVALENT = frozenset((r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow", "⇔"))
INFINITY = r"\infty"
TENDS = frozenset(
    (r"\to", r"\rightarrow", r"\longrightarrow", "→", r"\approx", "≈", r"\simeq", r"\downarrow", r"\uparrow")
)
ORDERS_OF_SIZE = frozenset((r"\ll", r"\gg", r"\lll", r"\ggg", r"\sim", "≪", "≫", "∼"))
"""Signs that say how large a name is, or how it is distributed, and not what it is."""
AT_MOST = r"\le"
ORDERS = frozenset((AT_MOST, "<", r"\ge", ">", UNEQUAL))
DOTS = frozenset((r"\dots", r"\ldots", r"\cdots", r"\dotsb", r"\dotsc", r"\dotsm", "…", "."))
EITHER = frozenset((r"\pm", r"\mp", "±", "∓"))
INNER, SHOWN_BRACE, NORM, BAR = r"\langle", r"\{", r"\Vert", "|"
CLOSERS = {"(": ")", "[": "]", "{": "}", SHOWN_BRACE: r"\}", INNER: r"\rangle", NORM: NORM, BAR: BAR}
"""What closes each bracket."""
TRANSPOSES = ("T", r"\mathsf{T}", r"\mathrm{T}")
FOREIGN = frozenset(
    word
    for entry in TABLE
    for word in entry.spellings
    if not word.isascii() or "=" in word or "&" in word or entry.value in (r"\mathbb{R}",)
) | frozenset(
    r"\lparen \rparen \lang \rang \sdot \part \dd \pmb \vb \qty \defeq \coloneqq \coloneq"
    r" \colonequals".split()
)
"""What plain LaTeX with the packages of the American Mathematical Society does not know."""
PAIRED = frozenset((r"\left", r"\right", r"\middle"))
"""Sizes after which a point stands for no bracket at all."""


def spellings(*kinds: Kind) -> frozenset[str]:
    """Every spelling of these kinds."""
    return frozenset(word for entry in TABLE if entry.kind in kinds for word in entry.spellings)
