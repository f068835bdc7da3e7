"""Kernels in less precise types: right ones are right, a wrong sign never is, lost digits are told."""

from __future__ import annotations

import importlib.util
from functools import partial

import numpy as np
import pytest

import bnsym
from bnsym.evidence.large import balls
from bnsym.judging import judgement
from bnsym.testing import assert_backward
from tests.kernels.faults import judged, misjudged_faults
from tests.kernels.random_shapes import misjudged
from tests.kernels.zoo import BATCH, HERE, LAYERS

DX = f"{BATCH}#input-gradient"
SMALL_TYPES = ["float32", "float16", "bfloat16"]


def have(kind: str) -> None:
    if kind == "bfloat16" and importlib.util.find_spec("ml_dtypes") is None:
        pytest.skip("ml_dtypes is an extra")


@pytest.fixture
def unnamed(monkeypatch) -> None:
    """Slips are called wrong and get no names, which take most of the time and are no matter here."""
    monkeypatch.setattr(judgement, "_explained", lambda *_: ())


def backward(x, gamma, grad_y, sign=-1):
    hat = (x - x.mean(0)) / x.std(0)
    return gamma / x.std(0) * (grad_y - grad_y.mean(0) + sign * hat * (hat * grad_y).mean(0))


def one_pass(x, gamma, grad_y):
    sigma = np.sqrt((x * x).mean(0) - x.mean(0) ** 2)
    hat = (x - x.mean(0)) / sigma
    return gamma / sigma * (grad_y - grad_y.mean(0) - hat * (hat * grad_y).mean(0))


def test_right_kernels_in_random_shapes_are_right() -> None:
    assert list(misjudged(12)) == []


@pytest.mark.parametrize("m", [2, 3, 100, 100_000])
def test_a_sign_is_wrong_at_every_size_in_float32(m: int) -> None:
    assert bnsym.check_backward(backward, DX, dtype="float32", m=m)
    wrong = bnsym.check_backward(lambda *a: backward(*a, sign=1), DX, dtype="float32", m=m)
    assert not wrong
    assert wrong.slips == ("the term -γ/(m σ) x̂ᵢ Σⱼ x̂ⱼ ∂f/∂yⱼ has the wrong sign",)


def with_epsilon(x, gamma, epsilon, grad_y, sign=-1):
    sigma = np.sqrt(x.var(0) + epsilon)
    hat = (x - x.mean(0)) / sigma
    return gamma / sigma * (grad_y - grad_y.mean(0) + sign * hat * (hat * grad_y).mean(0))


@pytest.mark.parametrize("kind", ["float64", *SMALL_TYPES])
@pytest.mark.parametrize(
    "x",
    [[3.0], [3.0] * 50, [1e4 / 3] * 300, 1e4 + np.arange(50.0) % 7, 1e-4 * (np.arange(50.0) % 7)],
    ids=["a batch of one", "constant", "large and constant", "a large mean", "a small variance"],
)
def test_data_that_tell_nothing_of_a_sign_hide_none(kind: str, x) -> None:
    have(kind)
    link = f"{HERE / 'accept' / 'epsilon.md'}#input-gradient"
    for options in ({"values": {"x": np.array(x)}}, {"m": 1}):
        assert bnsym.check_backward(with_epsilon, link, dtype=kind, **options)
        wrong = bnsym.check_backward(lambda *a: with_epsilon(*a, sign=1), link, dtype=kind, **options)
        assert not wrong
        assert "has the wrong sign" in str(wrong)


def test_what_is_lost_by_rounding_the_data_is_not_called_wrong() -> None:
    """Its mean in float32 is beside each of these numbers by 1, its variance should be 0."""
    link, values = f"{HERE / 'accept' / 'epsilon.md'}#input-gradient", {"x": np.full(300, 1e7 / 3)}
    assert bnsym.check_backward(with_epsilon, link, dtype="float32", values=values)
    assert not bnsym.check_backward(lambda *a: with_epsilon(*a, sign=1), link, dtype="float32", values=values)


@pytest.mark.usefixtures("unnamed")
def test_numbers_of_ones_own_stay() -> None:
    def fixed(x, gamma, epsilon, grad_y):
        return with_epsilon(x, gamma, 0.25, grad_y)

    link = f"{HERE / 'accept' / 'epsilon.md'}#input-gradient"
    assert bnsym.check_backward(fixed, link, values={"epsilon": 0.25})
    assert not bnsym.check_backward(fixed, link)


