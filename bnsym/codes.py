"""Every code that a verdict or a diagnostic can carry, with its explanation.

A code is permanent, and its name states the problem, never the cure. `bnsym explain`
prints from here; a test checks each `example` and expects its own code, and each
`instead` note and expects the code to be gone. Imports nothing of the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Explanation:
    code: str
    name: str
    meaning: str
    """What is wrong and why it matters; paragraphs without line breaks of their own."""
    example: str = ""
    """A note in which `check` finds this code; empty where it takes more than a note."""
    advice: str = ""
    """What to do, in a sentence or two."""
    instead: str = ""
    """The example put right; empty where `advice` says it all."""
    command: str = ""
    """Where a note alone does not show it: a command that does."""


CATALOGUE: dict[str, Explanation] = {}

GROUPS: dict[str, str] = {
    "BN0": "finding the notes",
    "BN10": "notes and directives",
    "BN11": "LaTeX",
    "BN12": "meaning",
    "BN13": "how something was read",
    "BN2": "refuted",
    "BN3": "undecided, or not as declared",
    "BN4": "defects of bnsym",
}
"""Titles by prefix, in the order in which `bnsym explain` lists them."""


def _code(
    code: str,
    name: str,
    meaning: str,
    *,
    example: str = "",
    advice: str = "",
    instead: str = "",
    command: str = "",
) -> None:
    notes = (dedent(text).strip("\n") + "\n" if text else "" for text in (example, instead))
    shown, put_right = notes
    CATALOGUE[code] = Explanation(code, name, _line(meaning), shown, _line(advice), put_right, command)


def _line(text: str) -> str:
    return " ".join(text.split())


# Finding the notes

_code(
    "BN001",
    "file-not-found",
    "No file or directory has this path.",
    advice="Check the spelling; paths are relative to the directory in which bnsym runs.",
    command="bnsym check derivatoins/batchnorm.md",
)
_code(
    "BN002",
    "no-notes",
    """The directory holds no note (*.md, *.tex, *.ipynb), or `all` was asked for where there is
    no directory `derivations/`. A gate that checks nothing would always be green, so this is
    an error.""",
    advice="Name a note or its directory, or run bnsym where `derivations/` is.",
    command="bnsym check an-empty-directory",
)
_code(
    "BN003",
    "not-text",
    """The file is binary, or its bytes are not UTF-8. Guessing an encoding could change
    a formula, so none is guessed.""",
    advice="Save the note as UTF-8.",
    command="bnsym check figure.png",
)
_code(
    "BN004",
    "unknown-fragment",
    """After `#` stands the id of a link (`input-gradient.2`) or of a block
    (`input-gradient`, all its links); this file has none of that name.""",
    advice="`bnsym check FILE` lists the ids.",
    command="bnsym check derivations/batchnorm.md#input-gradeint",
)
_code(
    "BN005",
    "too-large",
    "The file is larger than 8 MB, more than any note; reading it could take all the memory.",
    advice="Split the note.",
    command="bnsym check a-disk-image.md",
)
_code(
    "BN006",
    "nothing-to-check",
    """The note can be read, but holds nothing to decide: no `=` or `\\le` in display math
    that is not a definition. Success would be an empty claim, so the exit code is 5.""",
    example=r"""
    $$
    \mu := \frac{1}{m} \sum_i x_i
    $$
    """,
    advice="Write what is claimed of the definitions.",
    instead=r"""
    $$
    \mu := \frac{1}{m} \sum_i x_i
    $$

    $$
    \sum_i (x_i - \mu) = 0
    $$
    """,
)
_code(
    "BN007",
    "not-readable",
    "The file exists, but the system does not let bnsym read it.",
    advice="Check its permissions.",
    command="bnsym check somebody-elses.md",
)

_code(
    "BN008",
    "unknown-format",
    """The end of the file's name is none that bnsym knows: it reads Markdown (.md, .markdown, and
    files without one), LaTeX (.tex) and Jupyter notebooks (.ipynb). Taken for Markdown, another
    format could be misread.""",
    advice="Rename the file, or, if it holds Markdown, pipe it in: `bnsym check - < FILE`.",
    command="bnsym check slides.rst",
)
_code(
    "BN009",
    "not-a-notebook",
    """The file is called .ipynb, but it isn't JSON, or not a notebook of format 4. Nothing in it
    is read.""",
    advice="Save it with Jupyter, or convert it with `jupyter nbconvert --to notebook`.",
    command="bnsym check cut-off.ipynb",
)

# Notes and directives

_code(
    "BN101",
    "unclosed-math",
    """A display formula is opened and never closed. Markdown would take the rest of the
    note for a formula, or show none of it.""",
    example=r"""
    $$
    a + a = 2 a
    """,
    advice="Close the formula.",
    instead=r"""
    $$
    a + a = 2 a
    $$
    """,
)
_code(
    "BN102",
    "empty-block",
    "A display formula holds nothing.",
    example=r"""
    $$
    $$

    $$
    a + a = 2 a
    $$
    """,
    advice="Remove it, or write what was meant.",
    instead=r"""
    $$
    a + a = 2 a
    $$
    """,
)
_code(
    "BN103",
    "unknown-directive",
    "A comment begins with `bnsym:`, but the word after it is not a directive.",
    example=r"""
    <!-- bnsym: clam id=twice -->
    $$
    a + a = 2 a
    $$
    """,
    advice="The directives are define, let, assume, claim, refuted, skip and index.",
    instead=r"""
    <!-- bnsym: claim id=twice -->
    $$
    a + a = 2 a
    $$
    """,
)
_code(
    "BN104",
    "unknown-option",
    "The directive has no option of this name. Ignoring it could ignore a reservation.",
    example=r"""
    <!-- bnsym: claim ident=twice -->
    $$
    a + a = 2 a
    $$
    """,
    advice="See the README for the options of each directive.",
    instead=r"""
    <!-- bnsym: claim id=twice -->
    $$
    a + a = 2 a
    $$
    """,
)
_code(
    "BN105",
    "duplicate-id",
    "Two blocks have the same id, so a reference to it could mean either.",
    example=r"""
    <!-- bnsym: claim id=twice -->
    $$
    a + a = 2 a
    $$

    <!-- bnsym: claim id=twice -->
    $$
    b + b = 2 b
    $$
    """,
    advice="Rename one of them.",
    instead=r"""
    <!-- bnsym: claim id=twice-a -->
    $$
    a + a = 2 a
    $$

    <!-- bnsym: claim id=twice-b -->
    $$
    b + b = 2 b
    $$
    """,
)
_code(
    "BN106",
    "directive-without-block",
    """The directive speaks of the display formula that follows it, and none follows.
    A `refuted` or `skip` that has lost its formula would otherwise vanish unseen.""",
    example=r"""
    $$
    a + a = 2 a
    $$

    <!-- bnsym: claim id=lost -->

    The end.
    """,
    advice="Put the directive just before its formula.",
    instead=r"""
    <!-- bnsym: claim id=found -->
    $$
    a + a = 2 a
    $$

    The end.
    """,
)
_code(
    "BN107",
    "bad-directive",
    "The directive is known, but what it needs is missing or cannot be read: a formula, a reason, a value.",
    example=r"""
    <!-- bnsym: assume -->

    $$
    a + a = 2 a
    $$
    """,
    advice='`assume` and `let` take formulas between dollar signs; `refuted` and `skip` take reason="…".',
    instead=r"""
    <!-- bnsym: assume $a > 0$ -->

    $$
    a + a = 2 a
    $$
    """,
)
_code(
    "BN108",
    "no-such-link",
    "A directive names a link of its block by number, and the block has fewer.",
    example=r"""
    <!-- bnsym: refuted link=3 reason="the sign" -->
    $$
    a + a = 3 a
    $$
    """,
    advice="Links are counted from 1, one for each relation sign of the block, in reading order.",
    instead=r"""
    <!-- bnsym: refuted link=1 reason="the sign" -->
    $$
    a + a = 3 a
    $$
    """,
)

_code(
    "BN109",
    "not-followed",
    """A LaTeX file takes in another one (`\\input`, `\\include`). It is not followed: its formulas
    are not checked here, and the commands that it defines are not known.""",
    advice="Check that file too, and define the commands where they are used.",
    command="bnsym check paper.tex",
)

# LaTeX

_code(
    "BN111",
    "unknown-command",
    """The command is not one that bnsym knows. It reads a fixed list of commands and
    refuses the rest: a command passed over in silence would change the formula.""",
    example=r"""
    $$
    \gama + \gama = 2 \gama
    $$
    """,
    advice="Write the formula in known commands, or declare the block `skip` with a reason.",
    instead=r"""
    $$
    \gamma + \gamma = 2 \gamma
    $$
    """,
)
_code(
    "BN112",
    "syntax-error",
    "The LaTeX does not parse as a formula here: an operand is missing, or a bracket has no partner.",
    example=r"""
    $$
    (a + b = b + a
    $$
    """,
    advice="The caret shows where reading stopped.",
    instead=r"""
    $$
    (a + b) = b + a
    $$
    """,
)
_code(
    "BN113",
    "too-deep",
    """The formula nests brackets deeper than any that a person writes; or it has more parts than can be
    handled once lets, functions, variances and powers of matrices are written out.""",
    example="$$\na + a = " + "(" * 2000 + "a + a" + ")" * 2000 + "\n$$",
    advice="Give the inner parts names.",
    instead=r"""
    $$
    a + a = (a + a)
    $$
    """,
)
_code(
    "BN114",
    "unsupported-exponent",
    """An exponent has to be a rational number of modest size, T, or a star. A variable
    exponent leaves the algebra that is decided here; an enormous one leaves the memory.""",
    example=r"""
    $$
    2 x^{1000000000} = x
    $$
    """,
    advice="Write the power out, or declare the block `skip`.",
    instead=r"""
    $$
    2 x^{2} = x \cdot x + x^2
    $$
    """,
)

# Meaning

_code(
    "BN115",
    "stray-ink",
    """Something in a display formula belongs to no statement that can be read: a row without a relation
    sign that begins with no operator, or a relation inside a group whose meaning is not known, such as
    `\\cancel{a = b}`. It is never passed over: the links whose meaning it may change are unread.""",
    example=r"""
    $$
    \begin{aligned}
    (a + b)^2 &= a^2 + 2 a b + b^2 \\
    &\quad \left( a + b \right)
    \end{aligned}
    $$
    """,
    advice="Begin a row that goes on with an operator or a relation sign, and write a relation without "
    "what is around it.",
    instead=r"""
    $$
    (a + b)^2 = a^2 + 2 a b + b^2
    $$
    """,
)
_code(
    "BN117",
    "unfit-macro",
    """A LaTeX file defines this command in a way that bnsym does not write out (parameters that
    other signs set off, a definition inside a group or inside another one), or calls it without
    its arguments, or it has no end. A formula that uses it is not read, even where LaTeX has a
    command of that name: the author took that meaning away.""",
    advice="Define it with `\\newcommand`, before its first use and outside all braces.",
    command="bnsym check paper.tex",
)
_code(
    "BN120",
    "not-a-ball",
    """A maximum is taken over something other than the matrices X with |X| <= radius in the spectral
    norm, or of something that does not show X. Over an unbounded set there may be none, and a
    gradient that is itself a function of X is held fixed: so the formula must show where X enters.""",
    example=r"""
    $$
    \max_{X} \Vert X^T v \Vert_2^2 = \lambda^2 \Vert v \Vert_2^2
    $$
    """,
    advice="Write the set as a ball, and what is maximized with the matrix in it.",
    instead=r"""
    $$
    \max_{\Vert X \Vert_2 \le \lambda} \Vert X^T v \Vert_2^2 = \lambda^2 \Vert v \Vert_2^2
    $$
    """,
)
_code(
    "BN121",
    "index-not-bound",
    """An index is free on one side of a relation only, so that side has a value for every i
    and the other has one value. Often a sum sign was forgotten.""",
    example=r"""
    <!-- bnsym: define -->
    $$
    \mu = \frac{1}{m} \sum_i x_i
    $$

    $$
    m \mu = x_i
    $$
    """,
    advice="Bind the index with a sum, or write it on both sides.",
    instead=r"""
    <!-- bnsym: define -->
    $$
    \mu = \frac{1}{m} \sum_i x_i
    $$

    $$
    m \mu = \sum_i x_i
    $$
    """,
)
_code(
    "BN122",
    "index-bound-twice",
    """A sum binds an index that already has a meaning around it. Some readers take the inner,
    some the outer; the formula has two values.""",
    example=r"""
    $$
    g_i \sum_i x_i = g_i \sum_j x_j
    $$
    """,
    advice="Give the sum a letter of its own.",
    instead=r"""
    $$
    g_i \sum_k x_k = g_i \sum_j x_j
    $$
    """,
)
_code(
    "BN123",
    "two-kinds",
    "One name is used as two kinds of thing, such as a scalar here and a vector there.",
    example=r"""
    $$
    \sum_i g_i + X^T g = X^T g + \sum_i g_{ij}
    $$
    """,
    advice="Use two names.",
    instead=r"""
    $$
    \sum_i g_i + h = h + \sum_i g_i
    $$
    """,
)
_code(
    "BN124",
    "shape-mismatch",
    """The shapes do not fit: a vector is added to a scalar or equated with one, or a
    product's inner sizes differ.""",
    example=r"""
    $$
    \langle g, h \rangle = g + h
    $$
    """,
    advice="The message names both shapes.",
    instead=r"""
    $$
    \langle g, h \rangle = \langle h, g \rangle
    $$
    """,
)
_code(
    "BN125",
    "space-conflict",
    """One index letter runs over two spaces (say, the batch of size N and the features of
    size D). Its values cannot serve both.""",
    example=r"""
    $$
    \sum_{i=1}^{N} x_i + \sum_{i=1}^{D} x_i = 0
    $$
    """,
    advice="Keep one letter for one space.",
    instead=r"""
    $$
    \sum_{i=1}^{N} x_i - \sum_{k=1}^{N} x_k = 0
    $$
    """,
)
_code(
    "BN126",
    "circular-definition",
    "A definition depends on the name that it defines.",
    example=r"""
    <!-- bnsym: define -->
    $$
    \begin{aligned}
    a &= b + 1 \\
    b &= a - 1
    \end{aligned}
    $$

    $$
    a - b = 1
    $$
    """,
    advice="Define each name from names before it; write what merely holds as `assume` or as a claim.",
    instead=r"""
    <!-- bnsym: define -->
    $$
    a = b + 1
    $$

    $$
    a - b = 1
    $$
    """,
)
_code(
    "BN127",
    "redefined",
    "A name is defined a second time, so formulas after it could mean either.",
    example=r"""
    <!-- bnsym: define -->
    $$
    s = \sum_i x_i
    $$

    <!-- bnsym: define -->
    $$
    s = 2 \sum_i x_i
    $$

    $$
    s = \sum_i x_i
    $$
    """,
    advice="Use a new name, or claim the second formula instead of defining it.",
    instead=r"""
    <!-- bnsym: define -->
    $$
    s = \sum_i x_i
    $$

    <!-- bnsym: define -->
    $$
    t = 2 \sum_i x_i
    $$

    $$
    t = 2 s
    $$
    """,
)
_code(
    "BN128",
    "no-meaning",
    """The formula parses, but has no meaning in bnsym's notation, such as a derivative by
    something that is no name.""",
    example=r"""
    $$
    \frac{\partial f}{\partial (a + b)} = 0
    $$
    """,
    advice="See the README for the notation; declare the block `skip` where it says something else.",
)
_code(
    "BN129",
    "ambiguous-name",
    "The text has two readings that bnsym's conventions do not tell apart. It does not guess.",
    advice="Write braces, a `\\cdot` or an index that leaves one reading.",
)

