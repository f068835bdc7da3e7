"""Closed forms that were proved, as functions: against the chain rule by hand, and what they refuse."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from shutil import which

import numpy as np
import pytest

import bnsym
from bnsym.compiling import argument_names, running

ROOT = Path(__file__).parent
BN = ROOT.parent / "derivations" / "batchnorm.md"
LAYER = ROOT / "accept" / "layer-norm.md"
HAVE = {name: importlib.util.find_spec(name) is not None for name in ("numba", "torch", "jax")} | {
    "c": which("cc") is not None
}


def backward(x, gamma, g, epsilon=0.0):
    """∂f/∂x along the first axis, by the chain rule: through x̂, μ and σ² one after the other."""
    m = len(x)
    mu = x.mean(axis=0)
    variance = ((x - mu) ** 2).mean(axis=0) + epsilon
    hat = gamma * g
    to_variance = (hat * (x - mu)).sum(axis=0) * -0.5 * variance**-1.5
    to_mean = -hat.sum(axis=0) / np.sqrt(variance)
    return hat / np.sqrt(variance) + to_variance * 2 * (x - mu) / m + to_mean / m


@pytest.fixture(scope="module")
def gradient() -> bnsym.ClosedForm:
    return bnsym.compile(f"{BN}#input-gradient")


@pytest.fixture
def arrays():
    rng = np.random.default_rng(7)
    return 3 + 2 * rng.standard_normal(40_000), 0.7, 1 + rng.standard_normal(40_000)


def test_the_gradient_in_blocks(gradient, arrays, monkeypatch) -> None:
    monkeypatch.setattr(running, "BLOCK", 4096)
    x, gamma, g = arrays
    found = gradient(x, gamma, g)
    assert found.dtype == np.float64
    assert np.all(np.abs(found - backward(x, gamma, g)) <= 4 * gradient.error(x, gamma, g))
    assert gradient.error(x, gamma, g).max() < 1e-10
    flipped = found + 2 * gamma / x.std() * (x - x.mean()) / x.std() * np.mean((x - x.mean()) / x.std() * g)
    assert np.abs(found - flipped).max() > 1e6 * gradient.error(x, gamma, g).max()


def test_features_side_by_side_are_batches_of_their_own(gradient, arrays) -> None:
    x, _, g = (a.reshape(-1, 5) if np.ndim(a) else a for a in arrays)
    gammas = np.arange(1.0, 6.0)
    together = gradient(x, gammas, g)
    for k in range(5):
        alone = gradient(np.ascontiguousarray(x[:, k]), gammas[k], np.ascontiguousarray(g[:, k]))
        np.testing.assert_allclose(together[:, k], alone, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(gradient(x, 2.0, g), backward(x, 2.0, g), rtol=1e-10, atol=1e-12)
    assert np.all(np.abs(together - backward(x, gammas, g)) <= 4 * gradient.error(x, gammas, g))


SQUARES = r"""
$$
q = \frac{1}{d} \sum_{k=1}^d x_k^2
$$

