"""The number of values of several indices together says of none how many it has."""

from __future__ import annotations

import pytest

from bnsym.elaborate import read


def block(formula: str) -> str:
    return f"\n\n$$\n{formula}\n$$\n"


@pytest.mark.parametrize(
    ("mean", "link"),
    [
        (r"\mu = \frac{1}{mn} \sum_{i,j} x_{ij}", r"\sum_{i,j} (x_{ij} - \mu) = 0"),
        (r"\mu = \frac{1}{mn} \sum_i \sum_j x_{ij}", r"\sum_{i,j} (x_{ij} - \mu) = 0"),
        (r"\mu_c = \frac{1}{NHW} \sum_{n,h,w} x_{nchw}", r"\sum_{n,h,w} (x_{nchw} - \mu_c) = 0"),
        (r"\mu_c = \frac{\sum_{n,h,w} x_{nchw}}{NHW}", r"\sum_{n,h,w} (x_{nchw} - \mu_c) = 0"),
    ],
)
def test_numbers_say_nothing_where_only_the_product_is_known(mean, link):
    assert read(f"Let ${mean}$." + block(link), "note.md").links[0].doubt is not None


@pytest.mark.parametrize(
    ("mean", "link"),
    [
        (
            r"\mu = \frac{1}{mn} \sum_{i=1}^m \sum_{j=1}^n x_{ij}",
            r"\sum_{i=1}^m \sum_{j=1}^n (x_{ij} - 2 \mu) = 0",
        ),
        (r"\mu = \frac{1}{m} \sum_i x_i", r"\sum_i (x_i - 2 \mu) = 0"),
    ],
)
def test_limits_leave_no_doubt(mean, link):
    assert read(f"Let ${mean}$." + block(link), "note.md").links[0].doubt is None
