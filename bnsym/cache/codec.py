"""Terms, certificates, witnesses and what else is kept, as JSON and back.

A list begins with what it is: the name of a class of CLASSES, `/` for a rational, `()` for a
tuple, `{}` for a mapping, `Relation`. Nothing else is made from a text, whatever it says.
What was read is as untrusted as any text: the kernel judges it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from bnsym import model, terms
from bnsym.kernel import certificates
from bnsym.proving import found

CLASSES: dict[str, type] = {
    name: cls
    for module in (terms, certificates)
    for name, cls in vars(module).items()
    if isinstance(cls, type) and is_dataclass(cls)
} | {cls.__name__: cls for cls in (found.Certified, found.Witnessed, model.Evidence, model.Repair)}
"""Terms, what proves and what refutes, and what is said beside; no verdict is among them."""
FIELDS = {name: tuple(field.name for field in fields(cls)) for name, cls in CLASSES.items()}


class Unknown(ValueError):
    """Not of the things that are kept."""


def dumps(value: object) -> str:
    return json.dumps(encoded(value), separators=(",", ":"), ensure_ascii=False)


def loads(text: str) -> Any:
    """Raises Unknown for any text that `dumps` did not write."""
    try:
        return _decoded(json.loads(text, parse_float=_refused, parse_constant=_refused))
    except (ValueError, TypeError, ZeroDivisionError, RecursionError) as error:
        raise Unknown(str(error)) from error


def encoded(value: Any) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    name = type(value).__name__
    if CLASSES.get(name) is type(value):
        return [name, *(encoded(getattr(value, field)) for field in FIELDS[name])]
    match value:
        case Fraction():
            return ["/", str(value)]
        case tuple():
            return ["()", *map(encoded, value)]
        case Mapping():
            return ["{}", *([encoded(k), encoded(v)] for k, v in value.items())]
        case terms.Relation():
            return ["Relation", value.name]
    raise Unknown(f"a {name} is not kept")


def _decoded(data: Any) -> Any:
    match data:
        case None | bool() | int() | str():
            return data
        case ["/", str(text)]:
            return Fraction(text)
        case ["()", *parts]:
            return tuple(map(_decoded, parts))
        case ["{}", *pairs]:
            return {_decoded(k): _decoded(v) for k, v in pairs}
        case ["Relation", str(name)] if name in terms.Relation.__members__:
            return terms.Relation[name]
        case [str(name), *parts] if name in CLASSES and len(parts) == len(FIELDS[name]):
            return CLASSES[name](*map(_decoded, parts))
    raise Unknown("not of a known form")


def _refused(text: str) -> Any:
    raise Unknown(f"{text} is no exact number")
