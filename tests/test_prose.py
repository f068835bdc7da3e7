"""What the text around the formulas says: definitions, hypotheses, gradients; and what says nothing."""

from __future__ import annotations

import pytest

from bnsym import check
from bnsym.elaborate.document import read_document
from bnsym.elaborate.links import read
from bnsym.source.text import Remark, Role

PROVED, REFUTED, UNREAD = "Proved", "Refuted", "Unread"


def roles(text: str, file: str = "note.md") -> list[str]:
    """The roles of the formulas of the text that state a relation, in order."""
    return [item.role.name for item in read_document(text, file).items if isinstance(item, Remark)]


def defined(text: str, file: str = "note.md") -> list[str]:
    return [one.definition.symbol.name for one in read(text, file).definitions]


def verdicts(tmp_path, text: str, name: str = "note.md") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [type(result.verdict).__name__ for result in check(path).files[0].results]


# Words


DEFINES = {
    "let": "Let $F$ be the mean.",
    "where": "This is the layer, where $F$ is the mean.",
    "set": "We set $F$.",
    "put": "Now put $F$; the rest is easy.",
    "after a condition": "If the batch is large, it converges, where $F$.",
    "after a denial": "The map is not linear, and with $F$ it is worse.",
    "italics": "*Let* $F$.",
    "denn": "Es sei $F$ der Mittelwert.",
    "wobei": "Das ist die Schicht, wobei $F$ das Mittel der Werte ist.",
    "bezeichne": "Die Größe $F$ bezeichne das Mittel der Werte.",
    "sea": "Sea $F$ la media del lote.",
    "donde": "Es la capa, donde $F$ es la media.",
    "sia": "Sia $F$ la media del lotto.",
    "dove": "È lo strato, dove $F$ è la media.",
    "soit": "Soit $F$ la moyenne du lot.",
    "où": "C'est la couche, où $F$ est la moyenne.",
    "onde": "É a camada, onde $F$ é a média do lote.",
    "пусть": "Пусть $F$ есть среднее.",
    "记": "均值记为 $F$。",
    "令": "令 $F$，得到下式。",
    "其中": "这是归一化，其中 $F$ 为均值。",
    "とする": "平均を $F$ とします。",
    "とおく": "平均を $F$ とおくと、次の式になる。",
    "라 하자": "평균을 $F$ 라 하자.",
    "여기서": "여기서 $F$ 이다.",
}


@pytest.mark.parametrize("sentence", DEFINES.values(), ids=list(DEFINES))
def test_a_word_that_introduces_a_definition_does_so(sentence):
    formula = r"$u = \frac{1}{n} \sum_{k=1}^n x_k$"
    assert roles(sentence.replace("$F$", formula)) == ["SAID"]
    assert defined(sentence.replace("$F$", formula)) == ["u"]


DEFINES_NOTHING = {
    "no word": "The mean of the values, $F$ in the end.",
    "a word in another": "The outlet $F$, a tablet $F$ and the whereabouts of $F$.",
    "set as a noun": "Look at the training set $F$ for instance.",
    "then": "Let us look at the mean. Then $F$ by symmetry.",
    "then in one sentence": "Let the batch be centred; then $F$ follows.",
    "hence": "With the notation above, hence $F$.",
    "let us show": "Let us show that $F$ for every batch.",
    "such that": "Let the batch be such that $F$.",
    "if": "If $F$, nothing is left to do.",
    "for": "For $F$ there is nothing left to do.",
    "not": "It is not true that, with the notation of the paper, $F$.",
    "wrong": "It is wrong to set $F$ here.",
    "don't": "We don't set $F$ here.",
    "conditional let": "When the layer is frozen, let $F$.",
    "quotation": "He wrote “let $F$” on the board.",
    "straight quotation": 'He wrote "let $F$" on the board.',
    "code": "One writes `let $F$` there.",
    "comment": "Here is a comment. <!-- let $F$ -->",
    "picture": "![Let $F$ be the mean](mean.png)",
    "address": "See [this](where-$F$) as well.",
    "tag": '<img alt="let $F$"/>',
    "fence": "```\nlet $F$\n```",
    "nicht": "Es ist nicht so, dass mit der Bezeichnung von oben $F$ gilt, und das ist der Punkt.",
    "dann": "Sei die Schicht zentriert, dann ist $F$ das Mittel.",
    "wenn": "Wenn $F$ gilt, ist die Schicht zentriert und das ist gut.",
    "entonces": "Sea el lote centrado, entonces $F$ es la media de los valores.",
    "no": "No es cierto que, con la notación de los autores, $F$.",
    "se": "Se $F$, la media del lotto è nulla.",
    "alors": "Soit le lot centré, alors $F$ est la moyenne des valeurs.",
    "忘记": "不要忘记 $F$。",
    "标记": "标记 $F$ 的位置。",
    "若": "若 $F$，则结论成立。",
    "则": "令批量为零均值，则 $F$。",
    "ならば": "$F$ ならば、結論が成り立つ。",
    "ではない": "平均は $F$ である。",
    "이면": "$F$ 이면 된다.",
}


@pytest.mark.parametrize("sentence", DEFINES_NOTHING.values(), ids=list(DEFINES_NOTHING))
def test_a_word_that_only_looks_like_one_does_not(sentence):
    formula = r"$u = \frac{1}{n} \sum_{k=1}^n x_k$"
    assert "SAID" not in roles(sentence.replace("$F$", formula))
    assert defined(sentence.replace("$F$", formula)) == []


DENIES_NOTHING = {
    "not hard": ("It is not hard to see that $F$.", "It is not true that $F$."),
    "nicht schwer": ("Es ist nicht schwer zu sehen, dass $F$.", "Es ist nicht so, dass $F$."),
    "不变": ("由于尺度不变性，$F$ 也是最优解。", "由于尺度，$F$ 不是最优解，不能说 $F$。"),
    "不等式": ("由不等式，$F$ 成立。", "$F$ 不等于它，并非 $F$。"),
}


@pytest.mark.parametrize(("said", "denied"), DENIES_NOTHING.values(), ids=list(DENIES_NOTHING))
def test_a_negation_that_denies_nothing_leaves_definitions_alone(said, denied):
    formula = r"$u := \frac{1}{n} \sum_{k=1}^n x_k$"
    assert defined(said.replace("$F$", formula)) == ["u"]
    assert roles(denied.replace("$F$", formula))[-1] == "DENIED"


def test_a_list_after_where_defines_and_one_of_claims_does_not():
    items = "- $a = \\frac1n \\sum_k x_k$ is the mean,\n- $b = a^2$.\n"
    assert defined(f"where\n\n{items}") == ["a", "b"]
    assert defined(f"## Notation\n\n{items}") == ["a", "b"]
    assert defined(f"These hold:\n\n{items}") == []
    assert defined(f"The symbols that we do not use:\n\n{items}") == []


