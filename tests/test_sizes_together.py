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
        (r"\mu = \frac{1}{HW} \sum_p x_p", r"\sum_p (x_p - \mu) = 0"),
        (r"\mu_c = \frac{\sum_{n,h,w} x_{nchw}}{NHW}", r"\sum_{n,h,w} (x_{nchw} - \mu_c) = 0"),
    ],
)
def test_numbers_say_nothing_where_only_the_product_is_known(mean, link):
    assert read(f"Let ${mean}$." + block(link), "note.md").links[0].doubts


@pytest.mark.parametrize(
    ("mean", "link"),
    [
        (
            r"\mu = \frac{1}{mn} \sum_{i=1}^m \sum_{j=1}^n x_{ij}",
            r"\sum_{i=1}^m \sum_{j=1}^n (x_{ij} - 2 \mu) = 0",
        ),
        (r"\mu = \frac{1}{m} \sum_i x_i", r"\sum_i (x_i - 2 \mu) = 0"),
        (r"\mu = \frac{1}{m s} \sum_{i=1}^m x_i", r"\sum_i (x_i - \mu) = 0"),
        (r"\mu = \frac{1}{\alpha s} \sum_i x_i", r"\sum_i (x_i - \mu) = 0"),
    ],
)
def test_limits_leave_no_doubt(mean, link):
    assert not read(f"Let ${mean}$." + block(link), "note.md").links[0].doubts


ZERO, ONE = (
    rf"\mu = \frac1m\sum_{{i={limits}}} x_i, \qquad z_i = x_i - \mu" for limits in ("0}^{m-1", "1}^{m")
)


@pytest.mark.parametrize(
    ("mean", "link"),
    [
        (ONE, r"\sum_{i=0}^{m-1} (x_i - \mu) = 0"),
        (ONE, r"\sum_{k=0}^{m-1} z_k = 0"),
        (ONE, r"\frac{\partial \mu}{\partial x_0} = \frac1m"),
        (ZERO, r"\sum_{i=1}^{m} x_i = m \mu"),
        (ZERO, r"x_0 + \sum_{i=1}^{m} x_i = m \mu"),
    ],
)
def test_from_0_and_from_1_are_two_ways_to_count(mean, link):
    problem = read(f"$$\n{mean}\n$$" + block(link), "note.md").links[-1].problem
    assert problem is not None
    assert (problem.code, "is numbered from" in problem.message) == ("BN125", True)


@pytest.mark.parametrize(
    ("mean", "link"),
    [
        (ZERO, r"\sum_{k=0}^{m-1} z_k = 0"),
        (ZERO, r"\frac{\partial \mu}{\partial x_0} = \frac1m"),
        (ZERO, r"\sum_i x_i = m \mu"),
        (ONE, r"\sum_{k=1}^{m} z_k = 0"),
        (ONE, r"\frac{\partial \mu}{\partial x_1} = \frac1m"),
        (ONE, r"\sum_{a=0}^{n-1} b_a = \sum_{a=0}^{n-1} (b_a - 1) + n"),
    ],
)
def test_one_way_to_count_is_read(mean, link):
    assert read(f"$$\n{mean}\n$$" + block(link), "note.md").links[-1].statement is not None