_code(
    "BN130",
    "unknown-derivative",
    """A derivative of which the file says nothing: what is differentiated is not written with the name
    that it is differentiated by, nor is any definition that leads to it. It is unknown, not 0.""",
    example=r"""
    $$
    \frac{\partial u_i}{\partial v_k} = 0
    $$
    """,
    advice="Define what is differentiated by a formula, or name the outputs that a loss is a function of.",
)

# How something was read

_code(
    "BN131",
    "resembles-a-name",
    """Nothing defines this name, so it is a free variable; but it looks like a name that is
    defined. A slip of this kind makes a formula false, or true of something else.""",
    example=r"""
    <!-- bnsym: define -->
    $$
    \mu = \frac{1}{m} \sum_i x_i
    $$

    $$
    \sum_i (x_i - u) = m \mu - m u
    $$
    """,
    advice="Correct the name; or say that both are meant by defining or assuming something of it.",
    instead=r"""
    <!-- bnsym: define -->
    $$
    \mu = \frac{1}{m} \sum_i x_i
    $$

    $$
    \sum_i (x_i - \mu) = 0
    $$
    """,
)
_code(
    "BN132",
    "free-name",
    "Nothing defines this name: what is claimed is claimed for each of its values.",
    example=r"""
    $$
    a + a = 2 a
    $$
    """,
    advice="Nothing, if that is meant.",
)
_code(
    "BN133",
    "read-as-definition",
    """A bare name stands left of its first `=`, so the row was read as its definition.
    A definition is not checked, it is believed.""",
    example=r"""
    $$
    s = \sum_i x_i
    $$

    $$
    2 s = \sum_i x_i + \sum_j x_j
    $$
    """,
    advice="Say so with `define` or `:=`; or, if it is a claim, with `claim`.",
    instead=r"""
    $$
    s := \sum_i x_i
    $$

    $$
    2 s = \sum_i x_i + \sum_j x_j
    $$
    """,
)
_code(
    "BN134",
    "loss-read-as",
    r"""A name under `\partial` that nothing defines was read as the loss: an unknown
    differentiable function of the outputs, the defined names that no other definition uses.""",
    example=r"""
    <!-- bnsym: define -->
    $$
    y_i = \gamma x_i
    $$

    $$
    \frac{\partial f}{\partial x_i} = \gamma \frac{\partial f}{\partial y_i}
    $$
    """,
    advice="Nothing, if that is meant.",
)
_code(
    "BN135",
    "held-fixed",
    """A maximum over a matrix binds what the formula shows. Here another name is defined through that
    matrix too; it, and gradients there, keep their values while the matrix varies, which is how
    such maxima are meant: the worst case for a gradient that is given.""",
    example=r"""
    <!-- bnsym: loss $L(z)$ -->
    <!-- bnsym: define -->
    $$
    z_i = \sum_j X_{ij} w_j
    $$

    $$
    \max_{\Vert X \Vert_2 \le \lambda} \Vert X^T \frac{\partial L}{\partial z} \Vert_2^2
    = \lambda^2 \Vert \frac{\partial L}{\partial z} \Vert_2^2
    $$
    """,
    advice="Nothing, if that is what the formula says; else it is beyond what bnsym decides.",
)