def test_a_table_of_symbols_defines_and_one_of_values_does_not():
    rows = "|---|---|\n| $a = \\frac1n \\sum_k x_k$ | mean |\n"
    assert defined(f"| symbol | meaning |\n{rows}") == ["a"]
    assert defined(f"| case | result |\n{rows}") == []


def test_a_number_or_a_bare_name_defines_nothing():
    assert defined(r"Let $\epsilon = 0$, with $u = v$ and $k = 10^{-5}$.") == []


@pytest.mark.parametrize("file", ["note.md", "note.tex"])
def test_both_delimiters_are_found_with_exact_places(file):
    text = "First \\(u = x + y\\), where $v = u^2$ is small.\n"
    remarks = [i for i in read_document(text, file).items if isinstance(i, Remark)]
    assert [text[r.where.start : r.where.end] for r in remarks] == [r"\(u = x + y\)", "$v = u^2$"]
    assert [r.role for r in remarks] == [Role.PLAIN, Role.SAID]


def test_what_tex_does_not_set_defines_nothing():
    hidden = "% let $u = x + y$\n\\begin{verbatim}\nlet $v = x + y$\n\\end{verbatim}\n"
    text = f"\\begin{{document}}\n{hidden}\\end{{document}}\nlet $w = x^2$"
    assert defined(text, "note.tex") == []


NAMES = {
    "by, we denote": "By $g$ we denote the sum $a + b$.",
    "denote by": "Denote by $g$ the sum $a + b$.",
    "is denoted": "The sum $a + b$ is denoted $g$.",
    "is denoted by": "The sum $a + b$ is denoted by $g$ below.",
    "call": "We call $a + b$ $g$.",
    "abbreviate": "Abbreviate $a + b$ as $g$.",
    "=:": "We have $a + b =: g$.",
    "bezeichnen wir": "Mit $g$ bezeichnen wir die Summe $a + b$ der Zahlen.",
    "wird bezeichnet": "Die Summe der Zahlen $a + b$ wird mit $g$ bezeichnet.",
    "on note": "On note $g$ la somme $a + b$ de ces nombres.",
    "se denota": "La suma de los números $a + b$ se denota por $g$.",
    "记为": "把 $a + b$ 记为 $g$。",
}
NAMES_NOTHING = {
    "not": "We do not denote $a + b$ by $g$.",
    "and": "We look at $a + b$ and $g$.",
    "wrong": "It would be wrong to call $a + b$ $g$.",
    "if": "If $g$ is the sum, $a + b$ is known.",
}


@pytest.mark.parametrize("sentence", NAMES.values(), ids=list(NAMES))
def test_a_sentence_that_names_an_expression_defines(tmp_path, sentence):
    note = f"{sentence}\n\n$$\ng - a = b\n$$\n\n$$\ng - a = 2 b\n$$\n"
    assert verdicts(tmp_path, note) == [PROVED, REFUTED]


@pytest.mark.parametrize("sentence", NAMES_NOTHING.values(), ids=list(NAMES_NOTHING))
def test_a_sentence_that_names_no_expression_does_not(tmp_path, sentence):
    assert defined(sentence) == []


ROOTED = "$$\ns = \\sqrt{v + \\epsilon}, \\qquad v = \\frac1m \\sum_i x_i^2\n$$\n\n"
MEAN_SQUARE = "$$\n\\sum_i x_i^2 = m s^2\n$$\n"
NEGLECTS = {
    "neglecting": r"Neglecting $\epsilon$:",
    "we ignore": r"We ignore the small $\epsilon$ and find",
    "negligible": r"Since $\epsilon$ is negligible,",
    "if we drop": r"If we drop $\epsilon$,",
    "to": r"With $\epsilon \to 0$:",
    "much less": r"For $\epsilon \ll v$ it is",
    "vernachlässigt": r"Wenn man nun $\epsilon$ vernachlässigt, ist die Summe",
    "en négligeant": r"En négligeant le terme $\epsilon$, on a la somme",
    "忽略": r"忽略 $\epsilon$，则",
}
NEGLECTS_NOT = {
    "must not": r"We must not neglect $\epsilon$:",
    "not negligible": r"Since $\epsilon$ is not negligible,",
    "small": r"With a small constant $\epsilon$ in the root:",
    "another": r"Neglecting $\eta$:",
}


@pytest.mark.parametrize("sentence", NEGLECTS.values(), ids=list(NEGLECTS))
def test_what_leaves_a_name_out_is_not_refuted_with_it(tmp_path, sentence):
    assert verdicts(tmp_path, f"{ROOTED}{MEAN_SQUARE}\n{sentence}\n\n{MEAN_SQUARE}") == [REFUTED, UNREAD]


def test_a_number_that_the_text_sets_leaves_refutations_open(tmp_path):
    assert verdicts(tmp_path, f"{ROOTED}Setting $\\epsilon = 0$:\n\n{MEAN_SQUARE}") == [UNREAD]
    assert verdicts(tmp_path, f"{ROOTED}In this setting $\\eta = 0$:\n\n{MEAN_SQUARE}") == [REFUTED]


@pytest.mark.parametrize("sentence", NEGLECTS_NOT.values(), ids=list(NEGLECTS_NOT))
def test_what_leaves_nothing_out_is_refuted(tmp_path, sentence):
    assert verdicts(tmp_path, f"{ROOTED}{sentence}\n\n{MEAN_SQUARE}") == [REFUTED]


SPLIT = "$$\n(a + b)^2 = a^2 + b^2\n$$\n"
ONE = "$$\n\\sum_i u_i^2 = 1\n$$\n"


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (f"If $u$ is a unit vector,\n\n{ONE}", UNREAD),
        (f"For a vector $u$ of norm one,\n\n{ONE}", UNREAD),
        (f"For a vector $v$ of norm one,\n\n{ONE}", REFUTED),
        (f"# Wrong\nSuppose $b = c$.\n{SPLIT}# Right\n\n$$\nb = 2 c\n$$\n", UNREAD),
        (f"# Wrong\nSuppose $d = c$.\n{SPLIT}# Right\n\n$$\nb = 2 c\n$$\n", REFUTED),
    ],
)
def test_what_words_say_of_values_leaves_refutations_open(tmp_path, note, expected):
    assert verdicts(tmp_path, note) == [expected]


