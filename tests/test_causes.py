"""One slip made throughout a note is told once, with all the links that it explains."""

from dataclasses import replace
from html import escape
from json import loads
from pathlib import Path
from time import monotonic

import pytest

import bnsym
from bnsym import cli
from bnsym.model import Cause, Report, edited
from bnsym.repairing.causes import causes
from bnsym.repairing.written import Work
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.programs.github import to_summary
from bnsym.reporting.programs.sarif import to_sarif
from bnsym.reporting.wording import said_of_cause

LAYER = r"""# Layer

$$
\begin{align}
\mu &= \frac1m \sum_i x_i \\
\sigma^2 &= \frac1m \sum_i (x_i - \mu)^2 \\
\hat x_i &= \frac{x_i - \mu}{\sigma}
\end{align}
$$

# Properties

$$
\begin{align}
\sum_i \hat x_i &= 0 \\
\sum_i \hat x_i^2 &= m \\
\sum_i \hat x_i (x_i - \mu) &= m \sigma
\end{align}
$$
"""
NORMS = r"""# Norms

$$ \Vert a + b \Vert^2 = \Vert a \Vert^2 + 2 \langle a, b \rangle + \Vert b \Vert^2 $$

$$ \Vert a - b \Vert^2 = \Vert a \Vert^2 - 2 \langle a, b \rangle + \Vert b \Vert^2 $$
"""
GAIN = r"""# Gain

$$ y_i = \gamma x_i + \beta $$

$$
\frac{\partial L}{\partial x_i} = \sum_j \frac{\partial L}{\partial y_j} \frac{\partial y_j}{\partial x_i}
= \gamma \frac{\partial L}{\partial y_i}
$$
"""


def found(tmp_path: Path, text: str) -> Report:
    path = tmp_path / "note.md"
    path.write_text(text, encoding="utf-8")
    return bnsym.check(path, cross_examine=False)