<!-- bnsym: claim id=share -->
$$
\frac{x_k x_k}{q} = \frac{x_k^2}{q}
$$
"""


def test_letters_of_a_note_are_not_those_of_features_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(SQUARES, encoding="utf-8")
    form = bnsym.compile(f"{tmp_path / 'note.md'}#share")
    x = np.random.default_rng(9).standard_normal((7, 3))
    np.testing.assert_allclose(form(x), x**2 / np.mean(x**2, 0), rtol=1e-12)
    assert (form.error(x).shape, form.error(x[:, 0]).shape) == ((7, 3), (7,))


def test_a_statistic_that_overflows_is_said_to() -> None:
    form, x = bnsym.compile(f"{LAYER}#batch-gradients.3"), np.ones((5, 4))
    x[3] = [1e200, -1e200, 0, 0]
    x[:3, 0] = x[4, 0] = 2
    with pytest.raises(FloatingPointError, match="a sum overflows float64"):
        form(x, np.ones(4), np.ones((5, 4)))


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_less_precise_floats_are_summed_in_float64(gradient, arrays, kind) -> None:
    x, gamma, g = arrays
    x, g = x.astype(kind), g.astype(kind)
    found = gradient(x, gamma, g)
    assert found.dtype == kind
    exact = gradient(x.astype(float), gamma, g.astype(float))
    assert np.max(np.abs(found - exact)) <= np.finfo(kind).eps * np.max(np.abs(exact))
    out = np.empty(len(x), kind)
    assert gradient(x, gamma, g, out=out) is out
    np.testing.assert_array_equal(out, found)
    wide = gradient(x.reshape(-1, 5), np.arange(1.0, 6.0), g.reshape(-1, 5))
    assert (wide.dtype, wide.shape) == (kind, (8000, 5))


def test_arguments_by_name_and_a_place_for_the_result(gradient, arrays) -> None:
    x, gamma, g = arrays
    out = np.full(len(x), np.nan)
    found = gradient(grad_y=g, x=x, gamma=gamma, out=out)
    assert found is out
    np.testing.assert_array_equal(out, gradient(x, gamma, g))
    with pytest.raises(ValueError, match=r"out has shape \(3,\) and type float64, not \(40000,\)"):
        gradient(x, gamma, g, out=np.empty(3))


def test_what_is_defined_may_be_given(arrays) -> None:
    x, gamma, g = arrays
    kept = bnsym.compile(f"{BN}#input-gradient", given=(r"\hat{x}", "sigma_squared"))
    assert [a.name for a in kept.arguments] == ["xhat", "gamma", "sigma_squared", "grad_y"]
    hat, variance = (x - x.mean()) / x.std(), x.var()
    np.testing.assert_allclose(kept(hat, gamma, variance, g), backward(x, gamma, g), rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match=r"given='z': the note defines .*sigma_squared.*xhat"):
        bnsym.compile(f"{BN}#input-gradient", given=("z",))


def test_the_docstring_cites_where_it_was_proved(gradient) -> None:
    said = gradient.__doc__
    assert "Proved equal to ∂f/∂xᵢ:" in said
    for k in (1, 2, 3):
        assert f"(input-gradient.{k}), for m ≥ 1, by normal form" in said
    line = BN.read_text(encoding="utf-8").splitlines()
    cited = int(said.split("batchnorm.md:")[3].split()[0])
    assert r"\frac{\gamma}{m \sigma}" in line[cited - 1]
    assert "If: σ² > 0." in said
    assert "grad_y: ∂f/∂y, shape (m,)" in said
    assert "gamma: γ, a number" in said


def test_layer_normalization_with_epsilon() -> None:
    form = bnsym.compile(f"{LAYER}#gradients.4")
    rng = np.random.default_rng(2)
    h, gain, upstream = rng.standard_normal((3, 300))
    assert [a.name for a in form.arguments] == ["h", "g", "epsilon", "grad_z"]
    found = form(h=h, g=gain, epsilon=0.1, grad_z=upstream)
    np.testing.assert_allclose(found, backward(h, gain, upstream, 0.1), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "shape", [(4000, 6), (70, 12_345)], ids=["short rows", "long rows, in parts and threads"]
)
def test_a_batch_of_layers_has_two_indices(shape) -> None:
    form = bnsym.compile(f"{LAYER}#batch-gradients.3")
    rng = np.random.default_rng(3)
    x, g = rng.standard_normal((2, *shape))
    w = rng.standard_normal(shape[1])
    expected = np.stack([backward(row, w, up) for row, up in zip(x, g, strict=True)])
    np.testing.assert_allclose(form(x, w, g), expected, rtol=1e-8, atol=1e-10)
    with pytest.raises(ValueError, match=rf"w has shape \(5,\), but x makes D = {shape[1]}"):
        form(x, w[:5], g)


def test_features_with_an_index_of_their_own() -> None:
    form = bnsym.compile(f"{ROOT / 'accept' / 'features.md'}#input-gradient.1")
    rng = np.random.default_rng(4)
    x, g = rng.standard_normal((2, 500, 4))
    gamma = rng.standard_normal(4)
    np.testing.assert_allclose(form(x=x, gamma=gamma, grad_y=g), backward(x, gamma, g), rtol=1e-9, atol=1e-12)


def test_root_mean_square_normalization() -> None:
    form = bnsym.compile(f"{ROOT / 'accept' / 'rms-norm.md'}#input-gradient")
    assert [a.name for a in form.arguments] == ["x", "g", "epsilon", "grad_y"]
    rng = np.random.default_rng(5)
    x, gain, upstream, direction = rng.standard_normal((4, 400))
    h, epsilon = 1e-6, 0.3

    def loss(step: float) -> float:
        moved = x + step * direction
        return float(np.sum(upstream * gain * moved / np.sqrt(np.mean(moved**2) + epsilon)))

    along = form(x, gain, epsilon, upstream) @ direction
    numeric = (loss(h) - loss(-h)) / (2 * h)
    assert abs(along - numeric) < 1e-7 * abs(numeric)
    assert abs(form(x, gain, 0.0, upstream) @ direction - numeric) > 1e-3 * abs(numeric)


def test_a_number_as_a_result(arrays) -> None:
    x, _, g = arrays
    form = bnsym.compile(f"{BN}#norm-identity")
    m, hat = len(x), (x - x.mean()) / x.std()
    expected = np.sum((m * g - g.sum() - hat * (hat @ g)) ** 2)
    assert abs(form(x, g) - expected) < 1e-9 * expected
    assert form.error(x, g) < 1e-9 * expected


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (f"{BN}#nope", "BN004"),
        (f"{BN}#predictiveness", "no right side is a closed form"),
        (str(BN), r"has \d+ links; name one"),
        ("nowhere.md#a", "BN001"),
        (f"{ROOT.parent / 'derivations' / 'as-published.md'}#norm-final", "is refuted, not proved"),
    ],
)
def test_only_what_is_proved_is_compiled(link: str, said: str) -> None:
    with pytest.raises(bnsym.NotProved, match=said):
        bnsym.compile(link)


def test_a_wrong_sign_is_not_compiled(tmp_path: Path) -> None:
    text = BN.read_text(encoding="utf-8")
    wrong = text.replace(
        r" - \hat{x}_i \sum_j \hat{x}_j \frac{\partial f}{\partial y_j}",
        r" + \hat{x}_i \sum_j \hat{x}_j \frac{\partial f}{\partial y_j}",
    )
    assert wrong != text
    (tmp_path / "note.md").write_text(wrong, encoding="utf-8")
    with pytest.raises(bnsym.NotProved, match=r"input-gradient\.3 is refuted"):
        bnsym.compile(f"{tmp_path / 'note.md'}#input-gradient")


def test_what_does_not_fit_is_refused(gradient, arrays) -> None:
    x, gamma, g = arrays
    with pytest.raises(ValueError, match=r"grad_y has shape \(40000,\), but x makes m = 3"):
        gradient(x[:3], gamma, g)
    with pytest.raises(TypeError, match="x is an array of int64; it takes float64, float32"):
        gradient(x.astype(np.int64), gamma, g)
    with pytest.raises(TypeError, match="no value for grad_y; the arguments are x, gamma, grad_y"):
        gradient(x, gamma)
    with pytest.raises(TypeError, match="argument 'beta' is none of x, gamma, grad_y"):
        gradient(x, gamma, g, beta=1)
    with pytest.raises(TypeError, match="argument 'x' is given twice"):
        gradient(x, gamma, g, x=x)
    with pytest.raises(ValueError, match="at least one example"):
        gradient(x[:0], gamma, g[:0])
    with pytest.raises(ValueError, match=r"grad_y has shape \(40000,\); it takes shape \(m,\) or \(m, d\)"):
        gradient(x.reshape(-1, 5), gamma, g)
    with pytest.raises(ValueError, match="there is no backend 'fortran'"):
        bnsym.compile(f"{BN}#input-gradient", backend="fortran")


def test_floats_that_break_down_are_said_to(gradient, arrays) -> None:
    x, gamma, g = arrays
    with pytest.raises(FloatingPointError, match=r"overflows float64, a divisor is zero.*σ² > 0"):
        gradient(x * 1e200, gamma, g)
    with pytest.raises(FloatingPointError, match="a divisor is zero"):
        gradient(np.ones(5), gamma, g[:5])
    with pytest.raises(FloatingPointError, match="x holds a value that is not finite"):
        gradient(np.where(x > x[0], np.nan, x), gamma, g)
    with pytest.raises(FloatingPointError, match="lost to cancellation"):
        gradient.error(1e12 + 1e-6 * x, gamma, g)
    with pytest.raises(FloatingPointError, match="too large for a float64"):
        gradient.error(x * 1e200, gamma, g)


def test_memory_is_asked_for_first(gradient, arrays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnsym.compiling.memory.available", lambda: 1000)
    with pytest.raises(MemoryError, match="takes 320,000 bytes"):
        gradient(*arrays)


@pytest.mark.parametrize("backend", HAVE)
def test_other_backends_say_the_same_or_that_they_are_missing(gradient, arrays, backend: str) -> None:
    if not HAVE[backend]:
        with pytest.raises(ImportError, match=f"pip install {backend}"):
            bnsym.compile(f"{BN}#input-gradient", backend=backend)
        return
    x, gamma, g = arrays
    columns = x.reshape(-1, 4), gamma, g.reshape(-1, 4)
    other = bnsym.compile(f"{BN}#input-gradient", backend=backend)
    if backend == "torch":
        import torch

        found = other(torch.tensor(x), gamma, torch.tensor(g)).numpy()
        wide = other(torch.tensor(columns[0]), gamma, torch.tensor(columns[2])).numpy()
    elif backend == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        found = np.asarray(jax.jit(other)(jax.numpy.array(x), gamma, jax.numpy.array(g)))
        wide = np.asarray(other(*map(jax.numpy.array, columns)))
    else:
        found, wide = other(x, gamma, g), other(*columns)
        with pytest.raises(FloatingPointError):
            other(np.ones(9), gamma, g[:9])
    np.testing.assert_allclose(found, gradient(x, gamma, g), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        wide, gradient(x.reshape(-1, 4), gamma, g.reshape(-1, 4)), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("backend", HAVE)
@pytest.mark.parametrize("link", ["batch-gradients.2", "batch-gradients.3"])
def test_several_indices_in_other_backends(link: str, backend: str) -> None:
    if not HAVE[backend]:
        return
    rng = np.random.default_rng(8)
    named = {"x": rng.standard_normal((6, 40)).T, "grad_y": rng.standard_normal((40, 6))}
    if link == "batch-gradients.3":
        named["w"] = rng.standard_normal(6)
    expected = bnsym.compile(f"{LAYER}#{link}")(**named)
    other = bnsym.compile(f"{LAYER}#{link}", backend)
    if backend in ("torch", "jax"):
        array = __import__("torch").tensor if backend == "torch" else __import__("jax").numpy.array
        found = np.asarray(other(**{n: array(a) for n, a in named.items()}))
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
        return
    np.testing.assert_allclose(other(**named), expected, rtol=1e-10, atol=1e-13)
    out = np.empty(expected.shape)
    assert other(**named, out=out) is out
    np.testing.assert_array_equal(bnsym.compile(f"{LAYER}#{link}")(**named, out=np.empty_like(out)), expected)
    np.testing.assert_allclose(out, expected, rtol=1e-10, atol=1e-13)
    flat = named | {"x": np.ones((40, 6))}
    with pytest.raises(FloatingPointError, match="a divisor is zero"):
        other(**flat)


def test_names_are_plain_and_distinct() -> None:
    assert argument_names.plain(r"\hat{x}") == "xhat"
    assert argument_names.plain(r"\sigma^{2}") == "sigma_squared"
    assert argument_names.plain(r"\sigma_{B}^{2}") == "sigma_B_squared"
    assert argument_names.plain("W^{*}") == "W_star"
    assert argument_names.plain(r"\lambda") == "lambda_"
    assert argument_names.plain(r"\phi'(y)") == "phi_prime_y"
    assert argument_names.plain("∂f/∂\\hat{y} at the outputs") == "grad_yhat"
    assert len(set(argument_names.distinct([r"a_{1}", "a_1", "a 1"]).values())) == 3


def test_a_condition_on_entries_leaves_them_entries(tmp_path: Path) -> None:
    note = tmp_path / "positive.md"
    note.write_text(r"""Let $x_i > 0$ and $L$ the loss.
$$ y_i = \log x_i $$
<!-- bnsym: claim id=dx -->
$$ \frac{\partial L}{\partial x_i} = \frac{1}{x_i} \frac{\partial L}{\partial y_i} $$
""")
    found = bnsym.compile(f"{note}#dx")
    assert np.allclose(found(np.array([1.0, 4.0]), np.array([3.0, 2.0])), [3.0, 0.5])
    assert "Arrays may all have shape (m, d)" in (found.__doc__ or "")


def test_the_size_of_a_note_is_named_as_there() -> None:
    layer = bnsym.compile(f"{LAYER}#gradients.4")
    assert "(H, d)" in (layer.__doc__ or "")
    with pytest.raises(ValueError, match=r"takes shape \(H,\) or \(H, d\), if all do"):
        layer(np.ones((3, 2)), np.ones(3), 1.0, np.ones((3, 2)))