def test_a_heading_is_a_sentence_of_its_own():
    assert roles("# A wrong attempt\nLet $u = 2 x$.") == ["SAID"]
    assert roles("A wrong attempt:\nlet $u = 2 x$.") == ["DENIED"]
    assert defined("## Notation\n- $u = 2 x$\n") == ["u"]


@pytest.mark.parametrize(
    ("said", "size"),
    [("Let $n = 3$.", UNREAD), ("Take a batch with $n = 3$.", UNREAD), ("Let $d = 3$.", REFUTED)],
)
def test_a_size_that_the_text_fixes_leaves_refutations_open(tmp_path, said, size):
    assert verdicts(tmp_path, f"{said}\n\n$$\n\\sum_{{k=1}}^n 1 = 3\n$$\n") == [size]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (r"The code has $\delta y_i = \partial L/\partial y_i$.", [PROVED, REFUTED]),
        (r"It holds the gradients $g_i = \partial L/\partial y_i$.", [PROVED, REFUTED]),
        (r"Look at $g_i = \partial L/\partial y_i$ in the code.", [UNREAD, UNREAD]),
        (r"Für Größen mit Querstrich gilt $\bar{y}_i = \partial L/\partial y_i$.", [PROVED, REFUTED]),
        (r"Es gilt $\bar{x}_i = \partial L/\partial y_i$.", [UNREAD, UNREAD]),
        (r"Es gilt nicht $\bar{y}_i = \partial L/\partial y_i$.", [UNREAD, UNREAD]),
    ],
)
def test_an_equation_of_a_gradient_names_it_where_words_say_so(tmp_path, said, expected):
    name = next(n for n in (r"\delta y_i", r"\bar{y}_i", r"\bar{x}_i", "g_i") if n in said)
    chain = f"$$\n\\frac{{\\partial L}}{{\\partial c}} = \\sum_i {name} x_i\n$$\n\n"
    note = f"{said}\n\n$$\ny_i = c x_i\n$$\n\n{chain}{chain.replace('= ', '= 2 ')}"
    assert verdicts(tmp_path, note) == expected


MEAN_OF_H = r"Let $s = \frac1n \sum_k h_k$."
STRUCK = {
    "two tildes": ("note.md", f"~~{MEAN_OF_H}~~"),
    "one tilde": ("note.md", f"~{MEAN_OF_H}~"),
    "del": ("note.md", f"<del>\n\n{MEAN_OF_H}\n\n$$\n1 = 2\n$$\n\n</del>"),
    "s": ("note.md", f'<s class="old">{MEAN_OF_H}</s>'),
    "sout": ("note.tex", rf"\sout{{Now \emph{{then}}: {MEAN_OF_H}}}"),
    "st": ("note.tex", rf"\st{{{MEAN_OF_H}}}"),
}
NOT_STRUCK = {
    "spaces of LaTeX": ("note.md", f"In Fig.~2, Eq.~(3), about ~5 values. {MEAN_OF_H} See Sec.~4."),
    "between two": ("note.md", f"~~Once~~ {MEAN_OF_H} ~~Never.~~"),
    "never closed": ("note.md", f"~~{MEAN_OF_H}\n\nAnd~~ so on."),
    "code": ("note.md", f"`~~` {MEAN_OF_H} `~~`"),
    "two spaces": ("note.tex", f"So~~be~~it. {MEAN_OF_H}"),
    "a command of one's own": ("note.tex", rf"\newcommand{{\st}}{{Now: }}\st{{{MEAN_OF_H}}}"),
}


@pytest.mark.parametrize(("name", "text"), STRUCK.values(), ids=list(STRUCK))
def test_what_is_struck_out_is_not_there(tmp_path, name, text):
    assert defined(text, name) == []
    assert PROVED not in verdicts(tmp_path, f"{text}\n\n$$\n\\sum_k (h_k - s) = 0\n$$\n", name)


@pytest.mark.parametrize(("name", "text"), NOT_STRUCK.values(), ids=list(NOT_STRUCK))
def test_what_only_looks_struck_out_is_there(tmp_path, name, text):
    assert defined(text, name) == ["s"]
    assert verdicts(tmp_path, f"{text}\n\n$$\n\\sum_k (h_k - s) = 0\n$$\n", name) == [PROVED]


def test_neither_claims_nor_assumptions_are_left_of_what_is_struck_out(tmp_path):
    assert verdicts(tmp_path, "~~It is\n$$\n1 = 2\n$$\nthen.~~") == []
    assert verdicts(tmp_path, "~~<!-- bnsym: assume $a > 0$ -->~~\n\n$$\na > 0\n$$\n") == [REFUTED]
    assert verdicts(tmp_path, "~~Assume $a > 0$.~~\n\n$$\na > 0\n$$\n") == [REFUTED]


# What follows from it


def test_a_mean_that_the_text_defines_is_used(tmp_path):
    note = r"""
$$
\sum_{k=1}^n (x_k - u) = 0
$$

where $u = \frac1n \sum_{k=1}^n x_k$.

$$
\sum_{k=1}^n (x_k + u) = 0
$$
"""
    assert verdicts(tmp_path, note) == [PROVED, REFUTED]


def test_an_order_in_a_sentence_holds_in_its_section_and_those_inside(tmp_path):
    claim = "$$\n\\frac{v}{v + \\epsilon} \\le 1\n$$\n"
    note = (
        f"# A\n\n{claim}\nwith $\\epsilon > 0$ and a number $v > 0$.\n\n## Inside\n\n{claim}\n# B\n\n{claim}"
    )
    assert verdicts(tmp_path, note)[:2] == [PROVED, PROVED]
    assert verdicts(tmp_path, note)[2] != PROVED


@pytest.mark.parametrize(
    "said", ["if $c > 0$", "then $c > 0$", "it is not true that $c > 0$", "with $c = 1$"]
)
def test_other_relations_in_the_text_assume_nothing(tmp_path, said):
    assert verdicts(tmp_path, f"Note: {said}.\n\n$$\nc^3 + c \\ge 0\n$$\n") != [PROVED]


def test_an_order_of_a_defined_name_is_a_claim_of_the_text(tmp_path):
    note = "$$\nc = a - b\n$$\n\nwith $c > 0$.\n\n$$\na \\ge b\n$$\n"
    assert verdicts(tmp_path, note) != [PROVED]


def test_a_name_for_a_gradient_is_read_for_it(tmp_path):
    note = r"""
We write $dx_i$ for $\frac{\partial L}{\partial x_i}$, and $dy_i$ denotes $\partial L / \partial y_i$.

$$
y_i = g x_i
$$

$$
dx_i = g\, dy_i
$$

$$
dx_i = dy_i
$$
"""
    assert verdicts(tmp_path, note) == [PROVED, REFUTED]


