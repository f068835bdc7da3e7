"""Source of closed forms that were proved: it reads like the note, and it computes what the link proves."""

from __future__ import annotations

import ctypes
import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import bnsym
from bnsym.cli import cli
from bnsym.compiling.emitting import LANGUAGES, emit

ROOT = Path(__file__).parent
BN = ROOT.parent / "derivations" / "batchnorm.md"
ACCEPT = ROOT / "accept"
LINKS = [
    f"{BN}#input-gradient",
    f"{ACCEPT / 'layer-norm.md'}#gradients.4",
    f"{ACCEPT / 'layer-norm.md'}#batch-gradients.2",
    f"{ACCEPT / 'layer-norm.md'}#batch-gradients.3",
    f"{ACCEPT / 'rms-norm.md'}#input-gradient",
    f"{ACCEPT / 'masked-norm.md'}#input-gradient",
    f"{ACCEPT / 'features.md'}#input-gradient.1",
]
HAVE = {name: importlib.util.find_spec(name) is not None for name in ("torch", "triton")}


def function(source: str) -> Callable[..., Any]:
    """The last that a source defines."""
    scope: dict[str, Any] = {}
    exec(source, scope)
    return [v for v in scope.values() if callable(v)][-1]


def in_c(source: str, folder: Path, rank: int) -> Callable[..., Any]:
    """A C function of sizes, arguments and the place for a result of so many axes."""
    (folder / "one.c").write_text(source, encoding="utf-8")
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas", "-shared", "-fPIC"]
    made = subprocess.run(
        ["cc", *flags, "-o", folder / "one.so", folder / "one.c", "-lm"], capture_output=True, text=True
    )
    assert not made.stderr
    head = source[source.index("\nvoid ") : source.index("{")]
    name = head.split()[1].split("(")[0]
    run = getattr(ctypes.CDLL(str(folder / "one.so")), name)

    def call(*arrays: Any) -> Any:
        largest = max(arrays, key=lambda a: a.ndim)
        if largest.ndim != head.count("long "):
            raise ValueError("it takes arrays of the note's own shapes")
        out = np.empty(largest.shape[largest.ndim - rank :])
        sizes = [ctypes.c_long(n) for n in largest.shape]
        passed = [a.ctypes.data_as(ctypes.c_void_p) if a.ndim else ctypes.c_double(float(a)) for a in arrays]
        run(*sizes, *passed, out.ctypes.data_as(ctypes.c_void_p))
        return out

    return call


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.rpartition("/")[2])
def test_numpy_passes_its_own_judge(link: str) -> None:
    judgement = bnsym.check_backward(function(emit(link, "numpy")), link)
    assert judgement, str(judgement)


@pytest.mark.skipif(which("cc") is None, reason="there is no C compiler")
@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.rpartition("/")[2])
def test_c_passes_too(link: str, tmp_path: Path) -> None:
    rank = len(bnsym.compile(link).formula.free)
    options = {"arguments": [a.name for a in bnsym.compile(link).arguments]}
    judgement = bnsym.check_backward(in_c(emit(link, "c"), tmp_path, rank), link, **options)
    assert judgement, str(judgement)


@pytest.mark.parametrize("language", ["torch", "triton"])
@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.rpartition("/")[2])
def test_torch_and_triton_pass_where_they_are_installed(
    language: str, link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = emit(link, language)
    compile(source, "emitted", "exec")
    if not HAVE["torch"] or not HAVE[language]:
        return
    import torch

    monkeypatch.setenv("TRITON_INTERPRET", "1")
    (tmp_path / "emitted.py").write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("emitted", tmp_path / "emitted.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fn = getattr(module, link.partition("#")[2].replace("-", "_").replace(".", "_"))

    def run(*arrays: Any) -> Any:
        return fn(*(torch.tensor(a) if a.ndim else float(a) for a in arrays)).numpy()

    options = {"arguments": [a.name for a in bnsym.compile(link).arguments], "m": 50, "d": 1}
    if language == "triton":
        options["dtype"] = "float32"
    assert bnsym.check_backward(run, link, **options)


def test_it_reads_like_the_note() -> None:
    source = emit(LINKS[0], "numpy")
    assert "    mu = x.sum(0) / m\n" in source
    assert "    xhat = (x - mu) / np.sqrt(sigma_squared)\n" in source
    assert "return gamma * (m * grad_y - grad_y.sum(0) - xhat * (xhat * grad_y).sum(0)) / (m *" in source
    assert "batchnorm.md:68 (input-gradient.1), for m ≥ 1, by normal form" in source
    assert "x: x, shape (m,)" in source
    assert "Returns shape (m,)." in source


def test_rows_are_a_loop_of_their_own_and_sums_that_can_share_one_do() -> None:
    source = emit(LINKS[3], "c")
    assert source.count("for (long n") == 1
    together = "sum_w_grad_y += w[j] * grad_y[n * D + j];\n            sum_xhat_w_grad_y +="
    assert source.index("for (long n") < source.index(together)
    assert "tests/accept/layer-norm.md:50 (batch-gradients.3)" in source
    assert "n = tl.program_id(0)" in emit(LINKS[3], "triton")
    assert "calloc(N, sizeof(double))" in emit(LINKS[2], "c")  # of a sum over the rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sign_that_is_changed_in_it_is_seen(language: str) -> None:
    source = emit(LINKS[0], language)
    assert source.count("- xhat *") == 1
    if language == "numpy":
        judgement = bnsym.check_backward(function(source.replace("- xhat *", "+ xhat *")), LINKS[0])
        assert judgement.slips == ("the term -γ/(m σ) x̂ᵢ Σⱼ x̂ⱼ ∂f/∂yⱼ has the wrong sign",)


NOTE = r"""
<!-- bnsym: define -->
$$
\mathrm{np} = \frac{1}{m} \sum_{i=1}^{m} \mathrm{out}_i, \qquad
\mathrm{double}_i = \mathrm{out}_i - \mathrm{np}, \qquad
v = \frac{1}{m} \sum_{i=1}^{m} \mathrm{double}_i^2
$$

<!-- bnsym: claim id=int -->
$$
\sum_i \mathrm{out}_i^2 = m v + m \, \mathrm{np}^2
$$
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_a_language_keeps_for_itself(language: str, tmp_path: Path) -> None:
    note = tmp_path / "what is this *" / 'odd""".md'
    note.parent.mkdir()
    note.write_text(NOTE, encoding="utf-8")
    source = emit(f"{note}#int", language)
    out = np.array([1.0, 2.0, 4.0])
    if language == "numpy":
        assert function(source)(out) == pytest.approx(21)
    elif language != "c":
        compile(source, "emitted", "exec")
    elif which("cc"):
        assert in_c(source, tmp_path, 0)(out) == pytest.approx(21)


def test_the_command() -> None:
    done = CliRunner().invoke(cli, ["emit", LINKS[0], "--lang", "c"])
    assert (done.exit_code, done.output) == (0, emit(LINKS[0], "c"))
    refused = CliRunner().invoke(cli, ["emit", f"{ROOT.parent / 'derivations/as-published.md'}#norm-final"])
    assert refused.exit_code == 2
    assert "is refuted, not proved" in refused.output