_code(
    "BN136",
    "partial-or-total",
    r"""In `\frac{\partial u}{\partial v}`, the definition of u mentions v, and other names that depend on v
    too. It could hold these fixed (one path of the chain rule) or not (the Jacobian of the whole map),
    and both are written so. An entry of a Jacobian that stands alone on its side, such as
    `\frac{\partial u_i}{\partial v_j}`, a whole Jacobian, its transpose and its trace are read in the second
    sense, any other derivative in the first. Here the link is false in that sense and true in the other.""",
    example=r"""
    <!-- bnsym: define -->
    $$
    \begin{aligned}
    \mu &= \frac{1}{m} \sum_k x_k \\
    r_i &= x_i - \mu
    \end{aligned}
    $$

    $$
    \sum_i \frac{\partial r_i}{\partial x_j} = 0
    $$
    """,
    advice="""Say which is meant, to the end of the file or to the next such comment:
    `<!-- bnsym: partial total -->` or `<!-- bnsym: partial local -->`.""",
    instead=r"""
    <!-- bnsym: define -->
    $$
    \begin{aligned}
    \mu &= \frac{1}{m} \sum_k x_k \\
    r_i &= x_i - \mu
    \end{aligned}
    $$

    <!-- bnsym: partial total -->
    $$
    \sum_i \frac{\partial r_i}{\partial x_j} = 0
    $$
    """,
)