def test_the_letters_below_a_gradient_and_its_name_are_indices(tmp_path):
    note = r"""
Let $x \in \mathbb{R}^{N \times G}$, $\mu_n = \frac1G \sum_{g=1}^G x_{ng}$ and $y_{ng} = x_{ng} - \mu_n$.
With $\delta_{ng} = \partial L / \partial y_{ng}$,

$$\frac{\partial L}{\partial x_{ng}} = \delta_{ng} - \frac1G \sum_{j=1}^G \delta_{nj}$$

$$\frac{\partial L}{\partial x_{ng}} = \delta_{ng} + \frac1G \sum_{j=1}^G \delta_{nj}$$

$$\sum_{g=1}^G \delta_{ng} = \sum_{j=1}^G \delta_{nj}$$
"""
    assert verdicts(tmp_path, note) == [PROVED, REFUTED, PROVED]


def test_what_is_not_judged_is_counted():
    found = read(r"The mean is $\mu = 0$, so $v = 1$. Let $s = \sqrt{v}$.", "note.md")
    assert len(found.unjudged) == 2
    assert [d.definition.symbol.name for d in found.definitions] == ["s"]


def test_what_fails_only_against_an_order_of_another_section_is_not_refuted(tmp_path):
    claim = "$$\n\\frac{v}{v + \\epsilon} \\le 1\n$$\n"
    other = "$$\n\\frac{v}{v + \\epsilon} \\le \\frac12\n$$\n"
    said = "# A\n\nwith $\\epsilon > 0$ and a number $v > 0$.\n\n# B\n\n"
    assert verdicts(tmp_path, said + claim) == [UNREAD]
    assert verdicts(tmp_path, said + other) == [REFUTED]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("In this section we set $a = 0$.", UNREAD),
        ("Some take $a = \\frac12 c$ here, as in the paper.", UNREAD),
        ("If $a = 0$, this is simpler; then $c = 1$.", REFUTED),
        ("It is larger.", REFUTED),
    ],
)
def test_a_value_that_the_text_gives_a_free_name_puts_refutations_in_doubt(tmp_path, text, verdict):
    assert verdicts(tmp_path, f"{text}\n\n$$\na + c = c\n$$\n") == [verdict]


def test_delta_with_two_indices_is_kroneckers_beside_a_gradient_of_that_name(tmp_path):
    note = r"""
Denote by $\delta_i = \frac{\partial L}{\partial y_i}$ the gradient that arrives.

$$
y_i = 2 x_i
$$

$$
\frac{\partial y_i}{\partial x_j} = 2 \delta_{ij}
$$

$$
\frac{\partial L}{\partial x_i} = 2 \delta_i
$$
"""
    assert verdicts(tmp_path, note) == [PROVED, PROVED]


LISTS = {
    "text": ("Let $a, b > 0$.\n", "", PROVED),
    "two orders": ("Let $a > 0, b \\ge 0$.\n", "", PROVED),
    "directive": ("<!-- bnsym: assume $a, b > 0$ -->\n", "", PROVED),
    "beside": ("", r"\quad \text{for } a, b \ge 0", PROVED),
    "an index of two": ("<!-- bnsym: assume $z_{1,2} > 0, a > 0, b > 0$ -->\n", "", PROVED),
    "another name": ("Let $a, c > 0$.\n", "", REFUTED),
    "another name beside": ("", r"\quad \text{for } a, c \ge 0", REFUTED),
    "set off": ("", r"\quad \forall b, \; a > 0", REFUTED),
}


@pytest.mark.parametrize(("before", "beside", "verdict"), LISTS.values(), ids=list(LISTS))
def test_an_order_after_a_list_is_said_of_each_name_in_it(tmp_path, before, beside, verdict):
    text = f"{before}\n$$\n\\sqrt{{a^2 b^2}} = a b {beside}\n$$\n"
    assert verdicts(tmp_path, text) == [verdict]


def test_a_letter_that_counts_is_in_no_list_of_numbers(tmp_path):
    formula = r"\sum_{i=1}^n |g| x_i = g \sum_{i=1}^n x_i, \quad \forall i, g > 0"
    assert verdicts(tmp_path, f"$$\n{formula}\n$$\n") == [PROVED]


LEFT_OPEN = {
    "since": "Since $k > 0$, one has",
    "for": "For $k \\ge 0$ all is well.",
    "if": "If $k > 0$, all is well.",
    "two cases": "If $k > 0$ it converges, if $k < 0$ it does not.",
    "part": "Let $k \\in \\mathbb{R}_{>0}$.",
    "interval": "Let $k \\in (0, 1)$.",
}


@pytest.mark.parametrize("sentence", LEFT_OPEN.values(), ids=list(LEFT_OPEN))
def test_what_a_sentence_leaves_open_of_a_number_puts_a_refutation_in_doubt(tmp_path, sentence):
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|k| = k\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|b| = b\n$$\n") == [REFUTED]


@pytest.mark.parametrize("sentence", list(LEFT_OPEN.values())[:3])
def test_what_is_false_with_it_too_is_refuted(tmp_path, sentence):
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|k| = 2 k\n$$\n") == [REFUTED]


CLAIMED = {
    "denied": "It is not true that $k > 0$.",
    "of two names": "We show that $|k| \\le k$, always.",
    "real": "Let $k \\in \\mathbb{R}$.",
}


@pytest.mark.parametrize("sentence", CLAIMED.values(), ids=list(CLAIMED))
def test_a_sentence_that_bounds_no_number_leaves_nothing_open(tmp_path, sentence):
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|k| = k\n$$\n") == [REFUTED]


def test_suppose_that_assumes(tmp_path):
    assert verdicts(tmp_path, "Suppose that $k > 0$.\n\n$$\n|k| = k\n$$\n") == [PROVED]


ANEW = """# One

$$
y_i = x_i
$$

# Another

{sentence}

$$
y_i = {value} x_i
$$
"""


@pytest.mark.parametrize(
    "sentence",
    ["In this section $y_i = 2 x_i$ with $k > 0$.", "In diesem Abschnitt ist $y_i = 2 x_i$."],
)
def test_what_a_section_says_of_itself_holds_there(tmp_path, sentence):
    assert verdicts(tmp_path, ANEW.format(sentence=sentence, value="2"))[-1] == PROVED
    assert PROVED not in verdicts(tmp_path, ANEW.format(sentence=sentence, value="1"))[-1:]


def test_what_is_shown_in_a_section_defines_nothing_there(tmp_path):
    note = ANEW.format(sentence="In this section we show that $y_i = 2 x_i$.", value="2")
    assert PROVED not in verdicts(tmp_path, note)[-1:]


