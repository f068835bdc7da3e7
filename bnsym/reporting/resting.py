"""What rests on what: a note's definitions, hypotheses and claims, and which uses which.

A claim is a formula's links together. It is *proved* where all its links are, and *proved with all
that it uses* where every hypothesis that its proofs use is itself what a claim so proved states.
Formats nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from bnsym.evidence.surveying import used
from bnsym.kernel import Proved, Refuted
from bnsym.model import FileReport, NamedDefinition, Result
from bnsym.printing import to_latex
from bnsym.reporting.outline import Formula
from bnsym.reporting.wording import relation_latex
from bnsym.terms import Hypothesis, reached
from bnsym.terms import names as names_in


class Standing(Enum):
    """How a node stands; the value is the word for it."""

    DEFINED = "definition"
    ASSUMED = "hypothesis"
    WHOLLY = "proved with all that it uses"
    PROVED = "proved under a hypothesis"
    REFUTED = "refuted"
    OPEN = "not decided"


@dataclass(frozen=True, slots=True)
class Node:
    """A definition, a hypothesis or a claim; `uses` are the keys of what it rests on directly."""

    key: str
    latex: str
    """Of a definition or hypothesis; the name of a claim."""
    standing: Standing
    uses: tuple[str, ...]


def resting(file: FileReport, formulas: Iterable[Formula]) -> tuple[Node, ...]:
    """The nodes of a note, in the order of the note, definitions and hypotheses first."""
    definitions = file.derivation.definitions
    hypotheses = {_key(h.hypothesis): h.hypothesis for h in file.derivation.hypotheses}
    claims = {f.name: [s.result for s in f.steps if s.result] for f in formulas}
    names = {d.definition.symbol.name for d in definitions}
    uses = {f"claim {n}": _claim_uses(results, names) for n, results in claims.items() if results}
    uses |= {key: _stated_by(h, claims) for key, h in hypotheses.items()}
    wholly = _wholly(claims, uses)
    nodes = [_definition(d, names) for d in definitions]
    nodes += [Node(key, relation_latex(h), Standing.ASSUMED, uses[key]) for key, h in hypotheses.items()]
    nodes += [
        Node(f"claim {name}", name, _standing(name, results, wholly), uses[f"claim {name}"])
        for name, results in claims.items()
        if results
    ]
    return _reduced(nodes)


def _key(hypothesis: Hypothesis) -> str:
    return f"hypothesis {relation_latex(hypothesis)}"


def _definition(named: NamedDefinition, names: set[str]) -> Node:
    symbol, body = named.definition.symbol, named.definition.body
    uses = tuple(f"definition {n}" for n in sorted(names_in(body) & names - {symbol.name}))
    return Node(f"definition {symbol.name}", to_latex(symbol), Standing.DEFINED, uses)


def _claim_uses(results: list[Result], names: set[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for result in results:
        if statement := result.link.statement:
            of_sides = used(statement, (statement.left, statement.right))
            found |= dict.fromkeys(f"definition {n}" for n in sorted(of_sides & names))
        if isinstance(result.verdict, Proved):
            found |= dict.fromkeys(_key(h) for h in result.verdict.hypotheses)
    return tuple(found)


def _stated_by(hypothesis: Hypothesis, claims: dict[str, list[Result]]) -> tuple[str, ...]:
    """The claim that proves it, if one does."""
    return tuple(
        f"claim {n}" for n, results in claims.items() if any(_states(r, hypothesis) for r in results)
    )[:1]


def _states(result: Result, hypothesis: Hypothesis) -> bool:
    statement = result.link.statement
    same = statement is not None and (statement.left, statement.relation, statement.right) == (
        hypothesis.left, hypothesis.relation, hypothesis.right,
    )  # fmt: skip
    proof = result.verdict
    return same and isinstance(proof, Proved) and _key(hypothesis) not in map(_key, proof.hypotheses)


def _proved(results: list[Result]) -> bool:
    return all(isinstance(r.verdict, Proved) and not r.disagrees for r in results)


def _wholly(claims: dict[str, list[Result]], uses: dict[str, tuple[str, ...]]) -> set[str]:
    """The claims whose hypotheses are all discharged: grown from those that need none."""
    found: set[str] = set()
    while True:
        more = {n for n, results in claims.items() if results and _proved(results) and n not in found}
        more = {n for n in more if all(_discharged(u, uses, found) for u in uses[f"claim {n}"])}
        if not more:
            return found
        found |= more


def _discharged(use: str, uses: dict[str, tuple[str, ...]], wholly: set[str]) -> bool:
    if not use.startswith("hypothesis "):
        return True
    return any(u.removeprefix("claim ") in wholly for u in uses.get(use, ()))


def _standing(name: str, results: list[Result], wholly: set[str]) -> Standing:
    if any(isinstance(r.verdict, Refuted) for r in results):
        return Standing.REFUTED
    if not _proved(results):
        return Standing.OPEN
    return Standing.WHOLLY if name in wholly else Standing.PROVED


def _reduced(nodes: list[Node]) -> tuple[Node, ...]:
    """Without the uses that follow from others: what uses x̂ uses μ already."""
    direct = {node.key: [u for u in node.uses if u != node.key] for node in nodes}
    uses = {key: [u for u in used if u in direct] for key, used in direct.items()}
    led = {key: reached(used, lambda use: uses[use]) for key, used in uses.items()}
    kept = {k: [u for u in own if not any(u in led[o] for o in own if o != u)] for k, own in uses.items()}
    return tuple(replace(node, uses=tuple(kept[node.key])) for node in nodes)