def checked(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    """The exit code and the output of `bnsym check`."""
    with pytest.raises(SystemExit) as left:
        cli.main(("check", *arguments, "--no-cache"))
    return left.value.code, capfd.readouterr().out


def only(report: Report) -> Cause:
    (cause,) = report.causes
    return cause


SLIPS = {
    "a letter that is no name": (LAYER, r"(x_i - \mu)^2", r"(x_i - u)^2", r"`u` for `\mu`"),
    "hats": (LAYER, r"\sum_i \hat x_i", r"\sum_i x_i", "a hat"),
    "a definition's square": (
        LAYER,
        r"(x_i - \mu)^2",
        r"(x_i - \mu)",
        r"a square in the definition of `\sigma^{2}`",
    ),
    "a definition's number": (
        LAYER,
        r"\sigma^2 &= \frac1m",
        r"\sigma^2 &= \frac2m",
        r"a factor in the definition of `\sigma^{2}`",
    ),
    "norms": (NORMS, r"\Vert^2", r"\Vert", "the square of a norm"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_one_cause_explains_several_links(tmp_path: Path, slip: str) -> None:
    text, right, wrong, what = SLIPS[slip]
    slipped = text.replace(right, wrong)
    assert slipped != text
    report = found(tmp_path, slipped)
    cause = only(report)
    assert cause.what == what
    assert len(cause.links) >= 2
    mended = found(tmp_path, cause.apply(slipped))
    assert {r.link.id for r in mended.results if r.passed} >= set(cause.links)
    assert not mended.causes


@pytest.mark.parametrize("text", [LAYER, NORMS, GAIN])
def test_a_true_note_has_no_cause(tmp_path: Path, text: str) -> None:
    report = found(tmp_path, text)
    assert report.passed
    assert report.causes == ()


def test_one_false_link_has_a_repair_and_no_cause(tmp_path: Path) -> None:
    report = found(tmp_path, LAYER.replace("&= m \\\\", "&= m^2 \\\\"))
    assert report.causes == ()
    assert [r.link.id for r in report.results if r.repair] == ["properties-1.2"]


CARRIED = r"""$$ z_i = a_i - b_i + c_i $$

$$
\begin{align}
\sum_i z_i &= \gamma (\sum_i a_i - \sum_i b_i + \sum_i c_i) \\
&= \gamma \sum_i (a_i + b_i + c_i)
\end{align}
$$

$$ \Vert z \Vert = \gamma \sum_i (a_i + b_i + c_i)^2 $$
"""


def test_what_was_changed_before_is_changed_again_beside_one_more_slip(tmp_path: Path) -> None:
    first, second = found(tmp_path, CARRIED).causes
    assert first.what == r"the factor `\gamma` and the sign before `b`"
    assert second.what == r"the square of a norm, the factor `\gamma` and the sign before `b`"
    assert second.lines[0][1] == r"$$ \Vert z \Vert^2 = \sum_i (a_i - b_i + c_i)^2 $$"


def test_what_holds_as_it_stands_is_not_changed_again(tmp_path: Path) -> None:
    text = CARRIED.rpartition("$$ ")[0]
    report = found(tmp_path, text + r"$$ \gamma (a + b) = \gamma a + \gamma b $$")
    (cause,) = report.causes
    assert cause.what == r"the factor `\gamma` and the sign before `b`"
    assert len(cause.lines) == 2


def test_an_equation_of_the_text_that_does_not_say_that_it_defines(tmp_path: Path) -> None:
    said = "As $w$ does, $v = k w$ attains it."
    claims = r"\langle v, w \rangle = k \Vert w \Vert^2", r"\Vert v \Vert^2 = k^2 \Vert w \Vert^2"
    text = "\n\n".join((said, *(f"$$ {claim} $$" for claim in claims)))
    assert only(found(tmp_path, text)).lines == ((said, said.replace("=", ":=")),)
    denied = text.replace("As $w$ does,", "Unlike $w$, it is not so that")
    assert not found(tmp_path, denied).causes


def test_a_hat_taken_away_makes_no_link_empty(tmp_path: Path) -> None:
    """Of a norm that is said to be at most another, both the same without hats."""
    text = "$$ \\hat a_i = 2 a_i $$\n\n" + "".join(
        rf"$$ \Vert \hat a {sign} b \Vert \le \Vert a {sign} b \Vert $$" + "\n\n" for sign in "+-"
    )
    assert found(tmp_path, text).causes == ()


def test_what_is_declared_stands_as_it_was_published(tmp_path: Path) -> None:
    declared = '<!-- bnsym: refuted reason="as published" -->\n'
    text = NORMS.replace(r"\Vert^2", r"\Vert").replace("$$ ", declared + "$$ ")
    report = found(tmp_path, text)
    assert report.passed
    assert report.causes == ()


def test_a_link_that_a_change_would_lose_forbids_it(tmp_path: Path) -> None:
    """`u` is meant in the third display."""
    text = LAYER.replace(r"(x_i - \mu)^2", "(x_i - u)^2") + "\n$$ (u + \\mu)^2 - (u - \\mu)^2 = 4 u \\mu $$\n"
    for cause in found(tmp_path, text).causes:
        assert "u" in cause.apply(text).rsplit("$$", 2)[1]


def test_work_is_counted_and_not_timed() -> None:
    text = LAYER.replace(r"\sum_i \hat x_i", r"\sum_i x_i")
    wanted = frozenset({"properties-1.1", "properties-1.2"})
    assert causes(text, "note.md", wanted, monotonic() - 1) == ()
    assert len(causes(text, "note.md", wanted, monotonic() + 1000)) == 1
    work = Work(1000, monotonic() + 1000)
    assert sum(1 for _ in iter(lambda: work.spend(100), False)) == 10


def test_fix_mends_causes_and_then_single_links(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    slipped = LAYER.replace(r"(x_i - \mu)^2", "(x_i - u)^2").replace(r"m \sigma", r"m \sigma^2")
    path = tmp_path / "note.md"
    path.write_text(slipped, encoding="utf-8")
    code, diff = checked(capfd, str(path), "--diff")
    assert code == 1
    assert "+\\sigma^2 &= \\frac1m \\sum_i (x_i - \\mu)^2 \\\\" in diff.splitlines()
    assert path.read_text(encoding="utf-8") == slipped
    code, output = checked(capfd, str(path), "--fix")
    assert code == 0, output
    assert "remembered" not in output
    assert path.read_text(encoding="utf-8") == LAYER


def test_the_report_shows_a_cause_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "note.md"
    path.write_text(NORMS.replace(r"\Vert^2", r"\Vert"), encoding="utf-8")
    _, shown = checked(capfd, str(path))
    assert shown.count("the square of a norm: 2 links are proved with it put right") == 1
    assert "the two sides differ" not in shown


def test_every_format_tells_it(tmp_path: Path) -> None:
    report = found(tmp_path, LAYER.replace(r"\sum_i \hat x_i", r"\sum_i x_i"))
    (cause,) = report.causes
    said = said_of_cause(cause)
    assert said.endswith("2 links are proved with it put right")
    assert escape(said) in to_html(report)
    told = to_summary(report).partition("</details>")[0]
    assert all(f"\n-   {before}\n" in told and f"\n+   {after}\n" in told for before, after in cause.lines)
    assert all(link in told for link in cause.links)


def test_a_fix_is_of_the_file_as_it_is(tmp_path: Path) -> None:
    """The second cause builds on the first, and its fix holds both."""
    report = found(tmp_path, LAYER.replace(r"\sum_i \hat x_i", r"\sum_i x_i"))
    (file,), (cause,) = report.files, report.causes
    text = report.sources[file.derivation.file]
    after = edited(text, cause.edits)
    second = replace(cause, edits=((after.index("= m"), after.index("= m") + 3, "= 2 m"),))
    report = replace(report, files=(replace(file, causes=(cause, second)),))
    expected = edited(after, second.edits)
    lines = text.splitlines(keepends=True)
    results = loads(to_sarif(report))["runs"][0]["results"]
    found_here = [fix for one in results for fix in one.get("fixes", ())]
    fixes = [fix for fix in found_here if fix["description"]["text"] == said_of_cause(cause)]
    assert len(fixes) == len(cause.links)
    for fix in fixes:
        (change,) = fix["artifactChanges"]
        fixed = text
        for replacement in reversed(change["replacements"]):
            region = replacement["deletedRegion"]
            start = sum(map(len, lines[: region["startLine"] - 1])) + region["startColumn"] - 1
            end = sum(map(len, lines[: region["endLine"] - 1])) + region["endColumn"] - 1
            fixed = fixed[:start] + replacement["insertedContent"]["text"] + fixed[end:]
        assert fixed == expected


UNNAMED = r"""# Layer

$$ \mu = \frac1m \sum_i x_i, \qquad \hat x_i = x_i - \mu, \qquad y_i = \gamma \hat x_i $$

$$ \frac{\partial f}{\partial \hat x_i} = \gamma \frac{\partial f}{\partial y_i} $$

$$
\frac{\partial f}{\partial x_i} =
\gamma \frac{\partial f}{\partial y_i} - \frac{\gamma}{m} \sum_j \frac{\partial f}{\partial y_j}
$$

# Length

$$
\Vert \nabla_x L \Vert^2 =
\gamma^2 \Vert \frac{\partial f}{\partial y} \Vert^2
- \frac{\gamma^2}{m} \langle e, \frac{\partial f}{\partial y} \rangle^2
$$
"""


def test_a_gradient_of_which_nothing_is_said_is_named_once(tmp_path: Path) -> None:
    """Centring takes the mean off a gradient: |∂f/∂x|² = γ² |∂f/∂y|² - γ²/m (Σ ∂f/∂y)²."""
    cause = only(found(tmp_path, UNNAMED))
    assert cause.what == r"a missing definition of `\nabla_x L`"
    assert cause.lines == (("", r"<!-- bnsym: let $\nabla_x L$ = $\frac{\partial f}{\partial x}$ -->"),)
    assert found(tmp_path, cause.apply(UNNAMED)).counts["proved"] == 3
    assert "<del></del>" not in to_html(found(tmp_path, UNNAMED))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"- \frac{\gamma^2}{m} \langle e", r"- \frac{\gamma^2}{m^2} \langle e"),  # true of no gradient
        (
            r"\frac{\partial f}{\partial \hat x_i} =",
            r"\frac{\partial L}{\partial \hat x_i} =",
        ),
    ],
)
def test_a_gradient_is_given_no_meaning_that_the_note_does_not_bear_out(
    tmp_path: Path, right: str, wrong: str
) -> None:
    assert right in UNNAMED
    causes = found(tmp_path, UNNAMED.replace(right, wrong)).causes
    assert not [cause for cause in causes if "definition" in cause.what]


def test_a_gradient_that_a_maximum_is_taken_of_shows_its_matrix(tmp_path: Path) -> None:
    """max |X v|² over |X| ≤ λ is λ² |v|², and X v is the gradient of the weights of y = Xᵀ W."""
    weights = r"\max_{\Vert X \Vert_2 \le \lambda} \Vert \nabla_W L \Vert^2"
    value = r"\lambda^2 \Vert \frac{\partial f}{\partial x} \Vert^2"
    text = f"{UNNAMED}\n# Weights\n\n$$ {weights} = {value} $$\n"
    added = [new for cause in found(tmp_path, text).causes for _, new in cause.lines]
    assert r"<!-- bnsym: let $\nabla_W L$ = $X \frac{\partial f}{\partial x}$ -->" in added
    slipped = text.replace(value, value.replace(r"\lambda^2", r"\lambda^3"))
    assert not [cause for cause in found(tmp_path, slipped).causes if "W" in cause.what]