_code(
    "BN137",
    "not-one-meaning",
    r"""The file does not say one thing that this equation could be held against: it gives a name that is
    defined already another value, or one that stood for any number until here, or equates two names of
    which nothing is known. It is proved where it holds; where it fails, which of the two is meant the
    file does not say, so nothing is refuted.""",
    example=r"""
    $$
    v = \frac{1}{n} \sum_{i=1}^n x_i^2, \qquad s = \sqrt{v + \epsilon}
    $$

    In the code of the layer it is

    $$
    s = \sqrt{v} + \epsilon
    $$
    """,
    advice="""Say that it is claimed, with `<!-- bnsym: claim -->` before the formula; or give one of the two
    another name.""",
    instead=r"""
    $$
    v = \frac{1}{n} \sum_{i=1}^n x_i^2, \qquad s = \sqrt{v + \epsilon}
    $$

    In the code of the layer it is

    $$
    t = \sqrt{v} + \epsilon
    $$

    $$
    s^2 - v = \epsilon
    $$
    """,
)

# Refuted

_code(
    "BN201",
    "sides-differ",
    """The equation is false: at the witness, exact values that meet every hypothesis, the two
    sides are different numbers. Anyone can check them by hand.""",
    example=r"""
    $$
    \sum_i (x_i - 1) = \sum_i x_i - 1
    $$
    """,
    advice="""Correct the formula. Where it is quoted and known to be wrong, declare it:
    <!-- bnsym: refuted reason="…" -->""",
    instead=r"""
    $$
    \sum_i (x_i - 1) = \sum_i x_i - m
    $$
    """,
)
_code(
    "BN202",
    "order-fails",
    """The inequality is false: at the witness, exact values that meet every hypothesis, the
    sides stand in the opposite order. Often a hypothesis is missing.""",
    example=r"""
    $$
    \gamma^2 \sum_i g_i^2 \le \sum_i g_i^2
    $$
    """,
    advice="Turn the sign round, or state the hypothesis under which it holds.",
    instead=r"""
    <!-- bnsym: assume $\gamma^2 \le 1$ -->

    $$
    \gamma^2 \sum_i g_i^2 \le \sum_i g_i^2
    $$
    """,
)
_code(
    "BN203",
    "sides-equal",
    r"The two sides of a `\ne` are the same number at the witness.",
    example=r"""
    $$
    a^2 \ne a
    $$
    """,
    advice="State the hypothesis that keeps the sides apart.",
)