NORM = "Let $k > 0$.\n\n# Then\n\n$$\n{claim} \\quad \\text{{if}} \\quad k \\le b\n$$\n"


def test_a_condition_with_another_name_leaves_open_what_is_said_elsewhere(tmp_path):
    below = "# First\n\n" + NORM
    assert verdicts(tmp_path, below.format(claim=r"k^2 \le b^2")) == [UNREAD]
    assert verdicts(tmp_path, below.format(claim=r"b^2 \le k^2")) == [REFUTED]
    assert verdicts(tmp_path, NORM.format(claim=r"k^2 \le b^2")) == [PROVED]


CALLED = r"""Write $L(w)$ for the loss as a function.

$$
y_i = 2 x_i
$$

$$
L(k w) = L(w)
$$

$$
\frac{{\partial L}}{{\partial x_i}} = {number} \frac{{\partial L}}{{\partial y_i}}
$$
"""


def test_a_loss_written_as_a_function_hides_no_derivative(tmp_path):
    assert verdicts(tmp_path, CALLED.format(number=2))[-2:] == [UNREAD, PROVED]
    assert verdicts(tmp_path, CALLED.format(number=3))[-2:] == [UNREAD, REFUTED]


def test_a_gradients_short_name_before_a_bracket_is_unread(tmp_path):
    note = "Let $g = \\frac{\\partial L}{\\partial w}$.\n\n$$\ng(2 w) = g(w)\n$$\n"
    assert verdicts(tmp_path, note) == [UNREAD]


def test_a_norm_ends_after_a_prime(tmp_path):
    assert verdicts(tmp_path, "$$\n\\Vert w' \\Vert a = a \\Vert w' \\Vert\n$$\n") == [PROVED]
    assert verdicts(tmp_path, "$$\n\\Vert w' \\Vert a = a \\Vert w \\Vert\n$$\n") == [REFUTED]


LISTED = r"""Let $x = {listed}$ and $y_i = x_i^2$.

$$
x^\top x = \sum_{{i=1}}^n y_i
$$

$$
x^\top x = n \sum_{{i=1}}^n y_i
$$
"""


@pytest.mark.parametrize("listed", [r"[x_1, x_2, \dots, x_n]", r"(x_1, \ldots, x_{n})^\top"])
def test_a_list_of_entries_says_that_a_name_is_a_vector(tmp_path, listed):
    assert verdicts(tmp_path, LISTED.format(listed=listed)) == [PROVED, REFUTED]


@pytest.mark.parametrize("listed", [r"(x_1, x_3, \dots, x_n)", r"(x_1, 0, \dots, x_n)", r"(x_1, \dots, z_n)"])
def test_a_list_of_other_entries_says_nothing_that_is_proved(tmp_path, listed):
    assert PROVED not in verdicts(tmp_path, LISTED.format(listed=listed))[1:]


DESCRIBED = {
    "mean": "Let $c$ be the mean of $h_1, \\dots, h_n$.",
    "after the words": "We take the mean $c$ of the batch.",
    "positive": "The number $c$ is always positive.",
    "before": "For positive $c$ we have",
    "short": "We use $c$ as a shorthand for $2 a$.",
}


@pytest.mark.parametrize("sentence", DESCRIBED.values(), ids=list(DESCRIBED))
def test_of_a_name_that_words_alone_describe_nothing_is_refuted(tmp_path, sentence):
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|c| = c\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|b| = b\n$$\n") == [REFUTED]


UNDESCRIBED = {
    "another noun": "The gain $c$ scales the mean of the batch.",
    "of it": "We take the mean of $c$.",
    "by a formula": "Let the mean $c = a - b$ be given.",
}


@pytest.mark.parametrize("sentence", UNDESCRIBED.values(), ids=list(UNDESCRIBED))
def test_words_beside_another_name_put_nothing_in_doubt(tmp_path, sentence):
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n|c| = c\n$$\n") == [REFUTED]


