"""A JSON report, checked again: each proof and each witness in it."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from bnsym import terms
from bnsym.terms import free_indices
from bnsym.verifying.attained import Attained, claims
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
        bounds = [Proof(claim, random).check() for maximum in maxima for claim in claims(maximum)]
        attained = Attained(maxima, random) if maxima else None
        if link["verdict"] == "proved":
            least = {space: int(n) for space, n in re.findall(r"([^ ,]+) >= (\d+)", link["scope"])}
            stated = formal["statement"], formal["hypotheses"], formal["conditions"]
            claim = Claim(*stated, least, formal["certificate"], formal["model"])
            bounds.append(Proof(claim, random, attained).check())
        else:
            _check_refuted(formal["statement"], link["witness"], attained)
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


def _check_refuted(statement: terms.Statement, witness: dict[str, Any], attained: Attained | None) -> None:
    given = {name: _numbers(value) for name, value in witness["values"].items()}
    values = exact(statement, witness["sizes"], given, attained)
    check_met(values, statement.hypotheses)
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
