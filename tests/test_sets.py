"""Sums over named sets: within a set they are proved, and nothing is known of how a set lies in all."""

from __future__ import annotations

import pytest

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.finding import Note

GROUP = r"\mu = \frac{1}{m} \sum_{i=1}^m x_i, \qquad \mu_G = \frac{1}{|G|} \sum_{i \in G} x_i"
TWO = r"\mu_A = \frac{1}{|A|} \sum_{i \in A} x_i, \qquad \mu_B = \frac{1}{|B|} \sum_{i \in B} x_i"
EACH = r"\mu_g = \frac{1}{|S_g|} \sum_{i \in S_g} x_i, \qquad \mu = \frac{1}{m} \sum_i x_i"
ALONE = r"\mu_B = \frac{1}{|B|} \sum_{i \in B} x_i"


def verdict(definitions: str, link: str, before: str = "") -> str:
    note = Note("note.md", f"{before}\n\n$$\n{definitions}\n$$\n\n$$\n{link}\n$$\n")
    cost = budget(10.0, (2, 3), False, "none", None, False, None)
    return check_notes([note], (), cost, Unwatched()).results[-1].name


@pytest.mark.parametrize(
    ("definitions", "link"),
    [
        (GROUP, r"\sum_{i \in G} (x_i - \mu_G) = 0"),
        (GROUP, r"\sum_{i \in G} (x_i - \mu_G)^2 = \sum_{i \in G} x_i^2 - |G| \mu_G^2"),
        (GROUP, r"\sum_{i \in G} (x_i - \mu) = |G| (\mu_G - \mu)"),
        (GROUP, r"\sum_{i=1}^m (x_i - \mu) = 0"),
        (TWO, r"\sum_{i \in A} (x_i - \mu_A) = 0"),
        (TWO, r"\sum_{i \in B} x_i - |B| \mu_B = 0"),
        (TWO, r"\sum_{i \in A} \sum_{j \in B} (x_i - x_j) = |A| |B| (\mu_A - \mu_B)"),
        (TWO, r"\sum_{i \in A} \sum_{j \in A} \delta_{ij} = |A|"),
        (EACH, r"\sum_{i \in S_g} (x_i - \mu_g) = 0"),
        (ALONE, r"\frac{\partial \mu_B}{\partial x_i} = \frac{1}{|B|}"),
    ],
)
def test_within_a_set(definitions: str, link: str) -> None:
    assert verdict(definitions, link) == "proved"


@pytest.mark.parametrize(
    ("definitions", "link"),
    [
        (GROUP, r"\mu_G = \mu"),
        (GROUP, r"\sum_{i \in G} (x_i - \mu) = 0"),
        (GROUP, r"\sum_{i=1}^m (x_i - \mu_G) = 0"),
        (GROUP, r"\sum_i 1 = |G|"),
        (GROUP, r"\frac{\partial \mu_G}{\partial x_i} = \frac{1}{|G|}"),
        (TWO, r"\mu_A - \mu_B = 0"),
        (TWO, r"\sum_{i \in A} x_i = |A| \mu_B"),
        (TWO, r"\sum_{i \in A} \sum_{j \in B} \delta_{ij} = |A|"),
        (EACH, r"\sum_i (x_i - \mu_g) = 0"),
        (EACH, r"\sum_{i \in S_g} (x_i - \mu) = 0"),
        (ALONE, r"\sum_i (x_i - \mu_B) = 0"),
        (ALONE, r"\Vert x \Vert^2 = \sum_{i \in B} x_i^2"),
    ],
)
def test_how_a_set_lies_in_all_is_not_said(definitions: str, link: str) -> None:
    assert verdict(definitions, link) == "unread"


def test_a_set_that_is_the_batch_is_all() -> None:
    assert verdict(ALONE, r"\sum_i (x_i - \mu_B) = 0", "<!-- bnsym: assume $|B| = m$ -->") == "proved"
