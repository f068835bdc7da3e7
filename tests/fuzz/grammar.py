"""Notes from a seed: formulas by a grammar, prose, directives and headings around them; some then
mutated, character by character, with what hurts readers.

A note depends on its seed alone.
"""

from __future__ import annotations

from random import Random

NAMES = [
    "a", "b", "x", "y", "m", "e", "k", r"\mu", r"\sigma", r"\sigma^2", r"\hat{x}", r"\gamma",
    r"\epsilon", "L", "W", r"\mathbf{v}", r"\mathrm{inv}", r"\bar x", "f", "I", r"d\sigma^2",
    r"\Vert x \Vert",
]  # fmt: skip
INDEXED = [
    "x_i", "x_j", "y_{ij}", r"\hat{x}_i", "W_{ij}", r"\gamma_k", "x_{i+1}", "x_1", r"\delta_{ij}",
    "g_i",
]  # fmt: skip
NUMBERS = [
    "0", "1", "2", "-3", "1.5", r"\frac{1}{m}", "10^{9}", "m", "0.0", "1e5",
]  # fmt: skip
RELATIONS = [
    "=", "=", "=", "=", r"\le", r"\ge", "<", ">", r"\ne", ":=", r"\in", r"\approx", r"\equiv", "≤",
]  # fmt: skip
BINARY = [
    " + ", " - ", " ", r" \cdot ", "/", r" \odot ", r" \otimes ", r" \times ", " = ", ", ",
]  # fmt: skip
UNARY = [
    r"\frac{1}{?}", r"\frac{?}{?}", r"\sqrt{?}", "(?)^2", "{?}^{-1}", r"\left( ? \right)",
    r"\Vert ? \Vert", "|?|", r"\sum_i ?", r"\sum_{j=1}^m ?", r"\frac{1}{m} \sum_{k \ne i} ?",
    r"\frac{\partial ?}{\partial x_i}", r"\frac{d ?}{d x}", r"\nabla_x ?", r"\langle ?, ? \rangle",
    r"\mathbb{E}[?]", r"\operatorname{Var}(?)", "f(?)", r"\operatorname{tr}(?)", "?^T",
    r"\max_{\Vert W \Vert \le 1} ?", r"\max(?, ?)", r"\exp(?)", r"\underbrace{?}_{?}", r"\text{?}",
    r"\hat{?}", "-?", "{?}", r"\prod_i ?", "?_i", "?^?", r"\log ?", r"\cancel{?}",
    r"\mathbb{1}[i = j] ?", r"\operatorname{diag}(?)",
]  # fmt: skip
DIRECTIVES = [
    "let $?$ = $?$", "assume $?$", "assume $? > 0$", "claim id=c?", "define", 'skip reason="?"',
    "loss $L(?)$", 'refuted reason="?" at="m=2; x=(0,1)"', "partial total", "label $?$", "let $?$",
    "assume", "nonsense $?$",
]  # fmt: skip
PROSE = [
    "where $?$ is the mean and $? > 0$.", "Let $? := ?$.", r"We assume that $? \ne ?$,",
    "- an item with `$`", "## On $?$ and {braces", "# A $x}$ _b_ ^c", "> $$ ? $$",
    "Text % with & signs # ~ \\ \u0302 é 错.", "```\n$$ ? $$\n```",
    "| a | b |\n|---|---|\n| $?$ | $$?$$ |", "令 $? = ?$，其中 $?$。", r"\begin{proof} \( ? \) \end{proof}",
]  # fmt: skip
ROWS = [
    "aligned", "align", "align*", "gather", "cases", "split", "equation", "pmatrix", "unknown",
]  # fmt: skip
SPLINTERS = [
    "{", "}", "$", "$$", r"\left(", r"\right)", r"\begin{align}", r"\end{align}", "&", "\\\\", "^", "_",
    "\\", "%", "#", "\u0000", "\u202e", "\ufeff", "\n\n", "~", r"\frac", r"\sqrt", r"\hat", "'", "''",
    "]", "[", "|", "‖", "𝒳", "\r", "\t", "<!--", "-->", r"\tag{1}", r"\label{a}",
    r"\newcommand{\a}{\a\a}", r"\def\b#1{#1#1}", r"\input{x}", "9" * 50,
]  # fmt: skip


def note(seed: int) -> str:
    """The note of this number."""
    rng = Random(seed)
    text = "\n\n".join(_part(rng) for _ in range(rng.randint(1, 7)))
    for _ in range(rng.choice((0, 0, 0, 1, 2, 5))):
        text = _mutated(text, rng)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _part(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.6:
        return _display(rng)
    if kind < 0.8:
        return f"<!-- bnsym: {_filled(rng.choice(DIRECTIVES), rng, 1)} -->\n{_display(rng)}"
    return _filled(rng.choice(PROSE), rng, 1)


def _display(rng: Random) -> str:
    rows = [_chain(rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    if len(rows) == 1:
        return f"$$\n{rows[0]}\n$$"
    name = rng.choice(ROWS)
    inner = " \\\\\n".join(f"{row[:3]}&{row[3:]}" if rng.random() < 0.2 else row for row in rows)
    return f"$$\n\\begin{{{name}}}\n{inner}\n\\end{{{name}}}\n$$"


def _chain(rng: Random) -> str:
    if rng.random() < 0.3:
        return f"{rng.choice(NAMES + INDEXED)} {rng.choice(['=', ':='])} {_expression(rng, 2)}"
    parts = [_expression(rng, rng.choice((1, 2, 2, 3)))]
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        side = parts[-1] if rng.random() < 0.2 else _expression(rng, rng.choice((0, 1, 2)))
        parts += [rng.choice(RELATIONS), side]
    return " ".join(parts)


def _expression(rng: Random, depth: int) -> str:
    if rng.random() < 0.02:  # one form, deep
        form, text = rng.choice([u for u in UNARY if u.count("?") == 1]), _atom(rng)
        for _ in range(rng.choice((10, 30, 300))):
            text = form.replace("?", text)
        return text
    terms = [_term(rng, depth) for _ in range(rng.choice((1, 1, 2, 3)))]
    return "".join([terms[0], *(rng.choice(BINARY) + term for term in terms[1:])])


def _term(rng: Random, depth: int) -> str:
    if depth <= 0 or rng.random() < 0.4:
        return _atom(rng)
    return _filled(rng.choice(UNARY), rng, depth - 1)


def _atom(rng: Random) -> str:
    return rng.choice(rng.choice((NAMES, INDEXED, INDEXED, NUMBERS)))


def _filled(form: str, rng: Random, depth: int) -> str:
    first, *rest = form.split("?")
    return first + "".join(_expression(rng, depth) + piece for piece in rest)


def _mutated(text: str, rng: Random) -> str:
    at, until = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
    match rng.randrange(4):
        case 0:
            return text[:at] + rng.choice(SPLINTERS) + text[at:]
        case 1:
            return text[:at] + text[at + rng.randint(1, 4) :]
        case 2:
            return text[:at] + text[at:until][:60] + text[at:]
        case _:
            return (
                text[:at]
                + "".join(chr(rng.choice((rng.randrange(128), rng.randrange(0xD7FF)))) for _ in "ab")
                + text[at:]
            )
