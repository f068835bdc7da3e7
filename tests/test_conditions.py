"""Side conditions are named by the definition that gives them at another argument, and by no other."""

from __future__ import annotations

from time import monotonic

import pytest

from bnsym.elaborate import parse_term, read_with_context
from bnsym.kernel import Proved
from bnsym.proving import decide
from bnsym.reporting.conditions import _named, conditions
from bnsym.terms import Relation

DEFINED = r"""<!-- bnsym: define -->
$$
\begin{aligned}
\mu &= \frac{1}{m} \sum_i x_i \\
\sigma^2 &= \frac{1}{m} \sum_i (x_i - \mu)^2 \\
\hat{x}_i &= \frac{x_i - \mu}{\sigma}
\end{aligned}
$$

<!-- bnsym: let $\operatorname{N}(x)$ = $\hat{x}$ -->
<!-- bnsym: assume $k > 0$ -->
$$
\operatorname{N}(k z + c e) = \operatorname{N}(z)
$$
"""


def named(latex: str) -> str | None:
    _, context = read_with_context(DEFINED, "note.md")
    term = parse_term(latex, context)
    return _named(term, context.statement(term, Relation.EQ, term))


def test_a_condition_is_the_variance_of_the_argument() -> None:
    derivation, _ = read_with_context(DEFINED, "note.md")
    (link,) = derivation.links
    assert link.statement is not None
    proof = decide(link.statement, monotonic() + 10)
    assert isinstance(proof, Proved)
    # with the smallest argument: that of k z + c is the same
    assert set(conditions(proof)) == {r"\sigma^{2}(k z) > 0", r"\sigma^{2}(z) > 0"}


@pytest.mark.parametrize(
    ("latex", "name"),
    [
        (r"\frac{1}{m} \sum_j (z_j - \frac{1}{m} \sum_k z_k)^2", r"\sigma^{2}(z)"),
        (r"\frac{1}{m} \sum_j (z_j - \frac{1}{m} \sum_k (w_k + z_k) + w_j)^2", r"\sigma^{2}(w + z)"),
        (r"\frac{1}{m} \sum_j (2 z_j)", r"\mu(2 z)"),
        (r"\frac{1}{m} \sum_j (\frac{1}{m} \sum_k z_k - z_j)^2", r"\sigma^{2}(z)"),
        # near misses: another factor, another sign, another array, an index of another sum
        (r"\frac{1}{m - 1} \sum_j (z_j - \frac{1}{m} \sum_k z_k)^2", None),
        (r"\frac{1}{m} \sum_j (z_j + \frac{1}{m} \sum_k z_k)^2", None),
        (r"\frac{1}{m} \sum_j (z_j - \frac{1}{m} \sum_k w_k)^2", None),
        (r"\frac{1}{m} \sum_j (z_j - \frac{2}{m} \sum_k z_k)^2", None),
        (r"\sum_j z_j", None),
    ],
)
def test_names_are_given_where_they_say_the_same(latex: str, name: str | None) -> None:
    found = named(latex)
    assert found == name or (name is None and str(found).startswith(r"\mu(")), "a mean it may well be"


def test_a_condition_on_what_a_root_is_of_is_said_of_the_root() -> None:
    derivation, _ = read_with_context(
        r"""$$\mu = \frac{1}{m} \sum_i a_i, \qquad s = \sqrt{\frac{1}{m} \sum_i (a_i - \mu)^2}$$

$$\frac{\partial s}{\partial a_i} = \frac{a_i - \mu}{m s}$$
""",
        "note.md",
    )
    (link,) = derivation.links
    assert link.statement is not None
    proof = decide(link.statement, monotonic() + 10)
    assert isinstance(proof, Proved)
    assert r"s^{2} > 0" in conditions(proof)
    assert not any(r"\mu(" in said for said in conditions(proof))