def test_of_two_equations_joined_by_or_neither_defines(tmp_path):
    text = "Let $s = a + b$, {} $s = b - a$.\n\n$$\ns - a = b\n$$\n"
    assert verdicts(tmp_path, text.format("or let")) == [UNREAD]
    assert verdicts(tmp_path, text.format("oder")) == [UNREAD]
    assert verdicts(tmp_path, "Let $s = a + b$ or $t = b - a$.\n\n$$\ns - a = b\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, "Let $s = a + b$, and let $t = s$ or so.\n\n$$\ns - a = b\n$$\n") == [PROVED]


def test_a_condition_in_force_says_what_the_words_say(tmp_path):
    formula = "$$\n|c| = 2 c, \\quad c > 0\n$$\n"
    assert verdicts(tmp_path, f"Take a positive $c$.\n\n{formula}") == [REFUTED]


# Names that stand for something which nothing says


NO_INPUTS = {
    "bar": (r"\sum_{i=1}^n (x_i - \bar{x}) = 0", r"\sum_{i=1}^n (x_i - z) = 0"),
    "hat": (r"\hat{y}_i - y_i = 0", r"h_i - y_i = 0"),
    "star": (r"\|w_0 - w^*\|^2 \le \|w_0 - w\|^2", r"\|w_0 - v\|^2 \le \|w_0 - w\|^2"),
}


@pytest.mark.parametrize(("marked", "plain"), NO_INPUTS.values(), ids=list(NO_INPUTS))
def test_of_a_name_made_from_another_in_no_known_way_nothing_is_refuted(tmp_path, marked, plain):
    assert verdicts(tmp_path, f"$$\n{marked}\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"$$\n{plain}\n$$\n") == [REFUTED]


def test_a_marked_name_that_is_defined_or_stands_alone_is_like_any_other(tmp_path):
    mean = "$$\n\\bar{x} = \\frac1n \\sum_{i=1}^n x_i\n$$\n"
    assert verdicts(tmp_path, f"{mean}\n$$\n\\sum_i (x_i - \\bar{{x}}) = 1\n$$\n") == [REFUTED]
    assert verdicts(tmp_path, "$$\n\\hat{p} + 1 = \\hat{p}\n$$\n") == [REFUTED]


def shown(formula: str) -> str:
    return f"$$\n{formula}\n$$\n\n"


def test_what_is_differentiated_and_not_defined_is_no_input(tmp_path):
    path = r"\frac{\partial L}{\partial x_i} = g \frac{\partial %s}{\partial x_i}"
    claim = "$$\n\\sum_{i=1}^n (x_i - \\mu) = 0\n$$\n"
    assert verdicts(tmp_path, shown(path % r"\mu") + claim)[-1] == UNREAD
    assert verdicts(tmp_path, shown(path % "s") + claim)[-1] == REFUTED
    own = r"\frac{\partial x_j}{\partial x_i} = \delta_{ij}"
    assert verdicts(tmp_path, f"$$\n{own}\n$$\n\n$$\n\\sum_{{i=1}}^n x_i = 0\n$$\n")[-1] == REFUTED


TWICE = """
$$
u_i = x_i - a
$$

$$
u_i = {again}
$$

$$
{claim}
$$
"""


def test_after_two_equations_that_differ_nothing_made_from_the_name_is_refuted(tmp_path):
    claim = r"\sum_i u_i = 1"
    assert verdicts(tmp_path, TWICE.format(again="2 x_i", claim=claim)) == [UNREAD, UNREAD]
    assert verdicts(tmp_path, TWICE.format(again="- (a - x_i)", claim=claim)) == [PROVED, REFUTED]
    assert verdicts(tmp_path, TWICE.format(again="2 x_i", claim=r"\sum_i x_i = 1"))[-1] == REFUTED


def test_a_new_value_of_a_square_is_no_claim_of_the_old_one(tmp_path):
    update = r"s^2 = (1 - a) s^2 + a b"
    assert verdicts(tmp_path, f"$$\n{update}\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"$$\n{update} + s\n$$\n") == [REFUTED]


def test_dollars_that_stand_for_all_mathematics_make_no_display_amid_words(tmp_path):
    text = "For $$i$$ and $$j$$, with $$d_{ij} = 1$$ only if $$i = j$$. We choose $$r = x + a$$.\n"
    claims = "\n$$\nr - x = a\n$$\n"
    assert verdicts(tmp_path, text + claims) == [PROVED]
    assert verdicts(tmp_path, "We have $$r = r + 1$$ here.\n" + claims)[0] != PROVED
    assert len(verdicts(tmp_path, text + "It is $d$.\n" + claims)) > 1


CHOICE = r"""
$$
\begin{{aligned}}
q_i &= p_i, \quad \text{{or}} \\
q_i &= p_i - \frac1d \sum_{{k=1}}^d p_k
\end{{aligned}}
$$

$$
s = \sum_{{i=1}}^d q_i^2
$$

$$
{claim}
$$
"""


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{\partial s}{\partial q_j} = 2 q_j", PROVED),
        (r"\sum_{i=1}^d (q_i - 1)^2 = s - 2 \sum_i q_i + d", PROVED),
        (r"\sum_{i=1}^d q_i = 0", UNREAD),
        (r"\frac{\partial}{\partial p_j} \sum_{i=1}^d p_i q_i = q_j", UNREAD),
        (r"\frac{\partial s}{\partial p_j} = 0", UNREAD),
        (r"\sum_{i=1}^d p_i = 0", REFUTED),
    ],
)
def test_of_one_of_two_is_proved_what_holds_for_any(tmp_path, claim, wanted):
    assert verdicts(tmp_path, CHOICE.format(claim=claim))[-1] == wanted


def test_a_range_of_two_letters_is_said_of_both(tmp_path):
    claim = r"\frac{\partial}{\partial x_i} x_k^2 = %s \delta_{ki}, \quad i, k \in \{1, \dots, N\}"
    assert verdicts(tmp_path, shown(claim % "2 x_k")) == [PROVED]
    assert verdicts(tmp_path, shown(claim % "x_k")) == [REFUTED]


def test_a_list_of_entries_defines_nothing_without_a_word_as_well(tmp_path):
    text = "The row $x = [x_1, \\dots, x_n]$ is long.\n\n$$\n\\sum_{i=1}^n x_i^2 = \\Vert x \\Vert^2%s\n$$\n"
    assert verdicts(tmp_path, text % "") == [PROVED]
    assert verdicts(tmp_path, text % " + 1") == [REFUTED]


LAYER = r"""
$$
\mu = \frac1n \sum_{i=1}^n x_i, \qquad u_i = x_i - \mu
$$

$$
%s
$$
"""


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\sum_j \frac{\partial L}{\partial u_j} \frac{\partial u_j}{\partial x_i}", PROVED),
        (r"\sum_j \frac{\partial L}{\partial u_j} \left( \delta_{ij} - \frac1n \right)", PROVED),
        (r"2 \sum_j \frac{\partial L}{\partial u_j} \frac{\partial u_j}{\partial x_i}", REFUTED),
        (r"\frac{\partial L}{\partial u_i}", REFUTED),
    ],
)
def test_in_the_chain_rule_through_one_array_its_derivatives_are_total(tmp_path, claim, wanted):
    assert verdicts(tmp_path, LAYER % rf"\frac{{\partial L}}{{\partial x_i}} = {claim}") == [wanted]


def test_beside_the_mean_the_same_derivative_is_one_path(tmp_path):
    loss, by = r"\frac{\partial L}{\partial u_%s}", r"\frac{\partial u_%s}{\partial \mu}"
    paths = rf"{loss % 'i'} + \frac1n \sum_j {loss % 'j'} {by % 'j'}"
    assert verdicts(tmp_path, LAYER % rf"\frac{{\partial L}}{{\partial x_i}} = {paths}") == [PROVED]
    assert verdicts(tmp_path, LAYER % rf"\frac{{\partial L}}{{\partial x_i}} = 2 {paths}") == [REFUTED]


@pytest.mark.parametrize("words", ["(denoted as $dy_i$)", "denoted by $dy_i$", "(written $dy_i$)"])
def test_a_gradient_that_words_name_is_read_for_its_name(tmp_path, words):
    text = (
        "Of the layer\n\n$$\ny_i = w x_i\n$$\n\nthe gradient $\\frac{dL}{dy_i}$ %s is known.\n\n$$\n%s\n$$\n"
    )
    true, false = (rf"\frac{{dL}}{{dw}} = \sum_{{i=1}}^n {factor}" for factor in ("dy_i x_i", "dy_i"))
    assert verdicts(tmp_path, text % (words, true)) == [PROVED]
    assert verdicts(tmp_path, text % (words, false)) == [REFUTED]


def test_a_name_given_at_the_end_is_defined_there(tmp_path):
    claims = shown("a + 1 = 1 + a %s g") + shown("g - a = 1") + shown("g = a")
    for sign in ("=:", r"\eqqcolon", ":=", r"\coloneqq"):
        assert verdicts(tmp_path, claims % sign) == [PROVED, PROVED, UNREAD]
    assert verdicts(tmp_path, shown("b - 1 =: c") + shown("b - c = 1") + shown("b = c + 2")) == [
        PROVED,
        REFUTED,
    ]
    assert PROVED not in verdicts(tmp_path, shown("a = b := c"))


