r"""The table of commands holds what is known of LaTeX, all of it, and nothing of a display is lost."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

import bnsym.latex
from bnsym.cli import cli
from bnsym.elaborate import read
from bnsym.elaborate.document import read_document
from bnsym.latex.chains import Reading, read_chains
from bnsym.latex.commands import BY_SPELLING, TABLE, Command, Kind
from bnsym.latex.errors import ReadError
from bnsym.latex.lexer import lex
from bnsym.latex.nesting import Layout, lay_out
from bnsym.latex.parser import parse
from bnsym.model import Link
from bnsym.printing import to_latex
from bnsym.source.markdown import Display, scan
from bnsym.source.text import Slice

ROOT = Path(__file__).parent.parent
ROOM = Path(bnsym.latex.__file__).parent
TERMS = (
    *(Kind.NAME, Kind.ACCENT, Kind.FONT, Kind.FRAC, Kind.OVER, Kind.SQRT, Kind.SIGN, Kind.JOIN, Kind.MARK),
    *(Kind.OPEN, Kind.CLOSE, Kind.NORM, Kind.ABS, Kind.SIZE, Kind.SPACE, Kind.SPACED, Kind.COLOUR),
    *(Kind.WRAP, Kind.UNDER, Kind.SUM, Kind.MAX, Kind.DERIVATIVE, Kind.SWITCH),
)


def of(*kinds: Kind) -> list[Command]:
    return [entry for entry in TABLE if entry.kind in kinds]


def named(entry: Command) -> str:
    return entry.spellings[0]


@pytest.mark.parametrize("entry", TABLE, ids=named)
def test_an_entry_is_complete(entry: Command) -> None:
    assert entry.says
    assert entry.spellings[0] in entry.example
    assert [BY_SPELLING[word] for word in entry.spellings] == [entry] * len(entry.spellings)


@pytest.mark.parametrize("entry", of(*TERMS), ids=named)
def test_the_example_of_a_term_is_read(entry: Command) -> None:
    (chain,) = _chains(entry.example)
    if r"\in" not in entry.example:
        document = read_document(f"$${entry.example}$$", "note.md")
        parse(document.source.masked[chain.where.start + 2 : chain.where.end + 2])


@pytest.mark.parametrize("entry", of(Kind.REFUSED, Kind.OPERATOR), ids=named)
def test_what_has_no_meaning_yet_says_so(entry: Command) -> None:
    with pytest.raises(ReadError, match="no meaning here yet") as caught:
        parse(entry.example)
    assert caught.value.code == "BN128"


@pytest.mark.parametrize("entry", of(Kind.REL, Kind.SILENT), ids=named)
def test_a_relation_divides_its_example(entry: Command) -> None:
    (chain,) = _chains(entry.example)
    assert len(chain.signs) == 1
    assert chain.claims == (entry.kind is Kind.REL)


@pytest.mark.parametrize("entry", of(Kind.IMPLIES, Kind.APART, Kind.ROW, Kind.WIDE), ids=named)
def test_what_stands_between_claims_parts_them(entry: Command) -> None:
    assert [len(chain.signs) for chain in _chains(entry.example)] == [1, 1]


@pytest.mark.parametrize("entry", of(Kind.TEXT, Kind.LABEL, Kind.FORALL), ids=named)
def test_what_is_no_ink_takes_nothing_away(entry: Command) -> None:
    (chain,) = _chains(entry.example)
    assert len(chain.signs) == 1
    assert not chain.unread


@pytest.mark.parametrize("entry", of(Kind.NAME, Kind.ACCENT, Kind.FONT), ids=named)
def test_a_name_is_printed_as_it_is_read(entry: Command) -> None:
    if entry.value in (r"\partial", r"\nabla", r"\mathbb{R}", "d"):
        return
    (link,) = read(f"$$\n{entry.example} = {entry.example}\n$$\n", "note.md").links
    assert isinstance(link, Link)
    assert link.statement is not None
    printed = to_latex(link.statement.left)
    (again,) = read(f"$$\n{printed} = {entry.example}\n$$\n", "note.md").links
    assert again.statement is not None
    assert again.statement.left == link.statement.left == again.statement.right


def test_a_command_is_spelled_in_the_table_only() -> None:
    """Messages may name commands; a string that is one, and nothing else, stands in the table."""
    for path in ROOM.glob("*.py"):
        if path.name == "commands.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in BY_SPELLING or not node.value.startswith("\\"), (
                    path.name,
                    node.lineno,
                )


def test_the_list_is_printed() -> None:
    done = CliRunner().invoke(cli, ["notation"])
    assert done.exit_code == 0
    assert all(entry.spellings[0] in done.output for entry in TABLE)
    one = CliRunner().invoke(cli, ["notation", "hat"])
    assert r"\hat, \widehat" in one.output
    assert CliRunner().invoke(cli, ["notation", "hta"]).exit_code == 2


# Nothing of a display is lost


def _layout(text: str) -> tuple[Layout, Reading]:
    layout = lay_out(text, 0, len(text))
    return layout, read_chains(layout, 0, None)


def _chains(text: str):
    return _layout(text)[1].chains


_BRACKETS = (".", ":", "(", ")", "[", "]", r"\{", r"\}")
_BESIDE = (Kind.TEXT, Kind.COMMA, Kind.APART, Kind.IMPLIES, Kind.END)


def _lost(text: str) -> list[str]:
    """The ink of a display that is in no chain, condition or remark, or in two of them."""
    layout, found = _layout(text)
    parts: list[Slice] = [*found.remarks]
    for chain in found.chains:
        parts += [*chain.expressions, *(sign.where for sign in chain.signs)] if chain.claims else []
        parts += chain.conditions
    silent = [chain for chain in found.chains if not chain.claims]
    unread = [one.where for chain in found.chains for one in chain.unread]
    lost = []
    repeated = {
        one.start for one, again in pairwise(layout.ink) if one.kind is Kind.REL and one.text == again.text
    }
    for token in layout.ink:
        inside = [p for p in {(s.start, s.end) for s in parts} if p[0] <= token.start and token.end <= p[1]]
        if any(c.where.start <= token.start < c.where.end for c in silent) or any(
            one.start <= token.start < one.end for one in unread
        ):
            continue
        blank = any(a <= token.start < b for a, b in found.blanks)
        beside = (
            token.kind in _BESIDE
            or token.text in (".", ":")
            or token.text in "()[]"
            or "\\" in token.text[:1]
            or token.start in repeated  # `a = \\ = b`
        )
        if not inside and not (blank and beside):
            lost.append(token.text)
    return lost


def _displays() -> Iterator[str]:
    notes = [*ROOT.glob("derivations/*.md"), *ROOT.glob("tests/accept/*.md"), *ROOT.glob("tests/refuse/*.md")]
    for path in sorted(notes):
        text = path.read_text(encoding="utf-8")
        for one in scan(text)[0]:
            if isinstance(one, Display):
                yield text[one.inside.start : one.inside.end]


DISPLAYS = list(_displays())


def test_nothing_of_a_note_s_displays_is_lost() -> None:
    assert len(DISPLAYS) > 300
    for text in DISPLAYS:
        assert _lost(text) == [], text


INK = (
    *(r"\\", "&", "=", r"\quad", ",", "(", ")", "{", "}", r"\text{if}", r"\Rightarrow", "+", r"{} + c", "."),
    *(r"\le", r"\approx", r"\underbrace{a}_{= b}", r"\cancel{a = b}", r"\forall", r"\left.", r"\text{a}"),
)


def _mutated(text: str, luck: random.Random) -> str:
    """The display with tokens dropped, doubled, exchanged or put in."""
    parts = re.findall(r"\\[A-Za-z]+|\\.|\s+|.", text, re.DOTALL)
    for _ in range(luck.randint(1, 4)):
        place = luck.randrange(len(parts) + 1)
        new = luck.choice(INK)
        if luck.random() < 0.5:
            parts.insert(place, new)
        else:
            parts[place : place + 1] = luck.choice([[], [new], parts[place : place + 1] * 2])
    return "".join(parts)


def test_nothing_of_a_mutated_display_is_lost() -> None:
    luck = random.Random(20)
    for _ in range(3000):
        text = _mutated(luck.choice(DISPLAYS), luck)
        assert _lost(text) == [], text


def test_tokens_stand_in_order_and_leave_out_white_space_only() -> None:
    luck = random.Random(4)
    for _ in range(1000):
        text = _mutated(luck.choice(DISPLAYS), luck)
        done = 0
        for token in lex(text):
            assert token.start >= done
            assert not text[done : token.start].strip()
            assert token.end > token.start
            done = token.end
        assert not text[done:].strip()


@pytest.mark.parametrize("above", ["iid", r"\text{i.i.d.}", "d", "?", r"\text{w.h.p.}"])
def test_over_a_sign_that_states_nothing_anything_may_stand(above: str) -> None:
    (chain,) = _chains(rf"x \overset{{{above}}}{{\sim}} p")
    assert not chain.claims
    (chain,) = _chains(rf"x \stackrel{{{above}}}{{=}} p")
    assert chain.claims
