"""Replay a witness that an author wrote: `m=4; x=(0,0,2,2); \\gamma=2`."""

from __future__ import annotations

import re
from fractions import Fraction

from bnsym.kernel import Refuted, Rejected, Value, Witness, refute
from bnsym.model import Undecided
from bnsym.proving.rings import free_shapes
from bnsym.terms import Statement

_LEXEME = re.compile(r"\s*([(),]|[-+]?\d+(?:/\d+)?)")


class BadWitness(ValueError):
    """The text of a witness can't be read."""


def replay(statement: Statement, at: str) -> Refuted | Undecided:
    """The refutation at the witness written in `at`, or why it refutes nothing."""
    try:
        return refute(statement, parse_witness(statement, at))
    except (BadWitness, Rejected) as error:
        return Undecided("BN308", f'the witness at="{at}" does not refute this: {error}')
    except KeyError as error:
        return Undecided("BN308", f'the witness at="{at}" gives no value for {error.args[0]}')
    except ZeroDivisionError:
        return Undecided("BN308", f'the witness at="{at}" does not refute this: it divides by zero')


def parse_witness(statement: Statement, at: str) -> Witness:
    """Sizes are given by the letter of their space, arrays by name; shapes are checked."""
    shapes, spaces = free_shapes(statement)
    sizes: dict[str, int] = {}
    values: dict[str, Value] = {}
    for part in filter(None, (p.strip() for p in at.split(";"))):
        name, sign, text = part.partition("=")
        name = re.sub(r"\s+", " ", name.strip())
        if not sign:
            raise BadWitness(f"«{part}» is not of the form name=value")
        value = _parse_value(text.strip())
        if name in spaces:
            if not isinstance(value, Fraction) or value.denominator != 1 or not 1 <= value <= 64:
                raise BadWitness(f"the size {name} must be an integer from 1 to 64")
            sizes[name] = int(value)
        elif name in shapes:
            values[name] = value
        else:
            raise BadWitness(f"nothing free here is named {name}; there are {', '.join([*spaces, *shapes])}")
    for name, shape in shapes.items():
        if name in values:
            if 1 in sizes.values():
                values[name] = _squeezed(values[name], len(shape))
            _check_shape(name, values[name], tuple(sizes[s] for s in shape))
    return Witness(sizes, values)


def _parse_value(text: str) -> Value:
    tokens = _LEXEME.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text):
        raise BadWitness(f"«{text}» is neither a rational nor a tuple of such")
    value, rest = _value(tokens)
    if rest:
        raise BadWitness(f"«{text}» goes on after its value")
    return value


def _value(tokens: list[str]) -> tuple[Value, list[str]]:
    if not tokens:
        raise BadWitness("a value is missing")
    head, rest = tokens[0], tokens[1:]
    if head != "(":
        try:
            return Fraction(head), rest
        except (ValueError, ZeroDivisionError) as error:
            raise BadWitness(f"«{head}» is not a rational") from error
    parts: list[Value] = []
    while rest and rest[0] != ")":
        part, rest = _value(rest)
        parts.append(part)
        if rest and rest[0] == ",":
            rest = rest[1:]
    if not rest:
        raise BadWitness("a parenthesis is not closed")
    return tuple(parts), rest[1:]


def _squeezed(value: Value, axes: int) -> Value:
    """The value without axes of one entry, as far as it has more axes than the statement knows."""
    depth, inner = 0, value
    while isinstance(inner, tuple) and inner:
        depth, inner = depth + 1, inner[0]
    if depth <= axes or not isinstance(value, tuple):
        return value
    return _squeezed(value[0], axes) if len(value) == 1 else tuple(_squeezed(v, axes - 1) for v in value)


def _check_shape(name: str, value: Value, shape: tuple[int, ...]) -> None:
    if not shape:
        if isinstance(value, tuple):
            raise BadWitness(f"{name} is a single number")
        return
    if not isinstance(value, tuple) or len(value) != shape[0]:
        raise BadWitness(f"{name} must have {shape[0]} entries")
    for part in value:
        _check_shape(name, part, shape[1:])
