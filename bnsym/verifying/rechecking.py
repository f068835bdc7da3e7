"""A JSON report, checked again: each proof and each witness in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from bnsym import terms
from bnsym.terms import ZERO, Hypothesis, Relation, Statement, Term, free_indices
from bnsym.verifying.attained import lemmas, put_in, radii
from bnsym.verifying.domains import NoValue, Unjudged, Wrong
from bnsym.verifying.proofs import Claim, Proof, check_met, exact, excess, holds

NODES = "Index Num Size Sym Delta Add Mul Pow Sum Diff Max Definition Hypothesis Statement".split()


class Outcome(NamedTuple):
    good: bool | None
    """None: it was not re-checked, and `why` says why."""
    why: str = ""
    bound: float = float("-inf")
    """The logarithm to base 2 of the probability that it is good although it does not hold."""


def recheck(link: dict[str, Any], random: Random) -> Outcome:
    """What comes of the proof or the witness of one link of a report."""
    try:
        formal = decoded(link["formal"])
        maxima = formal.get("certificate", formal)["maxima"]
        statement, balls = put_in(maxima, formal["statement"]), radii(maxima)
        claims = [claim for maximum in maxima for claim in _of_maximum(maximum)]
        if link["verdict"] == "proved":
            least = {space: int(n) for space, n in re.findall(r"([^ ,]+) >= (\d+)", link["scope"])}
            assumed = formal["hypotheses"], put_in(maxima, (*formal["conditions"],))
            claims += [Claim(statement, *assumed, least, formal["certificate"], formal["model"], balls)]
        else:
            _check_refuted(statement, link["witness"], balls)
        bounds = [Proof(claim, random).check() for claim in claims]
        return Outcome(True, bound=max(bounds, default=float("-inf")))
    except Wrong as error:
        return Outcome(False, str(error))
    except Unjudged as error:
        return Outcome(None, str(error))
    except NoValue:
        return Outcome(False, "there is no value at the witness, or at the model of a proof")
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        return Outcome(False, f"it is not of the form that a report has: {type(error).__name__} {error}")


def decoded(data: Any) -> Any:
    """Terms from lists that begin with the names of their nodes. Raises what Python raises for other data."""
    match data:
        case dict():
            return {key: decoded(value) for key, value in data.items()}
        case ["/", str(text)]:
            return Fraction(text)
        case ["()", *parts]:
            return tuple(map(decoded, parts))
        case ["Relation", str(name)]:
            return terms.Relation[name]
        case [str(name), *parts] if name in NODES:
            return getattr(terms, name)(*map(decoded, parts))
        case list():
            return [*map(decoded, data)]
    return data


def _of_maximum(maximum: dict[str, Any]) -> Iterator[Claim]:
    for statement, lemma in lemmas(maximum):
        used = [*range(len(statement.hypotheses))] if lemma["model"] else []
        yield Claim(statement, used, (), {}, lemma["certificate"], lemma["model"], [])


def _check_refuted(statement: Statement, witness: dict[str, Any], balls: list[Term]) -> None:
    given = {name: _numbers(value) for name, value in witness["values"].items()}
    values = exact(statement, witness["sizes"], given)
    check_met(values, (*statement.hypotheses, *(Hypothesis(radius, Relation.GE, ZERO) for radius in balls)))
    indices, sizes = free_indices(excess(statement)), witness["sizes"]
    at = {
        i.name: (i.space, range(1, sizes[i.space] + 1).index(witness["indices"][i.name]), 0) for i in indices
    }
    if at.keys() != witness["indices"].keys():
        raise Wrong("the witness has indices that the statement has not")
    if holds(values, statement, at):
        raise Wrong("the relation holds at the witness")
    for name, side in (("left", statement.left), ("right", statement.right)):
        if values.number(side, at) != _number(witness[name]):
            raise Wrong(f"the {name} side has another value at the witness")


def _numbers(value: Any) -> Any:
    return tuple(map(_numbers, value)) if isinstance(value, list) else Fraction(value)


def _number(text: str) -> Fraction:
    """The square with the number's sign of `3/4`, `-√2`, `√(1/2)`."""
    value = Fraction(text.strip("-√()"))
    square = value if "√" in text else value * value
    return -square if text.startswith("-") else square