# Undecided, or not as declared

_code(
    "BN301",
    "out-of-time",
    "Neither a proof nor a witness was found within the time that each link is given.",
    advice="Allow more with --timeout, or put an intermediate step into the chain.",
    command="bnsym check --timeout 0.001 derivations/batchnorm.md",
)
_code(
    "BN302",
    "no-certificate-no-witness",
    """Every method was tried: none gave a certificate that the kernel accepts, and no small
    exact values tell the two sides apart. The statement may be true, or false only for large m.""",
    advice="Put an intermediate step into the chain, or state the hypothesis that is used.",
)
_code(
    "BN303",
    "not-decidable-yet",
    "The statement has a meaning, but uses something for which this version has no method.",
    advice='Declare the block <!-- bnsym: skip reason="…" -->; it is counted and always shown.',
)
_code(
    "BN304",
    "division-by-zero",
    "Something that is zero under the definitions and hypotheses is divided by, so a side has no value.",
    example=r"""
    <!-- bnsym: define -->
    $$
    \mu = \frac{1}{m} \sum_i x_i
    $$

    $$
    \frac{1}{\sum_i (x_i - \mu)} = 1
    $$
    """,
    advice="Correct the divisor.",
)
_code(
    "BN305",
    "contradictory-hypotheses",
    """No values meet all the hypotheses in scope. Anything follows from them, so nothing is
    proved from them.""",
    example=r"""
    <!-- bnsym: assume $\gamma = 1$ -->
    <!-- bnsym: assume $\gamma = 2$ -->

    $$
    \gamma + \gamma = 5
    $$
    """,
    advice="Drop or correct one; an assumption lasts to the end of its section.",
    instead=r"""
    <!-- bnsym: assume $\gamma = 2$ -->

    $$
    \gamma + \gamma = 4
    $$
    """,
)
_code(
    "BN306",
    "hypotheses-unmet",
    """The statement would follow, but no values were found that meet the hypotheses and side
    conditions in scope; a proof from what nothing meets would say nothing.""",
    example=r"""
    <!-- bnsym: assume $\gamma^2 = -1$ -->

    $$
    2 \gamma^2 = -2
    $$
    """,
    advice="Correct the hypotheses, or ask whether what is divided by can be other than zero.",
    instead=r"""
    <!-- bnsym: assume $\gamma^2 = 1$ -->

    $$
    2 \gamma^2 = 2
    $$
    """,
)
_code(
    "BN307",
    "not-as-declared",
    """A directive says one thing of the link and checking found another: a link declared
    `refuted` was not refuted, or one declared `skip code=…` does not give that code.""",
    example=r"""
    <!-- bnsym: refuted reason="a factor is lost" -->
    $$
    a + a = 2 a
    $$
    """,
    advice="Remove the directive, or correct it.",
    instead=r"""
    $$
    a + a = 2 a
    $$
    """,
)
_code(
    "BN308",
    "witness-fails",
    """The values in at="…" do not refute the link: the relation holds there, or a value is
    missing or has the wrong shape.""",
    example=r"""
    <!-- bnsym: refuted reason="a factor" at="a=0" -->
    $$
    a + a = 3 a
    $$
    """,
    advice="Give other values, or leave `at` out and let bnsym find some.",
    instead=r"""
    <!-- bnsym: refuted reason="a factor" at="a=1" -->
    $$
    a + a = 3 a
    $$
    """,
)
_code(
    "BN309",
    "maximum-without-value",
    """No value was found for a maximum: a bound that holds for all matrices of the ball, and a matrix
    of rank one at which it is met. Where such a maximum stands nothing is decided.""",
    example=r"""
    $$
    \max_{\Vert X \Vert_2 \le 1} (\Vert X^T v \Vert_2^2 + \Vert X^T w \Vert_2^2) \ge 0
    $$
    """,
    advice="Maxima of the form |Xᵀv| or |Xv|, squared or not, are decided.",
    instead=r"""
    $$
    \max_{\Vert X \Vert_2 \le 1} \Vert X^T v \Vert_2^2 \ge 0
    $$
    """,
)
_code(
    "BN310",
    "empty-ball",
    "A maximum is taken over the matrices of a norm below zero, of which there are none.",
    example=r"""
    $$
    \max_{\Vert X \Vert_2 \le -1} \Vert X^T v \Vert_2^2 = \Vert v \Vert_2^2
    $$
    """,
    advice="Correct the radius, or the hypothesis that makes it negative.",
    instead=r"""
    $$
    \max_{\Vert X \Vert_2 \le 1} \Vert X^T v \Vert_2^2 = \Vert v \Vert_2^2
    $$
    """,
)