def test_a_slip_has_its_name_where_only_some_sizes_are_taken() -> None:
    def in_blocks(x, gamma, grad_y):
        if x.shape != (128, 3):
            raise ValueError("blocks of 128 rows")
        return backward(x, gamma, grad_y, sign=1)

    wrong = bnsym.check_backward(in_blocks, DX, m=128)
    assert wrong.slips == ("the term -γ/(m σ) x̂ᵢ Σⱼ x̂ⱼ ∂f/∂yⱼ has the wrong sign",)


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize("kind", SMALL_TYPES)
@pytest.mark.parametrize("name", ["batch", "layer"])
def test_slips_are_no_rounding(name: str, kind: str) -> None:
    have(kind)
    layer = LAYERS[name]
    for slip in ("projection sign", "mean sign", "sign", "mean missing", "times n", ""):
        options = {"axes": layer.axes, "dtype": kind, "m": 60, **layer.options}
        judged = bnsym.check_backward(layer.make(slip), layer.links, **options)
        assert bool(judged) is (not slip), slip


def test_digits_that_cancel_are_told() -> None:
    assert bnsym.check_backward(backward, DX, dtype="float32").precision == "right within float32"
    lost = bnsym.check_backward(one_pass, DX, dtype="float32")
    assert lost
    assert "digits to cancellation where a mean is 512 times the spread" in lost.precision


def test_types() -> None:
    with pytest.raises(ValueError, match="dtype=int64: it is one of float64"):
        bnsym.check_backward(backward, DX, dtype="int64")
    with pytest.raises(bnsym.Refused, match="returned float16, not float32"):
        bnsym.check_backward(lambda x, gamma, grad_y: grad_y.astype(np.float16), DX, dtype="float32")


def test_a_test_says_what_is_off() -> None:
    assert_backward(backward, DX)
    with pytest.raises(AssertionError, match=r"wrong: .*\n.*has the wrong sign"):
        assert_backward(lambda x, gamma, grad_y: backward(x, gamma, grad_y, 1), DX)


SQUARE = r"""Let $L$ be the loss.
$$ y_i = w x_i^2 $$
<!-- bnsym: claim id=dx -->
$$ \frac{\partial L}{\partial x_i} = 2 w x_i \frac{\partial L}{\partial y_i} $$
<!-- bnsym: claim id=dw -->
$$ \frac{\partial L}{\partial w} = \sum_i x_i^2 \frac{\partial L}{\partial y_i} $$
"""


@pytest.fixture
def square(tmp_path) -> str:
    note = tmp_path / "square.md"
    note.write_text(SQUARE)
    return str(note)


def rounded_once(x, grad_y):
    return (x.astype(float) ** 2 * grad_y).sum(0).astype(grad_y.dtype)


def rounded_always(x, grad_y):
    return np.add.accumulate(x * x * grad_y, axis=0, dtype=grad_y.dtype)[-1]


@pytest.mark.parametrize("kernel", [rounded_once, rounded_always])
def test_what_is_rounded_to_a_subnormal_number_is_not_called_wrong(square: str, kernel) -> None:
    """By the first seed a component is −1.08e-7, beside which float16 has −1.19e-7."""
    for seed in (0, 100):
        link, options = f"{square}#dw", {"dtype": "float16", "seed": seed}
        assert bnsym.check_backward(lambda x, grad_y: kernel(x, grad_y), link, **options)
        assert not bnsym.check_backward(lambda x, grad_y: -kernel(x, grad_y), link, **options)
        assert not bnsym.check_backward(lambda x, grad_y: kernel(x, grad_y) / len(x), link, **options)


@pytest.mark.parametrize("kind", SMALL_TYPES)
def test_subnormal_data_call_no_right_kernel_wrong(square: str, kind: str) -> None:
    have(kind)
    small = np.array([1.0, 2.0, 5.0]) * {"float16": 6e-8}.get(kind, 1e-38 / 100)
    for factor in (2, -2, 1.5):
        judged = bnsym.check_backward(
            lambda w, x, grad_y, factor=factor: grad_y.dtype.type(factor) * w * x * grad_y,
            f"{square}#dx", dtype=kind, values={"x": small}, arguments=["w", "x", "grad_y"],
        )  # fmt: skip
        assert bool(judged) == (factor == 2)


