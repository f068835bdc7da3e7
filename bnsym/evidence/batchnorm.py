"""Batch normalization written out: m examples, one feature, every quantity a SymPy expression.

For a notebook, or to look at what the symbolic proofs are about. Derivatives come from
`sympy.diff` and nothing else; equality is decided mod a prime, as on the explicit route.
It must not import `kernel` or `calculus`.

Source: S. Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
Internal Covariate Shift", 2015 (arXiv:1502.03167), Algorithm 1 and the chain rule of section 3.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

import sympy
from sympy import Expr, Rational, Symbol

from bnsym.evidence.small.explicit import is_zero


class BatchNorm:
    """y_i = γ x̂_i + β with x̂_i = (x_i − μ)/σ, σ = √(σ² + ε), over a batch x_1, …, x_m.

    m: the batch size, an integer ≥ 1. Everything is of shape (m,) or a scalar, and without a
       unit but x, μ, σ, which share the unit of the input, and ε, which has its square.
    epsilon: what is added to the variance: 0, a positive int, Fraction or SymPy number, or a Symbol.

    m = 1 needs an epsilon: the variance of one example is 0, and x̂ would be 0/0. With one, x̂ = 0
    and the gradient is 0.
    Raises ValueError for any other m or epsilon.

    >>> BatchNorm(3).check_gradient()
    True
    """

    def __init__(self, m: int, epsilon: int | Fraction | Expr = 0) -> None:
        self.m = _size(m)
        self.epsilon: Expr = _epsilon(epsilon)
        if self.m == 1 and self.epsilon == 0:
            raise ValueError("m = 1 with epsilon = 0: the variance of one example is 0, so x̂ would be 0/0")
        self.x: tuple[Symbol, ...] = tuple(Symbol(f"x_{i}") for i in range(1, m + 1))
        self.g: tuple[Symbol, ...] = tuple(Symbol(f"g_{i}") for i in range(1, m + 1))
        """The upstream gradient, ∂f/∂y_i."""
        self.gamma, self.beta = Symbol("gamma"), Symbol("beta")

    def __repr__(self) -> str:
        return f"BatchNorm(m={self.m}, epsilon={self.epsilon})"

    @cached_property
    def mu(self) -> Expr:
        """The mean, Σ x_i / m."""
        return sympy.Add(*self.x) / self.m

    @cached_property
    def variance(self) -> Expr:
        """Σ (x_i − μ)² / m, without ε (and with 1/m, not 1/(m − 1))."""
        return sympy.Add(*[(x - self.mu) ** 2 for x in self.x]) / self.m

    @cached_property
    def sigma(self) -> Expr:
        """√(variance + ε), the positive root."""
        return sympy.sqrt(self.variance + self.epsilon)

    @cached_property
    def xhat(self) -> tuple[Expr, ...]:
        """The normalized batch, of mean 0 and (for ε = 0) of variance 1."""
        return tuple((x - self.mu) / self.sigma for x in self.x)

    @cached_property
    def y(self) -> tuple[Expr, ...]:
        """The output, γ x̂_i + β."""
        return tuple(self.gamma * xhat + self.beta for xhat in self.xhat)

    @cached_property
    def _loss(self) -> Expr:
        """Σ g_k y_k, which has the same first derivatives as any loss with ∂f/∂y = g."""
        return sympy.Add(*[g * y for g, y in zip(self.g, self.y, strict=True)])

    def gradient(self, i: int) -> Expr:
        """∂f/∂x_i by `sympy.diff`, i from 1 to m. Raises IndexError for any other i."""
        return sympy.diff(self._loss, self.x[self._position(i)])

    @cached_property
    def dx(self) -> tuple[Expr, ...]:
        """∂f/∂x, of shape (m,), by `sympy.diff`."""
        return tuple(self.gradient(i) for i in range(1, self.m + 1))

    @cached_property
    def dgamma(self) -> Expr:
        """∂f/∂γ by `sympy.diff`."""
        return sympy.diff(self._loss, self.gamma)

    @cached_property
    def dbeta(self) -> Expr:
        """∂f/∂β by `sympy.diff`."""
        return sympy.diff(self._loss, self.beta)

    def jacobian(self) -> sympy.Matrix:
        """∂y_i/∂x_k at row i, column k, of shape (m, m), by `sympy.diff`."""
        return sympy.Matrix(self.m, self.m, lambda i, k: sympy.diff(self.y[i], self.x[k]))

    def closed_form(self, i: int) -> Expr:
        """γ/(mσ) · (m g_i − Σ_j g_j − x̂_i Σ_j x̂_j g_j), i from 1 to m, which should be ∂f/∂x_i."""
        position = self._position(i)
        total = sympy.Add(*self.g)
        projection = sympy.Add(*[xhat * g for xhat, g in zip(self.xhat, self.g, strict=True)])
        inner = self.m * self.g[position] - total - self.xhat[position] * projection
        return self.gamma / (self.m * self.sigma) * inner

    def check_gradient(self) -> bool:
        """Whether the closed form equals `sympy.diff` in every component."""
        return all(is_zero(self.gradient(i) - self.closed_form(i)) for i in range(1, self.m + 1))

    def _position(self, i: int) -> int:
        if not 1 <= i <= self.m:
            raise IndexError(f"i is {i}, but components are numbered from 1 to m = {self.m}")
        return i - 1


def _size(m: object) -> int:
    if isinstance(m, bool) or not isinstance(m, int):
        raise ValueError(f"m is {m!r}, but a batch size is an integer")
    if m < 1:
        raise ValueError(f"m is {m}, but a batch has at least one example")
    return m


def _epsilon(epsilon: object) -> Expr:
    """Exact, and not negative where it is a number; never parsed from text."""
    if isinstance(epsilon, Symbol):
        return epsilon
    if isinstance(epsilon, int | Fraction | sympy.Rational) and not isinstance(epsilon, bool):
        value = Rational(epsilon.numerator, epsilon.denominator)
        if value >= 0:
            return value
        raise ValueError(f"epsilon is {value}, but it must not be negative")
    raise ValueError(
        f"epsilon is {epsilon!r}, but it must be exact: an int, a Fraction, a Rational or a Symbol"
    )