def test_a_word_before_a_bracket_is_a_function(tmp_path):
    norm = shown(r"RMS(x) = \sqrt{\frac1n \sum_{i=1}^n x_i^2}")
    assert verdicts(tmp_path, norm + shown(r"n\, RMS(x)^2 = \sum_{i=1}^n x_i^2")) == [PROVED]
    assert verdicts(tmp_path, norm + shown(r"RMS(x)^2 = \sum_{i=1}^n x_i^2")) == [REFUTED]
    assert verdicts(tmp_path, shown("a = ReLU(y)") + shown("b = softmax(y)")) == []
    assert verdicts(tmp_path, shown("XW(a) = 2")) == [UNREAD]


def test_a_differential_is_no_number_of_its_letter(tmp_path):
    layer = shown("y_i = w x_i") + shown("dL = g")
    claim = r"\frac{\partial L}{\partial w} = \sum_{i=1}^n \frac{\partial L}{\partial y_i} x_i"
    assert verdicts(tmp_path, layer + shown(claim))[-1] == PROVED
    assert verdicts(tmp_path, layer + shown(claim + " w"))[-1] == REFUTED
    assert verdicts(tmp_path, shown("y_i = w x_i") + shown("L = 3 g") + shown(claim))[-1] == UNREAD


def test_a_sum_without_an_index_runs_over_the_only_one_in_it(tmp_path):
    mean = shown(r"c = \frac1n \sum_{i=1}^n x_i, \qquad s = \sum (x_i - c)^2")
    assert verdicts(tmp_path, mean + shown(r"\sum x_i^2 - s = \frac{(\sum x_i)^2}{n}")) == [PROVED]
    assert verdicts(tmp_path, mean + shown(r"- s + \sum x_i^2 = (\sum x_i)^2")) == [REFUTED]
    for claim in (
        r"\sum x_i y_j = c",
        r"\sum x = c",
        r"\sum (x_i - \sum x_j) = c",
        r"x_i \sum x_i = n x_i c",
    ):
        assert verdicts(tmp_path, mean + shown(claim)) == [UNREAD]


SURE = {
    "let": "Let $k > 0$.",
    "suppose": "Suppose that the gain $k > 0$ is fixed.",
    "we assume": "Now we assume that $k > 0$.",
    "where": "Here $z = k^2$, where $k > 0$ is a small constant.",
    "with": "The layer returns $z = k^2$ with $k > 0$.",
    "alone": "With $k > 0$.",
    "avoids": "The constant $k > 0$ avoids division by zero.",
    "sei": "Sei $k > 0$ eine feste Zahl.",
    "soit": "Soit $k > 0$ un réel.",
    "其中": "其中 $k > 0$ 是防止除零的小常数。",
}
UNSURE = {
    "without": "Without assuming $k > 0$:",
    "without that": "Without assuming that $k > 0$ we get",
    "without the": "Without the assumption $k > 0$",
    "nothing": "Nothing assumes $k > 0$ here.",
    "instead": "Instead of assuming $k > 0$, keep the sign.",
    "rather": "Rather than assume $k > 0$ we allow any sign.",
    "avoid": "We avoid assuming $k > 0$.",
    "others": "Others assume $k > 0$.",
    "common": "Assuming $k > 0$ is common, but not done here.",
    "drop": "Drop the assumption $k > 0$.",
    "ohne": "Ohne die Annahme $k > 0$ gilt",
    "easy": "The case with $k > 0$ is easy.",
    "earlier": "In an earlier version we worked with $k > 0$.",
    "another's": "Smith and Jones work with $k > 0$, which is not needed.",
    "another's layer": "Smith and Jones return $z = k^2$ with $k > 0$.",
    "arise": "Problems arise with $k > 0$.",
    "why": "Why would one work with $k > 0$?",
    "asked": "Let $k > 0$?",
    "moment": "Let $k > 0$ for a moment; then the direction is kept.",
    "starts": "The implementation starts with $k > 0$.",
    "oft": "Mit $k > 0$ wird oft gearbeitet.",
    "sans": "Sans supposer $k > 0$, on a",
}


@pytest.mark.parametrize("said", SURE.values(), ids=SURE)
def test_an_order_is_assumed_where_every_word_says_so(tmp_path, said):
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = k\n$$\n") == [PROVED]
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = 2 k\n$$\n") == [REFUTED]


@pytest.mark.parametrize("said", UNSURE.values(), ids=UNSURE)
def test_an_order_that_may_be_assumed_neither_proves_nor_refutes(tmp_path, said):
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = k\n$$\n") == [UNREAD]


@pytest.mark.parametrize(
    "said", ["Without assuming", "Without the assumption", "We avoid assuming", "Nobody assumes"]
)
def test_an_equation_that_is_not_surely_assumed_is_no_condition(tmp_path, said):
    mean = "$$\nc = \\frac{1}{m} \\sum_i x_i\n$$\n\n"
    claim = "{} $c = 0$:\n\n$$\n\\sum_i x_i = 0\n$$\n"
    assert verdicts(tmp_path, mean + claim.format(said)) != [PROVED]
    assert verdicts(tmp_path, mean + claim.format("Now, assuming")) == [PROVED]


SIGNED = {
    "sei": "Sei $k$ positiv. Dann",
    "nichtnegativ": "Sei $k$ nichtnegativ.",
    "sea": "Sea $k$ positivo.",
    "est": "$k$ est un réel strictement positif.",
    "où": "où $k$ est positif.",
    "其中": "其中 $k$ 为正数。",
    "設": "設 $k$ 為正。",
    "пусть": "Пусть $k$ положительно.",
    "где": "где $k$ — положительное число.",
    "ここで": "ここで $k$ は正の数である。",
    "양수": "$k$는 양수이다.",
    "dove": "dove $k$ è positivo.",
    "gdzie": "gdzie $k$ jest dodatnie.",
}


@pytest.mark.parametrize("said", SIGNED.values(), ids=SIGNED)
def test_a_sign_in_words_of_any_language_refutes_nothing(tmp_path, said):
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = k\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"{said.replace('$k$', '$c$')}\n\n$$\n|k| = k\n$$\n") == [REFUTED]


SPOKEN_OF = {
    "not": "$k$ is not positive.",
    "may": "$k$ may be positive.",
    "if": "If $k$ is positive, all is well.",
}
STATED = {
    "excluded": "Negative values of $k$ are excluded.",
    "by an exponential": "$k$ is parametrized by an exponential to keep it from changing sign.",
    "magnitude": "Since $k$ is a magnitude,",
}


@pytest.mark.parametrize("said", SPOKEN_OF.values(), ids=SPOKEN_OF)
def test_what_holds_for_one_sign_alone_is_unread_beside_words_that_are_not_known(tmp_path, said):
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = k\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = - k\n$$\n") == [UNREAD]
    assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = 2 k\n$$\n") == [REFUTED]