@pytest.mark.parametrize("sign", [1, -1])
def test_values_drawn_in_place_of_ones_own_keep_their_sign(square: str, sign: int) -> None:
    def kernel(w, x, grad_y, factor=2):
        return factor * sign * w * np.abs(x) * grad_y

    def judged(x, factor=2):
        return bnsym.check_backward(
            lambda w, x, grad_y: kernel(w, x, grad_y, factor), f"{square}#dx",
            values={"x": x}, arguments=["w", "x", "grad_y"],
        )  # fmt: skip

    assert judged(sign * np.arange(1.0, 9.0))
    assert judged(sign * np.arange(8.0))
    assert sign < 0 or judged(np.arange(9, dtype=np.uint8))
    assert not judged(sign * np.arange(1.0, 9.0), factor=1)
    assert not judged(np.arange(-3.0, 5.0))


def test_values_of_one_sign_hide_no_wrong_sum() -> None:
    for values in (np.full(9, 2.0), np.full(9, -2.0)):
        options = {"values": {"x": values}}
        link = f"{HERE / 'accept' / 'epsilon.md'}#input-gradient"
        assert bnsym.check_backward(with_epsilon, link, **options)
        assert not bnsym.check_backward(lambda *a: with_epsilon(*a, sign=1), link, **options)


def test_where_nothing_is_told_that_is_said(square: str) -> None:
    def summed(x, grad_y):
        return (x.astype(np.float32) ** 2 * grad_y).sum(0).astype(grad_y.dtype)

    def zero(w):
        return bnsym.check_backward(
            lambda w, x, grad_y: 2 * w * x * grad_y, f"{square}#dx",
            values={"w": w}, arguments=["w", "x", "grad_y"],
        )  # fmt: skip

    rough = bnsym.check_backward(summed, f"{square}#dw", dtype="float16").precision
    assert rough == "right within float16, but any error is explained at shape (1000, 3)"
    assert bnsym.check_backward(summed, f"{square}#dw", dtype="float32").precision == "right within float32"
    assert "which tells of no slip" in zero(0.0).precision
    assert zero(2.0).precision == "right within float64"
    assert zero(1.0).precision == "right within float64, but w is 1: cannot tell it from its square"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"x": np.ones(5)}, "x is constant: cannot tell it from its mean or its square"),
        ({"x": np.array([0.0, 1.0, 1.0])}, "x is 0 or 1: cannot tell it from its square"),
        ({"grad_y": np.ones(5)}, "grad_y is constant: cannot tell it from its mean or its square"),
        ({"grad_y": np.arange(5.0)}, ""),
    ],
)
def test_what_values_of_ones_own_can_not_tell_is_said(square: str, values, said: str) -> None:
    judged = bnsym.check_backward(
        lambda w, x, grad_y: 2 * w * x * grad_y, f"{square}#dx",
        values=values, arguments=["w", "x", "grad_y"],
    )  # fmt: skip
    assert judged.precision == "right within float64" + (f", but {said}" if said else "")


def test_a_number_too_small_to_tell_is_said() -> None:
    link = f"{HERE / 'accept' / 'epsilon.md'}#input-gradient"
    for kind, least in (("float64", 1e-5), ("float32", 0.1)):
        judged = bnsym.check_backward(with_epsilon, link, dtype=kind, values={"epsilon": least})
        assert judged.precision == f"right within {kind}"
    judged = bnsym.check_backward(with_epsilon, link, dtype="float32", values={"epsilon": 1e-5})
    assert "but epsilon is 1e-05: cannot tell it from its square or 0" in judged.precision


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize("kind", ["float64", *SMALL_TYPES])
def test_no_fault_hides_behind_rounding(kind: str) -> None:
    have(kind)
    assert list(misjudged_faults(range(1), (kind,), ("rms", "batch, saved", "layer, saved"))) == []


