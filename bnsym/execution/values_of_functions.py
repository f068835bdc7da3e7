r"""A refutation whose values of functions of numbers are values of these functions.

For the kernel the values of `\exp(z)` or `\phi(y)` are free arrays. An exponential, logarithm, or unknown
function with its derivatives has any values, those of exponentials positive, at a component that stands
nowhere else. At arguments that have values, an unknown function has any values that are equal where the
arguments are, and a step is 1 above 0 and 0 below; of exponentials and logarithms only exp(0) = 1 and
log(1) = 0 are rational.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from bnsym.kernel import Evaluator, Number, Refuted, Rejected, Witness, assignments, compare, refute
from bnsym.model import FunctionValues
from bnsym.proving.advice import Alike
from bnsym.proving.rings import free_shapes
from bnsym.proving.witness import draws, looked_up, put
from bnsym.terms import Hypothesis, Name, Relation, Statement, Sym, add, free_indices

ZERO, ONE = Fraction(0), Fraction(1)
SECONDS = 0.5
"""How long numbers are searched for that only the arguments need; values of all, four times as long."""


def with_values_of(functions: Sequence[FunctionValues], refuted: Refuted) -> Refuted | None:
    """The refutation, or one like it, in which each function that is given values has these; None if none
    was found."""
    if any(f.name in refuted.witness.values and not f.any for f in functions):
        return None
    return _realised(functions, refuted) or _searched(functions, refuted) if functions else refuted


def _realised(functions: Sequence[FunctionValues], refuted: Refuted) -> Refuted | None:
    """With numbers for what the witness leaves open, and the values that the functions have there."""
    statement, witness = refuted.statement, refuted.witness
    others = _bound(functions, refuted)
    for filled in _filled(others, statement, witness) if others else (witness,):
        try:
            return refute(statement, _put_in(others, statement, filled), refuted.maxima, Alike())
        except (Rejected, ZeroDivisionError, KeyError):
            continue
    return None


def _searched(functions: Sequence[FunctionValues], refuted: Refuted) -> Refuted | None:
    """From the start, with numbers for the arguments too."""
    statement, others = refuted.statement, _bound(functions, refuted)
    arguments = tuple(Hypothesis(f.argument, Relation.EQ, f.argument) for f in others)
    said = replace(statement, hypotheses=(*statement.hypotheses, *arguments))
    for witness in draws(said, time.monotonic() + 4 * SECONDS, seed=3) if others else ():
        try:
            valued = looked_up(statement, _put_in(others, statement, witness))
            found = refute(statement, valued, refuted.maxima, Alike())
        except (Rejected, ZeroDivisionError, KeyError):
            continue
        if realised := _realised(functions, found):
            return realised
    return None


def _bound(functions: Sequence[FunctionValues], refuted: Refuted) -> list[FunctionValues]:
    """The functions whose values the witness gives, and that have not just any: those of what has a value,
    or is made from another, or stands under two; with all that they are made from, inner ones first."""
    statement, witness = refuted.statement, refuted.witness
    needed = [f for f in functions if f.name in witness.values]
    values = {f.name for f in functions}
    alone = [f for f in needed if _is_alone(f, statement, witness) and _name(f) not in values]
    inside = {name for f in needed if f not in alone for name in _free(f, statement)}
    under = [name for name, _ in {(_name(f), f.function.rstrip("'")) for f in alone}]
    bound = {f.name for f in needed if f not in alone or _name(f) in inside or under.count(_name(f)) > 1}
    for function in reversed(functions):
        if function.name in bound:
            bound |= values & _free(function, statement)
    return [f for f in functions if f.name in bound]


def _is_alone(values: FunctionValues, statement: Statement, witness: Witness) -> bool:
    """Whether the argument is a free component with letters of its own, to which nothing gives a value."""
    name = _name(values)
    if not isinstance(values.argument, Sym) or values.function == "step" or name in witness.values:
        return False
    defined = any(d.symbol.name == name for d in statement.definitions)
    return len(set(values.argument.indices)) == len(values.argument.indices) and not defined


def _name(values: FunctionValues) -> Name:
    return values.argument.name if isinstance(values.argument, Sym) else ""


def _free(values: FunctionValues, statement: Statement) -> set[Name]:
    """The free names that the argument is made from."""
    alone = Statement(values.argument, Relation.EQ, values.argument, statement.definitions)
    return set(free_shapes(alone)[0])


def _filled(functions: Sequence[FunctionValues], statement: Statement, witness: Witness) -> Iterator[Witness]:
    """The witness with numbers for what only the arguments need."""
    every = add(*(f.argument for f in functions))
    needed = Statement(every, Relation.EQ, every, statement.definitions)
    for other in draws(needed, time.monotonic() + SECONDS, seed=0):
        sizes = {**other.sizes, **witness.sizes}
        if all(sizes[space] == size for space, size in other.sizes.items()):
            yield Witness(sizes, {**other.values, **witness.values})


def _put_in(functions: Sequence[FunctionValues], statement: Statement, witness: Witness) -> Witness:
    """The witness with values that the functions have. Raises Rejected where these can't be told exactly."""
    found: dict[tuple[str, Number], Number] = {}
    for function in functions:
        letters = free_indices(function.argument)
        for at in list(assignments(function.argument, witness=witness)):
            evaluator = Evaluator(statement, witness)
            argument, given = (
                evaluator.value(function.argument, at),
                evaluator.value(Sym(function.name, letters), at),
            )
            value = _value(function.function, argument, given)
            value = found.setdefault((function.function, argument), value)
            if not isinstance(value, Fraction):
                raise Rejected("a value of a function that is not rational")
            witness = put(statement, witness, function.name, tuple(at[i.name] for i in letters), value)
    return witness


def _value(function: str, argument: Number, given: Number) -> Number:
    match function:
        case "exp" if argument == ZERO:
            return ONE
        case "log" if argument == ONE:
            return ZERO
        case "step" if argument != ZERO:
            return ONE if compare(argument, Relation.GT, ZERO) else ZERO
        case "exp" | "log" | "step":
            raise Rejected("a value of a function that is not rational, or that is not one")
    return given
