"""BatchNorm written out: its closed forms against `sympy.diff`, and what it refuses."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from bnsym.evidence.batchnorm import BatchNorm
from bnsym.evidence.small.explicit import is_zero


@pytest.mark.parametrize("m", [2, 3, 4])
@pytest.mark.parametrize("epsilon", [0, Fraction(1, 100), sympy.Symbol("epsilon")], ids=str)
def test_gradient(m: int, epsilon: int | Fraction | sympy.Symbol) -> None:
    assert BatchNorm(m, epsilon).check_gradient() is True


def test_a_wrong_closed_form_is_found() -> None:
    class Flipped(BatchNorm):
        def closed_form(self, i: int) -> sympy.Expr:
            return -super().closed_form(i)

    assert Flipped(3).check_gradient() is False


def test_statistics_at_numbers() -> None:
    bn = BatchNorm(4)
    at = dict(zip(bn.x, (0, 0, 2, 2), strict=True))
    assert bn.mu.subs(at) == 1
    assert bn.variance.subs(at) == bn.sigma.subs(at) == 1
    assert tuple(e.subs(at) for e in bn.xhat) == (-1, -1, 1, 1)
    assert bn.y[3].subs(at) == bn.gamma + bn.beta
    up = dict(zip(bn.g, (0, 0, 1, 0), strict=True))
    gradient = [e.subs(at | up | {bn.gamma: 2}) for e in bn.dx]
    assert gradient == [0, 0, 1, -1]  # 2/4 (4 g - 1 - xhat 1)
    assert bn.dgamma.subs(at | up) == 1
    assert bn.dbeta.subs(up) == 1


def test_normalized() -> None:
    bn = BatchNorm(3)
    assert is_zero(sum(bn.xhat))
    assert is_zero(sum(e**2 for e in bn.xhat) - 3)
    assert not is_zero(sum(e**2 for e in BatchNorm(3, 1).xhat) - 3)


def test_jacobian_gives_the_gradient() -> None:
    bn = BatchNorm(3)
    jacobian = bn.jacobian()
    assert jacobian.shape == (3, 3)
    for k in range(3):
        assert is_zero(sum(bn.g[i] * jacobian[i, k] for i in range(3)) - bn.dx[k])
        assert is_zero(jacobian[0, k] - jacobian[k, 0])


def test_one_example() -> None:
    bn = BatchNorm(1, 1)
    assert bn.xhat == (0,)
    assert bn.dx == (0,)
    assert bn.check_gradient()


@pytest.mark.parametrize(
    ("m", "epsilon", "message"),
    [
        (0, 0, "m is 0, but a batch has at least one example"),
        (-3, 0, "at least one example"),
        (2.0, 0, "a batch size is an integer"),
        ("3", 0, "a batch size is an integer"),
        (True, 0, "a batch size is an integer"),
        (1, 0, "the variance of one example is 0"),
        (3, -1, "must not be negative"),
        (3, 1e-5, "must be exact"),
        (3, "e", "must be exact"),
    ],
)
def test_refuses(m: object, epsilon: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BatchNorm(m, epsilon)  # type: ignore[arg-type]


@pytest.mark.parametrize("i", [0, 4, -1])
def test_components_are_numbered_from_one(i: int) -> None:
    with pytest.raises(IndexError, match="numbered from 1 to m = 3"):
        BatchNorm(3).gradient(i)