@pytest.mark.parametrize("kind", SMALL_TYPES)
@pytest.mark.parametrize("block", [8, 1024])
def test_what_fills_no_block_may_not_be_left_out(kind: str, block: int) -> None:
    have(kind)

    def in_blocks(x, gamma, grad_y):
        full = len(x) - len(x) % block or len(x)
        made = np.zeros_like(x)
        made[:full] = backward(x[:full], gamma, grad_y[:full])
        return made

    for m in (1000, 1001):
        wrong = bnsym.check_backward(in_blocks, DX, dtype=kind, m=m)
        assert not wrong
        assert "is what fills no block left out?" in str(wrong)


def test_what_can_not_be_called_at_a_size_is_wrong_there() -> None:
    def at(m, change):
        return lambda x, gamma, grad_y: (
            change(backward(x, gamma, grad_y)) if len(x) == m else backward(x, gamma, grad_y)
        )

    def raises(_):
        raise KeyError("no such size")

    for change, said in (
        (raises, "at m = 9: <lambda>(x, gamma, grad_y) raised KeyError: 'no such size' (shapes x: (9,)"),
        (
            lambda a: a * np.nan,
            "at m = 9: <lambda>(x, gamma, grad_y) returned NaN or infinity in 9 of 9 places",
        ),
        (lambda a: a[:8], "at m = 9: <lambda>(x, gamma, grad_y) returned shape (8,), not (9,)"),
    ):
        wrong = bnsym.check_backward(at(9, change), DX)
        assert not wrong
        assert said in str(wrong)


def test_a_second_row_may_be_asked_for() -> None:
    """As libraries do, where the closed form of a batch of one is 0."""
    link = f"{HERE / 'accept' / 'epsilon.md'}#input-gradient"

    def two(x, gamma, epsilon, grad_y):
        if len(x) < 2:
            raise ValueError("expected more than one")
        return with_epsilon(x, gamma, epsilon, grad_y)

    judged = bnsym.check_backward(two, link)
    assert judged
    assert "but at m = 1: two(x, gamma, epsilon, grad_y) raised ValueError: expected more" in judged.precision
    assert not bnsym.check_backward(lambda *a: with_epsilon(*a) * (1 if len(a[0]) > 1 else np.nan), link)


def test_sizes_that_are_said_are_the_only_ones() -> None:
    def fixed(x, gamma, grad_y):
        if x.shape != (128, 3):
            raise ValueError("blocks of 128 rows")
        return backward(x, gamma, grad_y)

    assert not bnsym.check_backward(fixed, DX, m=128)
    assert bnsym.check_backward(fixed, DX, sizes={"0": 128, "1": 3})


PLACES = {
    "0": lambda m: 0, "1": lambda m: 1, "7": lambda m: 7, "m/2": lambda m: m // 2,
    "m-2": lambda m: m - 2, "m-1": lambda m: m - 1, "8:16": lambda m: np.s_[8:16],
    "5 of 9": lambda m: m * 5 // 9,
}  # fmt: skip


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize("kind", ["float64", *SMALL_TYPES])
@pytest.mark.parametrize("place", PLACES)
def test_no_sum_may_leave_out_a_row(kind: str, place: str) -> None:
    """Wherever it stands, of whichever sum, at every size."""
    have(kind)

    def without(x, gamma, grad_y, beyond, which):
        kept = np.ones_like(x)
        kept[PLACES[place](len(x)) if len(x) > beyond else np.s_[:0]] = 0
        n = x.dtype.type(len(x))
        mean = (x * (kept if which == "mean" else 1)).sum(0) / n
        sigma = np.sqrt(((x - mean) ** 2 * (kept if which == "variance" else 1)).sum(0) / n)
        hat = (x - mean) / sigma
        one, two = (grad_y * (kept if which == name else 1) for name in ("sum", "projection"))
        return gamma / sigma * (grad_y - one.sum(0) / n - hat * (hat * two).sum(0) / n)

    for beyond, which in ((8, "sum"), (32, "projection"), (1024, "sum"), (1024, "mean"), (1024, "variance")):
        kernel = partial(without, beyond=beyond, which=which)
        assert not bnsym.check_backward(kernel, DX, axes={"i": 0}, dtype=kind, m=60), (beyond, which)


