"""`bnsym verify`: judge the proofs and witnesses of a JSON report by a second checker."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from math import log2, log10
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from bnsym.kernel import NORM_AXIOM, SCHWARZ_AXIOM, SQUARES_AXIOM
from bnsym.model import ExitCode
from bnsym.reporting.console.screen import clean, make_console
from bnsym.reporting.programs.json_ import SCHEMA
from bnsym.reporting.wording import relation_latex
from bnsym.source.bundle import texts
from bnsym.verifying.domains import P
from bnsym.verifying.proofs import POINTS
from bnsym.verifying.rechecking import Outcome, decoded, recheck

if TYPE_CHECKING:
    from bnsym.finding import Note

WORDS = {True: ("✓ holds", "good"), False: ("✗ does not hold", "bad"), None: ("? not re-checked", "unsure")}


@click.command()
@click.argument("report", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--seed", type=int, metavar="N", help="Draw the points of this seed.  [default: others each time]"
)
@click.option("-v", "--verbose", is_flag=True, help="Also what holds.")
def verify(report: Path, seed: int | None, verbose: bool) -> int:
    """Judge the proofs and witnesses of a report again, by other means.

    REPORT is what `bnsym check --format json` wrote; - for standard input. Proofs are evaluated at random
    points of a prime field, witnesses exactly, and nothing is used of what found or accepted them. The exit
    code is 1 where something does not hold, or could not be judged.
    """
    data, random, console = _read(report), Random(seed), make_console(sys.stdout)
    judged = [(link, _outcome(link, random)) for link in data["links"] if _is_judged(link)]
    judged += [(link, Outcome(False, "its note says something else")) for link in _otherwise(data)]
    judged += [
        ({"id": "report", "file": report, "line": 1}, Outcome(False, why)) for why in _inconsistent(data)
    ]
    for link, outcome in judged:
        if verbose or not outcome.good:
            console.print(_row(link, outcome), soft_wrap=True)
    for line in _summary([outcome for _, outcome in judged]):
        console.print(line, soft_wrap=True)
    return int(not all(outcome.good for _, outcome in judged)) if judged else ExitCode.NOTHING.value


def _read(report: Path) -> dict[str, Any]:
    """The report; click.UsageError for what is none."""
    try:
        text = sys.stdin.read() if str(report) == "-" else report.read_text(encoding="utf-8")
        data = json.loads(text)
    except OSError as error:
        raise click.FileError(str(report), error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{report} is no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise click.UsageError(
            f"{report} is no report of schema {SCHEMA}; write one: bnsym check all --format json={report}"
        )
    if not isinstance(data.get("links"), list) or not all(isinstance(link, dict) for link in data["links"]):
        raise click.UsageError(f"{report} has no list of links")
    return data


def _is_judged(link: dict[str, Any]) -> bool:
    """Whether a proof or a witness is claimed, or one is there."""
    return link.get("verdict") in ("proved", "refuted") or link.get("formal") is not None


def _outcome(link: dict[str, Any], random: Random) -> Outcome:
    outcome = recheck(link, random)
    if not outcome.good:
        return outcome
    differing = next(_differing(link, decoded(link["formal"])), "")
    return Outcome(False, f"{differing} is shown otherwise than it was judged") if differing else outcome


def _differing(link: dict[str, Any], formal: dict[str, Any]) -> Iterator[str]:
    """What a report shows of a link otherwise than it stands in its formal part."""
    statement, certificate = formal["statement"], formal.get("certificate")
    expected: dict[str, list[str]] = {
        "parsed": [relation_latex(statement)],
        "hypotheses": [],
        "side_conditions": [],
    }
    if certificate:
        expected["hypotheses"] = [relation_latex(statement.hypotheses[n]) for n in formal["hypotheses"]]
        expected["side_conditions"] = [relation_latex(condition) for condition in formal["conditions"]]
    expected["axioms"] = [axiom for axiom, used in _axioms(certificate) if used] if certificate else []
    for name, values in expected.items():
        if {*([link[name]] if name == "parsed" else link[name])} != {*values}:
            yield name
    if (link["witness"] is None) is not (link["verdict"] == "proved"):
        yield "witness"
    if link["passed"] is not (link["verdict"] == (link["declared"] or "proved")) and (
        link["passed"] or all(evidence["agrees"] is not False for evidence in link["evidence"])
    ):
        yield "passed"
    if link.get("fails") is link["passed"]:
        yield "fails"


def _axioms(certificate: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    kinds = {factor[0] for _, factors in certificate["summands"] for factor in factors}
    yield SCHWARZ_AXIOM, "schwarz" in kinds
    yield SQUARES_AXIOM, certificate["squared"]
    yield NORM_AXIOM, bool(certificate["maxima"])


def _inconsistent(data: dict[str, Any]) -> Iterator[str]:
    """What the report says as a whole, and its links don't."""
    counted = Counter(link.get("verdict") for link in data["links"])
    counts = data.get("counts")
    if not isinstance(counts, dict) or {k: n for k, n in counts.items() if n} != dict(counted):
        yield "its counts are not those of its links"
    if data.get("passed") and any(link.get("fails", not link.get("passed")) for link in data["links"]):
        yield "it says that it passed, which its links did not"


def _otherwise(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The links that their notes, where these are at hand, have otherwise."""
    from bnsym.elaborate import read

    notes = _at_hand(data)
    found = (link for note in {*notes.values()} for link in read(note.text, note.file).links)
    written = {(link.span.file, link.id): link.source for link in found}
    for link in data["links"]:
        file, name = str(link.get("file")), link["id"]
        if file in notes and "+" not in name and written.get((file, name)) != link.get("statement"):
            yield link


def _at_hand(data: dict[str, Any]) -> dict[str, Note]:
    """Files that are there, each with its note: itself, or one that was read and brings it in."""
    from bnsym.finding import gather

    read = data.get("read")
    found: dict[str, Note] = {}
    for entry in (*(read if isinstance(read, list) else ()), *data["links"]):
        file = entry.get("file") if isinstance(entry, dict) else None
        if isinstance(file, str) and file not in found and Path(file).is_file():
            for note in gather((file,))[0]:
                found = dict.fromkeys(texts(note.text, note.file), note) | found
    return found


def _row(link: dict[str, Any], outcome: Outcome) -> Text:
    word, style = WORDS[outcome.good]
    place = clean(f"  {link.get('id')}  {link.get('file')}:{link.get('line')}")
    return Text.assemble((word, style), place, (f"  {clean(outcome.why)}" if outcome.why else "", "quiet"))


def _summary(outcomes: list[Outcome]) -> Iterator[Text]:
    counted = Counter(outcome.good for outcome in outcomes)
    parts = [
        Text(f"{counted[good]} {word[2:]}", style) for good, (word, style) in WORDS.items() if counted[good]
    ]
    yield Text.assemble((f"{len(outcomes)} proofs and witnesses: ", "strong"), Text(", ").join(parts))
    if not outcomes:
        yield Text("Failed: there was nothing to judge.", "bad")
    elif counted[True] < len(outcomes):
        yield Text("Failed: not everything that the report says could be confirmed.", "bad")
    else:
        least = max(max(outcome.bound for outcome in outcomes), -log2(P))
        odds = max(0, int(-least * log10(2)))
        said = f"a wrong identity agrees with probability below 10^-{odds} at each of {POINTS} random points."
        yield Text.assemble(("Passed: ", "good"), f"all of them hold; {said}")
