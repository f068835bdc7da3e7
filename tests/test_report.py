"""Reports: what a person sees in a terminal, what a program reads as JSON."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

import bnsym
from bnsym.kernel import Witness, refute
from bnsym.model import Declaration, Declared, Diagnostic, Evidence, Repair, Result, Severity, Span, Undecided
from bnsym.reporting.console.screen import clean, excerpt, make_console
from bnsym.reporting.console.terminal import Detail, print_report
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.programs.json_ import as_data, to_json
from bnsym.reporting.unicode import unicode_math
from bnsym.terms import Relation, Statement, Sym, add, num
from tests import handmade
from tests.handmade import report, results


def shown(detail: Detail = Detail.NORMAL, *, show_parsed: bool = False, **of: object) -> str:
    stream = io.StringIO()
    print_report(report(**of), make_console(stream), detail, show_parsed=show_parsed)  # type: ignore[arg-type]
    return stream.getvalue()


def only(*numbers: int) -> tuple[Result, ...]:
    return tuple(results()[number] for number in numbers)


# -- the terminal ------------------------------------------------------------------------


def test_each_link_has_one_line_with_verdict_id_place_and_why() -> None:
    head, _, rest = shown().partition("\n\n")
    rows = rest.splitlines()[:6]
    assert head.splitlines()[:2] == ["note.md", " defined   μ (line 4)"]
    assert [row.split()[1:4] for row in rows] == [
        ["proved", "centred.1", "note.md:10"],
        ["refuted", "centred.2", "note.md:11"],
        ["refuted", "quoted.1", "note.md:18"],
        ["unread", "mean.1", "note.md:22"],
        ["undecided", "square.1", "note.md:26"],
        ["skipped", "largest.1", "note.md:30"],
    ]
    assert "m ≥ 1" in rows[0]
    assert "m = 2  0 ≠ 1/2" in rows[1]
    assert rows[2].endswith("as declared: γ² ≤ 1 is not assumed")
    assert "BN121" in rows[3]
    assert rows[5].endswith("no method for a maximum yet")


def test_sizes_are_shown_as_names_are(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    sums = (rf"\sum_{{i=1}}^{{n_{{1}}}} {body}" for body in ("2 x_i", "(x_i + x_i)", "3 x_i"))
    note.write_text(f"$${' = '.join(sums)}$$\n", encoding="utf-8")
    found = bnsym.check(note, cross_examine=False, repairs="none")
    stream = io.StringIO()
    print_report(found, make_console(stream))
    assert "n₁ ≥ 1" in stream.getvalue()
    assert re.search(r"n₁ = \d", stream.getvalue())
    assert "n_{1}" not in stream.getvalue().partition("│")[0]
    assert "<dd>n₁ ≥ 1</dd>" in to_html(found)


def test_a_refutation_shows_the_chain_the_caret_the_witness_and_both_sides() -> None:
    text = shown(chosen=only(1), in_file=())
    assert (
        "  10 │   &= \\sum_i x_i - m \\mu \\\\\n"
        "  11 │   &= \\mu\n"
        "     │    ^ the two sides differ: 0 ≠ 1/2\n" in text
    )
    assert "\n      at   m = 2, x = (0, 1)\n" in text
    assert "    left = 0     " in text
    assert "   right = 1/2   μ\n" in text


def mended(number: int) -> Result:
    """A refuted link with the repair that puts 0 for its right side."""
    edits = ((handmade.NOTE.index("&= \\mu") + 3, handmade.NOTE.index("&= \\mu") + 6, "0"),)
    link = replace(handmade.CENTRED_2, right_span=handmade.place(handmade.MU_LINE, "\\mu"))
    return replace(only(number)[0], link=link, repair=Repair("a mean", "\\mu", "0", edits), derived="0")


def test_where_a_repair_is_shown_the_line_is_written_as_it_is_to_be_and_no_more_is_said() -> None:
    text = shown(chosen=(mended(1),), in_file=())
    assert "at   m = 2, x = (0, 1)\n  repair   a mean; proved with it\n   + │   &= 0\n\n" in text
    asked = shown(Detail.VERBOSE, chosen=(mended(1),), in_file=())
    for fact in ("   right = 1/2   μ\n", " derived   0\n", "         - \\mu\n         + 0\n"):
        assert fact in asked
        assert fact not in text


def test_a_side_that_is_not_in_the_line_of_the_sign_is_shown_before_and_after() -> None:
    repair = Repair("a mean", "\\mu", "0", ())
    link = replace(mended(1).link, right_span=handmade.place("m \\mu = x_i", "\\mu"))
    text = shown(chosen=(replace(mended(1), link=link, repair=repair),), in_file=())
    assert "  repair   a mean; proved with it\n         - \\mu\n         + 0\n\n" in text


def test_links_that_one_repair_mends_are_shown_together() -> None:
    first, second = mended(1), replace(mended(1), link=replace(mended(1).link, id="centred.3"))
    text = shown(Detail.QUIET, chosen=(first, second), in_file=())
    assert text.count("✗ refuted") == 1
    assert "  and mends centred.3 (line 11): the two sides differ: 0 ≠ 1/2\n" in text
    other = replace(second, repair=Repair("a mean", "\\mu", "0", ((0, 0, " "),)))
    assert shown(Detail.QUIET, chosen=(first, other), in_file=()).count("✗ refuted") == 2


def test_links_that_wait_for_one_thing_are_listed_by_it_with_their_lines() -> None:
    waiting = tuple(replace(only(3)[0], link=replace(handmade.MEAN_1, id=f"mean.{k}")) for k in (1, 2))
    text = shown(chosen=waiting, in_file=())
    assert text.count("mean.1") == 1
    assert "waiting   mean.1 (line 22), mean.2 (line 22)\n" in text


def test_the_caret_stands_under_the_sign_after_a_tab() -> None:
    text = shown(Detail.VERBOSE, chosen=only(2), in_file=())
    line, caret = text[text.index("  18 │") :].splitlines()[:2]
    assert line.index("\\le") == caret.index("^^^")
    assert "the order fails: 2 > 1/2" in caret


def test_a_declared_refutation_is_quiet_until_asked_for() -> None:
    quiet, asked = (shown(detail, chosen=only(2), in_file=()) for detail in (Detail.NORMAL, Detail.VERBOSE))
    assert "│" not in quiet
    assert "✗ refuted, as declared  quoted.1" in asked
    assert "Passed: every link is as declared." in quiet


def test_unread_shows_the_caret_of_the_problem_and_the_hint() -> None:
    text = shown(chosen=only(3), in_file=())
    assert "note.md:22:9" in text
    assert "│         ^^^ index i is not bound on the left" in text
    assert "hint   write \\sum_i x_i" in text


def test_undecided_says_what_was_tried() -> None:
    assert "tried   identity, witness" in shown(chosen=only(4))


def test_quiet_is_only_what_failed_and_the_summary() -> None:
    text = shown(Detail.QUIET)
    assert "centred.1" not in text
    assert "✗ refuted  centred.2" in text
    assert "resembles-a-name" not in text
    assert "6 links: 1 proved, 2 refuted (1 as declared), 1 undecided, 1 unread, 1 skipped\n" in text
    assert "Failed: 3 links are not as declared." in text


def test_verbose_adds_evidence_certificate_and_seconds() -> None:
    text = shown(Detail.VERBOSE)
    for fact in ("explicit m = 2, 3, 4: agrees", "certificate  left - right = 0", "seconds  0.012"):
        assert fact in text


def test_notes_are_shown_on_request_but_for_those_that_say_what_was_read() -> None:
    held = replace(handmade.FREE, code="BN135")
    assert "BN135" not in shown(in_file=(held,))
    assert "BN135" in shown(Detail.VERBOSE, in_file=(held,))
    assert "BN134" not in shown(Detail.VERBOSE)
    assert "free   γ" in shown()
    assert "free   γ" not in shown(Detail.QUIET)


def test_show_parsed_prints_definitions_and_both_sides_as_understood() -> None:
    text = shown(show_parsed=True)
    assert "define" in text
    assert "unread: m \\mu = x_i" in text


def test_a_proof_that_no_route_could_examine_says_so() -> None:
    silent = (Evidence("explicit m = 2, 3, 4", None, "out of time"), Evidence("mod p", None, "an order"))
    alone = shown(chosen=(replace(only(0)[0], evidence=silent), *only(5)), in_file=())
    assert "normal form · not cross-examined\n" in alone
    assert "(1 link skipped, not checked; 1 proof that no other route could examine)." in " ".join(
        alone.split()
    )
    for evidence in ((), (*silent, Evidence("explicit m = 5", True))):  # not asked for; one could
        proof = replace(only(0)[0], evidence=evidence)
        assert not proof.unexamined
        assert "examine" not in shown(chosen=(proof,), in_file=())


def test_contradicting_evidence_is_the_loudest() -> None:
    wrong = replace(only(0)[0], evidence=(Evidence("explicit m = 2", False, "1 and 2"),))
    text = shown(chosen=(wrong,), in_file=())
    assert "✗ proved" in text
    assert "contradicted by explicit m = 2: 1 and 2" in text
    assert "Failed: bnsym contradicts itself" in text


def test_what_was_declared_refuted_and_is_proved_says_so() -> None:
    note = Diagnostic("BN307", Severity.ERROR, "declared refuted, but it is proved", handmade.QUOTED.span)
    link = replace(handmade.CENTRED_1, declaration=handmade.QUOTED)
    text = shown(chosen=(Result(link, handmade.proved(), notes=(note,)),), in_file=())
    assert "✗ proved    centred.1" in text
    assert "BN307 declared refuted, but it is proved" in text


def test_a_missing_file_has_no_place_in_it() -> None:
    missing = Diagnostic(
        "BN001", Severity.ERROR, "no such file", Span("nowhere.md", 1, 1, 1, 1), "look again"
    )
    text = shown(chosen=(), problems=(missing,), in_file=())
    assert "✗ nowhere.md  no such file" in text
    assert "hint   look again" in text
    assert ":1:1" not in text


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in shown()
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in shown()
    assert "\x1b[32m" not in shown()


@pytest.mark.parametrize("width", [60, 80, 132])
def test_a_terminal_line_never_exceeds_its_width(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(width))
    lines = shown(chosen=only(0, 1, 2, 5), in_file=()).splitlines()
    assert max(Text.from_ansi(line).cell_len for line in lines) <= width


# -- excerpts ----------------------------------------------------------------------------


def caret_of(line: str, column: int, length: int = 1, width: int = 80) -> tuple[str, str]:
    span = Span("n.md", 1, column, 1, column + length)
    first, second = (text.plain for text in excerpt(line, span, width=width))
    return first, second


def test_wide_characters_take_two_cells() -> None:
    line, caret = caret_of("其中 a = b", 6)
    assert cell_len(line[: line.index("=")]) == caret.index("^")


def test_a_long_line_is_cut_to_a_window_around_the_caret() -> None:
    line, caret = caret_of("x + " * 500 + "= y" + " + z" * 500, 2001, width=60)
    assert cell_len(line) <= 60
    assert line[caret.index("^")] == "="
    assert line.count("…") == 2


def test_a_line_of_a_megabyte_is_no_trouble() -> None:
    line, caret = caret_of("a" * 1_000_000, 999_999)
    assert line[caret.index("^")] == "a"


def test_a_caret_past_the_end_or_file_is_no_crash() -> None:
    assert caret_of("ab", 9)[1].endswith("^")
    assert list(excerpt("ab", Span("n.md", 7, 1, 7, 2), width=80)) == []


def test_a_note_cannot_steer_the_terminal() -> None:
    assert clean("a\x1b[2J\u202eb\tc") == "a�[2J�b c"
    assert caret_of("\x1b]0;owned\x07 = 1", 12)[0].endswith("�]0;owned� = 1")


# -- Unicode -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sigma^{2}", "σ²"),
        (r"\hat{x}_{i}", "x̂ᵢ"),
        (r"\hat{x_i}", "x̂ᵢ"),
        (r"\frac{\partial f}{\partial \hat{x}_{j}}", "∂f/∂x̂ⱼ"),
        (r"\frac{\partial^{2} f}{\partial y \partial y}", "∂²f/(∂y ∂y)"),
        (r"\frac{\gamma}{m \sigma} \left(m g_{i} - \sum_{j} g_{j}\right)", "γ/(m σ) (m gᵢ - Σⱼ gⱼ)"),
        (r"\frac{a + b}{2}", "(a + b)/2"),
        (r"\langle e , \hat{x} \rangle = 0", "⟨e, x̂⟩ = 0"),
        (r"\Vert X^{T} u \Vert_{2}^{2} \le 3 \Vert u \Vert", "‖Xᵀ u‖₂² ≤ 3 ‖u‖"),
        (r"\sqrt{\sigma^{2} + \epsilon}", "√(σ² + ε)"),
        (r"x_{i,j}", "x_(i,j)"),
        (r"\sigma_{\mathcal{B}}^{2}", "σ_ℬ²"),
        (r"W^{*}", "W*"),
        ("m >= 1", "m > = 1"),
        (r"\unknown{x}", r"\unknown{x}"),
        (r"\hat{", r"\hat{"),
        ("}", "}"),
        ("", ""),
    ],
)
def test_unicode_math(latex: str, text: str) -> None:
    assert unicode_math(latex) == text


# -- JSON --------------------------------------------------------------------------------

LINK_KEYS = (
    "id file line column cell statement parsed rests_on conditions conventions sizes free verdict declared "
    "reason passed fails scope rule hypotheses side_conditions axioms certificate witness repair derived "
    "minimal evidence code message hint problem waits_for formal"
).split()


def test_json_has_the_documented_keys_in_order() -> None:
    data = json.loads(to_json(report()))
    keys = "bnsym schema passed since remembered counts links causes definitions read diagnostics"
    assert list(data) == keys.split()
    assert list(data["counts"]) == ["proved", "refuted", "undecided", "unread", "skipped"]
    assert all(list(link) == LINK_KEYS for link in data["links"])
    assert list(data["diagnostics"][0]) == [
        "code",
        "severity",
        "message",
        "file",
        "line",
        "column",
        "cell",
        "hint",
    ]


def test_json_of_a_refutation_is_exact() -> None:
    link = as_data(report())["links"][1]
    assert (link["line"], link["column"]) == (11, 4)
    assert (link["verdict"], link["declared"], link["passed"], link["code"]) == (
        "refuted",
        None,
        False,
        "BN201",
    )
    assert link["witness"] == {
        "m": 2,
        "sizes": {"m": 2},
        "values": {"x": ["0", "1"]},
        "indices": {},
        "left": "0",
        "right": "1/2",
    }


def test_json_of_a_proof() -> None:
    link = as_data(report())["links"][0]
    assert (link["verdict"], link["passed"], link["scope"]) == ("proved", True, "m >= 1")
    assert (link["witness"], link["repair"], link["code"]) == (None, None, None)
    assert link["evidence"][0] == {"route": "explicit m = 2, 3, 4", "agrees": True, "detail": ""}


def test_json_says_what_is_declared() -> None:
    links = as_data(report())["links"]
    assert [link["declared"] for link in links] == [None, None, "refuted", None, None, None]
    assert links[2]["reason"] == "γ² ≤ 1 is not assumed"


def test_json_without_a_space_named_m() -> None:
    statement = Statement(Sym("a"), Relation.EQ, add(Sym("a"), num(1)))
    link = replace(handmade.SQUARE_1, statement=statement)
    verdict = refute(statement, Witness({}, {"a": num(0).value}))
    witness = as_data(report((Result(link, verdict),)))["links"][0]["witness"]
    assert (witness["m"], witness["sizes"], witness["left"]) == (None, {}, "0")


def test_passed_needs_every_link_as_declared() -> None:
    assert as_data(report(only(0, 2, 5), in_file=()))["passed"] is True
    assert as_data(report(only(0, 1), in_file=()))["passed"] is False
    open_but_declared = replace(
        handmade.SQUARE_1, declaration=Declaration(Declared.REFUTED, "", handmade.QUOTED.span)
    )
    undecided = Result(open_but_declared, Undecided("BN302", "neither"))
    assert as_data(report((undecided,)))["passed"] is False