@pytest.mark.parametrize(
    ("how", "kind", "m", "seed"), [("staged", "bfloat16", 32, 614489), ("one pass", "float16", 79, 757037)]
)
def test_sums_in_a_row_and_squares_of_means_are_not_wrong(how: str, kind: str, m: int, seed: int) -> None:
    """504 numbers of one sign, to which nothing is added in the end; three numbers that are nearly alike."""
    have(kind)
    layer = LAYERS["instance"]
    for slip in (how, "projection sign"):
        judgement = bnsym.check_backward(
            layer.make(slip), layer.links, axes=layer.axes, dtype=kind, m=m, seed=seed
        )
        assert bool(judgement) is (slip == how)
        assert judgement.outputs["dbeta"]


def test_rows_beside_are_not_left_out_where_few_numbers_have_a_spread() -> None:
    """Images of one row: what varies within them does so along the other axis."""
    assert judged("instance", "float16", "", 1, m=3)
    assert not judged("instance", "float16", "rows", 1, m=3)


def test_a_factor_that_is_named_is_not_1() -> None:
    wrong = bnsym.check_backward(lambda x, gamma, grad_y: backward(x, gamma, grad_y) * (1 + 3e-7), DX)
    assert wrong.slips == ("everything is multiplied by (1 + 3e-07)",)


def test_what_a_type_can_not_show_is_not_named() -> None:
    """Of a kernel that takes float16 alone: its rounding errors are no terms that are missing."""

    def alone(x, gamma, grad_y, sign):
        assert x.dtype == np.float16
        return backward(x, gamma, grad_y, sign)

    assert bnsym.check_backward(lambda *a: alone(*a, -1), DX, dtype="float16")
    wrong = bnsym.check_backward(lambda *a: alone(*a, 1), DX, dtype="float16")
    assert not wrong
    assert "missing" not in str(wrong)


IN_FLOAT32 = {
    "the term -γ/(m σ) x̂ᵢ Σⱼ x̂ⱼ ∂f/∂yⱼ has the wrong sign": lambda g, mean, inner, sigma: g - mean + inner,
    "the term -γ/(m σ) Σⱼ ∂f/∂yⱼ is missing": lambda g, mean, inner, sigma: g - inner,
    "the term -γ/(m σ) x̂ᵢ Σⱼ x̂ⱼ ∂f/∂yⱼ is divided by 2": lambda g, mean, inner, sigma: g - mean - inner / 2,
    "everything is multiplied by σ": lambda g, mean, inner, sigma: (g - mean - inner) * sigma,
    "everything is multiplied by 3": lambda g, mean, inner, sigma: 3 * (g - mean - inner),
}


@pytest.mark.parametrize("kind", ["float64", *SMALL_TYPES])
@pytest.mark.parametrize("said", IN_FLOAT32)
def test_what_is_worked_out_in_float32_has_its_slip_named(kind: str, said: str) -> None:
    """As kernels of 16 bits are; and where they take nothing else, by numbers of their own type."""
    have(kind)

    def kernel(x, gamma, grad_y, formula=IN_FLOAT32[said], alone=False):
        assert not alone or x.dtype.name == kind
        made, (x, gamma, grad_y) = x.dtype, (a.astype(np.float32) for a in (x, gamma, grad_y))
        hat = (x - x.mean(0)) / x.std(0)
        inner = hat * (hat * grad_y).mean(0)
        return (gamma / x.std(0) * formula(grad_y, grad_y.mean(0), inner, x.std(0))).astype(made)

    for alone in (False, True):
        wrong = bnsym.check_backward(partial(kernel, alone=alone), DX, dtype=kind)
        assert wrong.slips == (said,)


def test_a_less_precise_type_than_asked_for_is_named() -> None:
    def single(x, gamma, grad_y):
        return backward(*(a.astype(np.float32) for a in (x, gamma, grad_y))).astype(float)

    assert bnsym.check_backward(single, DX).slips == ("right, but in a type less precise than float64",)


def test_sums_are_judged_by_what_counts_in_them() -> None:
    """Beside 1 as many numbers as one likes err by no more than they are themselves."""
    one = np.zeros(1000)
    one[-1] = 1.0
    for rest, most in ((0.0, 11), (1e-6, 12), (1.0, 1000)):
        found = balls.reduce(balls.Ball(np.maximum(one, rest), np.zeros(1000)), 0, unit=2.0**-8)
        assert found.radius[0] <= most * balls.UNIT * found.value[0] * 1.001
        assert found.radius[0] <= balls.reduce(balls.Ball(np.maximum(one, rest), np.zeros(1000)), 0).radius[0]
