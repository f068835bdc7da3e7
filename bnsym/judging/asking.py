"""What `check_backward` is asked: links, names and types as a task, and what the function returned."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any

import numpy as np

from bnsym.compiling import argument_names
from bnsym.compiling.arguments import Argument, by_kind
from bnsym.compiling.callable_form import ClosedForm
from bnsym.compiling.formula import Formula, formula
from bnsym.compiling.proved import Form, gradient_forms, proved_form
from bnsym.elaborate import Unreadable, parse_term, read_with_context
from bnsym.evidence.surveying import above_zero, relevant
from bnsym.finding import gather
from bnsym.judging.trials import UNITS, Refused, Task, Trial, Unfit
from bnsym.terms import (
    ONE,
    Name,
    Pow,
    Relation,
    SpaceName,
    Statement,
    Sym,
    Term,
    free_indices,
    num,
    own_indices,
    walk,
)


def task(
    fn: Callable[..., Any], link: str | os.PathLike[str] | Mapping[str, str], arguments: Sequence[str] | None,
    given: Sequence[str] | Mapping[str, str], values: Mapping[str, Any], dtype: Any,
) -> Task:  # fmt: skip
    """Raises NotProved for links that are not, ValueError for unknown names."""
    forms = {name: ClosedForm(form) for name, form in _forms(link).items()}
    outputs = {n: f.formula for n, f in forms.items()}
    takes = by_kind({a.latex: a for f in forms.values() for a in f.arguments}.values())
    named = _given(next(iter(forms.values())).form, given, outputs)
    for one in named.values():
        missing = [n for n in one.shapes if n not in {a.latex for a in takes}]
        takes += tuple(Argument(argument_names.plain(n), n, one.shapes[n]) for n in missing)
    known = {a.name: a for a in takes}
    order = _order([*known, *named], arguments or _by_name(fn, [*known, *named], given=bool(named)))
    for name in values:
        if name not in known:
            raise ValueError(f"values: {name!r} is none of {', '.join(known)}")
    hypotheses = [h for f in forms.values() for h in f.form.statement.hypotheses]
    defined = {d.symbol.name for d in next(iter(forms.values())).form.statement.definitions}
    positive = above_zero(hypotheses, Relation.LT, Relation.GT) - defined
    masks = frozenset(n for h in hypotheses for n in _mask(h.left, h.relation, h.right))
    return Task(fn, outputs, known, named, order, frozenset(positive), masks, _type(dtype), values)


def _forms(link: str | os.PathLike[str] | Mapping[str, str]) -> dict[str, Form]:
    if isinstance(link, Mapping):
        if not link:
            raise ValueError("no link is named")
        return {name: proved_form(one) for name, one in link.items()}
    if "#" in os.fspath(link):
        return {"": proved_form(link)}
    found = gradient_forms(os.fspath(link))
    return {f"d{argument_names.plain(name)}": form for name, form in found.items()}


def _given(
    form: Form, given: Sequence[str] | Mapping[str, str], outputs: Mapping[str, Formula]
) -> dict[str, Formula]:
    """Statistics as formulas: of a name that is defined, or of LaTeX read in the note."""
    statement = form.statement
    defined = {argument_names.plain(d.symbol.name): d.symbol for d in statement.definitions}
    defined |= {d.symbol.name: d.symbol for d in statement.definitions}
    wanted = given if isinstance(given, Mapping) else {argument_names.plain(name): name for name in given}
    found = {}
    for name, said in wanted.items():
        if said in defined:
            one: tuple[Statement, Term] = (statement, defined[said])
        elif isinstance(given, Mapping):
            one = _read(form, said)
        else:
            raise ValueError(
                f"given={said!r}: the note defines {', '.join(map(argument_names.plain, defined))}"
            )
        found[name] = _formula(*one)
    return found


def _formula(statement: Statement, term: Term) -> Formula:
    whole = relevant(replace(statement, left=ONE, right=term))
    return formula(whole, free_indices(term))


def _read(form: Form, latex: str) -> tuple[Statement, Term]:
    file = form.results[-1].link.span.file
    notes, _ = gather((str(file),))
    _, context = read_with_context(notes[0].text, notes[0].file)
    try:
        term = parse_term(latex, context)
        return context.statement(term, Relation.EQ, num(1)), term
    except Unreadable as error:
        problem = error.problem
        raise ValueError(f"given={latex!r}: {problem.code}: {problem.message}") from error


def _mask(left: Term, relation: Relation, right: Term) -> set[Name]:
    """The array k of a hypothesis k_i² = k_i."""
    for one, other in ((left, right), (right, left)):
        match one, other:
            case Pow(Sym(name) as base, exponent), Sym() if (
                relation is Relation.EQ and exponent == 2 and base == other
            ):
                return {name}
    return set()


def _order(names: Sequence[str], arguments: Sequence[str] | None) -> tuple[str, ...]:
    order = tuple(names if arguments is None else arguments)
    if len(set(order)) < len(order) or not set(order) <= set(names):
        raise ValueError(f"arguments={list(order)}: the closed form takes {', '.join(names)}, each once")
    return order


def _by_name(fn: Callable[..., Any], names: Sequence[str], *, given: bool) -> list[str] | None:
    """The parameters of a function all of which go by names that are known. Where statistics are given, it
    need not take all that they were worked out from."""
    try:
        found = [p.name for p in signature(fn).parameters.values() if p.default is p.empty]
    except (TypeError, ValueError):
        return None
    return found if set(found) <= set(names) and (given or len(found) == len(names)) else None


def _type(dtype: Any) -> np.dtype[Any]:
    if dtype == "bfloat16":
        try:
            import ml_dtypes  # type: ignore[import-not-found, unused-ignore]
        except ImportError as error:
            raise ImportError("bfloat16 needs ml_dtypes: pip install ml_dtypes") from error
        dtype = ml_dtypes.bfloat16
    found: np.dtype[Any] = np.dtype(dtype)
    if found.name not in UNITS:
        raise ValueError(f"dtype={found.name}: it is one of {', '.join(UNITS)}")
    return found


def gradients(task: Task) -> dict[str, Name]:
    """What the outputs are gradients by, by plain names, such as a bias that no closed form takes."""
    return {
        argument_names.plain(f.by): f.by for f in task.outputs.values() if f.by and f.by not in f.definitions
    }


def spoken(task: Task, letters: Mapping[SpaceName, str]) -> dict[str, SpaceName]:
    """Every letter and size that an index of the closed forms goes by."""
    found = {letter: space for space, letter in letters.items()}
    for one in (*task.outputs.values(), *task.given.values()):
        found |= {i.name: i.space for t in one.terms() for part in walk(t) for i in own_indices(part)}
    return found | {space: space for space in letters}


def returned(trial: Trial) -> dict[str, Any]:
    """The outputs by name. Refused where they are no floats that can be compared."""
    task, found = trial.task, trial.call()
    names = list(task.outputs)
    if names == [""]:
        if isinstance(found, tuple | list):
            raise Unfit(
                f"{task.call} returned {len(found)} values; let it return the one that is to be judged"
            )
        found = {"": found}
    elif isinstance(found, Mapping):
        missing = [n for n in names if n not in found]
        if missing:
            raise Unfit(f"{task.call} returned no {', '.join(missing)}")
    elif not isinstance(found, tuple | list) or len(found) != len(names):
        count = f"{len(found)} values" if isinstance(found, tuple | list) else "one value"
        raise Unfit(f"{task.call} returned {count}, not {len(names)}: {', '.join(names)}")
    else:
        found = dict(zip(names, found, strict=True))
    return {n: array(trial, n, found[n]) for n in names}


def array(trial: Trial, name: str, found: Any) -> Any:
    """One output as float64, in its shape or in that of a gradient that was not summed. Refused where it is
    no array of floats, has another type or shape, or is not finite."""
    said, one = f"{trial.task.call} returned {name}".rstrip(), trial.task.outputs[name]
    dtype = getattr(found, "dtype", type(found).__name__)
    array = np.asarray(found) if hasattr(found, "__array__") or isinstance(found, float) else None
    refusal: Refused | None = None
    if array is None or not _fits(array.dtype, trial.task.dtype):
        refusal = Unfit(f"{said}{' of' if name else ''} {dtype}, not {trial.task.dtype}")
    elif array.shape != (shape := trial.shape_of(trial.lifted(one))) and not (
        one.by and array.shape == trial.widest
    ):
        refusal = (Unfit if array.shape else Refused)(f"{said} shape {array.shape}, not {shape}")
    else:
        array = array.astype(np.float64)
        if bad := int(np.sum(~np.isfinite(array))):
            refusal = Unfit(f"{said} NaN or infinity in {bad} of {array.size} places")
    if refusal:
        refusal.output = name
        raise refusal
    return array


def _fits(found: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """The type that was handed in, or a more precise one."""
    return found.name in UNITS and UNITS[found.name] <= UNITS[wanted.name]