@pytest.mark.parametrize("said", STATED.values(), ids=STATED)
def test_a_property_in_words_that_are_not_known_refutes_nothing_of_its_name(tmp_path, said):
    for claim in ("|k| = k", "|k| = - k", "|k| = 2 k"):
        assert verdicts(tmp_path, f"{said}\n\n$$\n{claim}\n$$\n") == [UNREAD]
        assert verdicts(tmp_path, f"{said}\n\n$$\n{claim.replace('k', 'b')}\n$$\n") == [REFUTED]


def test_what_holds_for_one_sign_alone_is_refuted_beside_words_that_are_known(tmp_path):
    for said in ("We take any $k$.", "The gain $k$ scales the layer.", "So we get"):
        assert verdicts(tmp_path, f"{said}\n\n$$\n|k| = k\n$$\n") == [REFUTED]


GRADIENTS = {
    "let": r"Let $\delta_i$ be the gradient of the loss with respect to $z_i$.",
    "upstream": r"Here we denote the upstream gradient $\delta_i$.",
    "derivative": r"$\delta_i$ is the derivative of $L$ in $z_i$.",
    "signal": r"The error signal $\delta_i$ arrives.",
    "sei": r"Sei $\delta_i$ die Ableitung des Verlusts nach $z_i$.",
    "soit": r"Soit $\delta_i$ le gradient de la perte.",
    "记": r"记 $\delta_i$ 为损失的梯度。",
    "记, 对": r"记 $\delta_i$ 为损失对 $z_i$ 的梯度，则",
}


@pytest.mark.parametrize("said", GRADIENTS.values(), ids=GRADIENTS)
def test_a_gradient_in_words_refutes_nothing(tmp_path, said):
    layer = "$$\nz_i = x_i - \\mu, \\quad \\mu = \\frac1m\\sum_k x_k\n$$\n\n"
    claim = "\n\n$$\n\\frac{\\partial L}{\\partial x_i} = \\delta_i - \\frac1m\\sum_k\\delta_k\n$$\n"
    assert verdicts(tmp_path, layer + said + claim) == [UNREAD]
    other = said.replace("\\delta", "\\zeta")
    assert verdicts(tmp_path, layer + other + claim) == [UNREAD]
    assert verdicts(tmp_path, layer + other + claim.replace("_i - ", "_i + ")) == [REFUTED]


def test_what_a_gradient_in_place_of_a_free_name_would_make_true_is_unread(tmp_path):
    layer = "$$\nz_i = x_i - \\mu, \\quad \\mu = \\frac1m\\sum_k x_k\n$$\n\n"
    claim = "$$\n\\frac{\\partial L}{\\partial x_i} = \\delta_i - \\frac1m\\sum_k\\delta_k\n$$\n"
    assert verdicts(tmp_path, layer + claim) == [UNREAD]
    assert verdicts(tmp_path, layer + claim.replace("_i - ", "_i - 2 ")) == [REFUTED]
    assert verdicts(tmp_path, layer + claim.replace("\\delta_i", "x_i")) == [REFUTED]


def test_an_entry_off_the_diagonal_of_what_is_written_out_is_unread(tmp_path):
    mean = "$$\n\\mu = \\frac1m\\sum_{i=1}^m x_i\n$$\n\n"
    claim = "$$\n\\frac{\\partial (x_i - \\mu)}{\\partial x_j} = @\\frac1m\n$$\n"
    assert verdicts(tmp_path, mean + claim.replace("@", "-")) == [UNREAD]
    assert verdicts(tmp_path, mean + claim.replace("@", "")) == [REFUTED]


CENTRED = {
    "ja": "平均がゼロの場合、",
    "ru": "Пусть данные центрированы. Тогда",
    "ru, of": "Для центрированных данных",
    "ko": "데이터가 중심화되어 있다면",
    "zh": "对于零均值输入：",
    "tr": "Şayet veriler merkezlenmişse,",
    "pl": "Jeżeli dane są wycentrowane, to",
    "fr": "Les données étant centrées,",
    "en": "Zero-mean inputs satisfy",
}


@pytest.mark.parametrize("said", CENTRED.values(), ids=CENTRED)
def test_centred_data_in_words_refute_nothing(tmp_path, said):
    mean = "$$\nc = \\frac{1}{m} \\sum_i x_i\n$$\n\n"
    claim = "\n\n$$\n\\sum_i x_i = 0\n$$\n"
    assert verdicts(tmp_path, mean + said + claim) == [UNREAD]
    assert verdicts(tmp_path, mean + "Hence" + claim) == [REFUTED]


CENTRED_ELSEWHERE = {
    "before the definition": "The inputs of this section have zero mean.\n\n@It follows that#",
    "behind": "@#Here we used that the data have mean zero.\n",
    "in a sentence of its own": "@The next identity needs centred data (of each feature).#",
    "in the display": "@$$\n\\underbrace{\\sum_i x_i}_{\\text{vanishes for centred data}} = 0\n$$\n",
}


@pytest.mark.parametrize("said", CENTRED_ELSEWHERE.values(), ids=CENTRED_ELSEWHERE)
def test_what_holds_for_centred_data_is_unread_where_the_file_speaks_of_them(tmp_path, said):
    mean = "$$\nc = \\frac{1}{m} \\sum_i x_i\n$$\n\n"
    text = said.replace("@", mean).replace("#", "\n\n$$\n\\sum_i x_i = 0\n$$\n\n")
    assert verdicts(tmp_path, text) == [UNREAD]
    assert verdicts(tmp_path, text.replace("= 0", "= 1")) == [REFUTED]


def test_words_that_leave_a_number_out_are_said_of_that_number(tmp_path):
    said = ("Wir vernachlässigen $\\epsilon$.", "Here $\\epsilon$ is gone.", "Now $\\epsilon$ vanishes.")
    for one in said:
        assert verdicts(tmp_path, f"{ROOTED}{one}\n\n{MEAN_SQUARE}") == [UNREAD]
        assert verdicts(tmp_path, f"{ROOTED}{one}\n\n{MEAN_SQUARE.replace('m s', '2 m s')}") == [REFUTED]
        other = one.replace("\\epsilon", "\\eta")
        assert verdicts(tmp_path, f"{ROOTED}{other}\n\n{MEAN_SQUARE}") == [REFUTED]
    kept = "The number $\\epsilon$ keeps the root from zero and avoids division by zero."
    assert verdicts(tmp_path, f"{ROOTED}{kept}\n\n{MEAN_SQUARE}") == [REFUTED]