# Defects of bnsym

_code(
    "BN311",
    "axiom-not-allowed",
    """The link is proved, but the proof rests on an axiom that the configuration, or --axiom, does not
    list. What a proof may rest on is yours to say.""",
    advice="Add the axiom to `axioms` in [tool.bnsym], or put a step into the chain that needs none.",
    command="bnsym check --axiom gram derivations/batchnorm.md",
)
_code(
    "BN312",
    "worker-lost",
    """The process that worked on the link ended before it was done: it was killed, often because memory
    ran out, or the executor that had the job is gone. It says nothing about the mathematics.""",
    advice="Check it again, with fewer processes (-j 1), a shorter --timeout or smaller --explicit sizes.",
)
_code(
    "BN313",
    "agrees-as-far-as-written",
    r"""One side is a decimal, and the other side is not that number, but is written so when it is rounded,
    or cut off, after as many digits. A reader takes that for a value that was computed, not for a claim that
    it is exact: it is neither proved nor refuted. A decimal that differs in a digit written is refuted.""",
    example=r"""
    $$
    \frac{1}{3} = 0.3333
    $$
    """,
    advice=r"""Nothing, if that is meant; with `\approx` it is no claim. A proof needs the exact value.""",
    instead=r"""
    $$
    \frac{1}{3} \approx 0.3333
    $$

    $$
    \frac{1}{4} = 0.25
    $$
    """,
)
_code(
    "BN401",
    "routes-disagree",
    """The kernel accepted a proof, but a route that shares no code with it (explicit components for small
    m, exact arithmetic mod a prime, or floats at the size that `--m` names) finds the sides different.
    One of them is wrong, and that is a defect of bnsym; the exit code is 3.""",
    advice="Trust neither; please report the note.",
)
_code(
    "BN402",
    "internal-error",
    "bnsym itself failed on this link or file. It says nothing about the mathematics; the exit code is 3.",
    advice="Please report the note and the message.",
)
_code(
    "BN403",
    "repair-search-failed",
    """The search for a repair of the link broke down, or the process that worked on it is gone. The
    verdict is judged without it and stands; no repair is offered.""",
    advice="Please report the note and the message.",
)

NAMES: dict[str, str] = {code: entry.name for code, entry in CATALOGUE.items()}


def find(query: str) -> Explanation | None:
    """The entry for `BN201`, `bn201`, `201` or `sides-differ`."""
    wanted = query.strip().lower()
    code = wanted.upper() if wanted.startswith("bn") else f"BN{wanted}"
    by_name = {entry.name: entry for entry in CATALOGUE.values()}
    return CATALOGUE.get(code) or by_name.get(wanted)


def group_of(code: str) -> str:
    """The title under which `bnsym explain` lists a code: its longest prefix in GROUPS."""
    return max((p for p in GROUPS if code.startswith(p)), key=len)
