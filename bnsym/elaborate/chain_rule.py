r"""The chain rule through functions of numbers: what a statement says once their values are free arrays.

For the kernel the values F of a function are free, and its derivatives K hold them fixed. So each derivative
D is written out here, through each application F = f(a) that is met first on the way to the variable:

    D(T, v) = K(T, v) + sum over F of K(T, F) f'(a) D(a, v)

What holds for all values of the F, those of an exponential positive, holds for the values that they have.
Values at which it fails refute it only where the functions can have these. Imports `model`, terms, how they
are printed, `applications` and `dependence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from bnsym.elaborate.applications import Application, apply, derivative_of, settled
from bnsym.elaborate.dependence import names_of, reached
from bnsym.model import FunctionValues
from bnsym.printing import to_latex
from bnsym.terms import (
    ZERO,
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Name,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    names,
    own_indices,
    power,
    rename,
    unlike,
    walk,
)


def _applications(start: Iterable[Name], uses: Mapping[Name, set[Name]]) -> list[Application]:
    """Those among all that the names are made from, each after those that its argument is made from."""
    here = sorted(name for name in reached(start, uses) if isinstance(name, Application))
    return list(dict.fromkeys(n for one in here for n in (*_applications(names(one.argument), uses), one)))


def _has_functions(*terms: Term) -> bool:
    return any(isinstance(name, Application) for name in names(*terms))


@dataclass(frozen=True)
class Functions:
    """Functions of numbers under these definitions."""

    definitions: tuple[Definition, ...]
    losses: tuple[Name, ...]
    outputs: tuple[Name, ...]
    names: dict[Application, Name] = field(default_factory=dict)
    """What the array of each function's values is called."""

    def without(self, statement: Statement) -> tuple[Statement, tuple[FunctionValues, ...]]:
        """The statement with free arrays for the values of functions of numbers; and which these are."""
        hypotheses = statement.hypotheses
        sides = (statement.left, statement.right, *(s for h in hypotheses for s in (h.left, h.right)))
        if not self._defined and not _has_functions(*sides):
            return statement, ()
        if statement.definitions is not self.definitions:
            others = Functions(statement.definitions, statement.losses, statement.outputs)
            return others.without(statement)
        left, right, *said = (self._chain.term(settled(side)) for side in sides)
        applied = _applications(names(left, right, *said), self._uses)
        pairs = zip(hypotheses, said[::2], said[1::2], strict=True)
        known = [replace(h, left=a, right=b) for h, a, b in pairs] + [h for n in applied for h in _known(n)]
        known += self._equal(applied)
        assumed = tuple(Hypothesis(self._named(h.left), h.relation, self._named(h.right)) for h in known)
        plain = replace(statement, left=self._named(left), right=self._named(right), hypotheses=assumed)
        meant = _differentiated(statement.left, statement.right)
        values = (
            FunctionValues(
                self._name(n), n.function, self._named(n.argument), n.function in KNOWN or _plain(n) in meant
            )
            for n in applied
        )
        return replace(plain, definitions=self._plain), tuple(values)

    def value(self, term: Term) -> Term:
        """The term with free arrays for the values of functions of numbers."""
        functions = self._defined or _has_functions(term)
        return self._named(self._chain.term(settled(term))) if functions else term

    def _equal(self, applied: list[Application]) -> Iterator[Hypothesis]:
        """Values that are equal once definitions are written out in the arguments."""
        first: dict[Term, Term] = {}
        for name in applied:
            value = Sym(name, free_indices(name.argument))
            argument = self._written_out(name.argument)
            if argument == name.argument or len(list(walk(argument))) > LARGEST_ARGUMENT:
                first.setdefault(value, value)
                continue
            written = settled(apply(name.function, argument))
            inside = _applications(names(written), self._uses)
            other = written if set(inside) <= set(applied) else first.setdefault(written, value)
            if other != value:
                yield Hypothesis(value, Relation.EQ, other)

    def _written_out(self, term: Term) -> Term:
        match term:
            case Sym(name, indices) if name in self._chain.bodies:
                own = next(d.symbol.indices for d in self.definitions if d.symbol.name == name)
                body = self._written_out(self._chain.bodies[name])
                return rename(body, {i.name: k for i, k in zip(own, indices, strict=True)})
            case Diff():
                return term
        return mapped(term, self._written_out)

    def conditions(self, statement: Statement) -> tuple[str, ...]:
        """That the arguments of logarithms are positive, where it is not known."""
        sides = (statement.left, statement.right)
        if not self._defined and not _has_functions(*sides):
            return ()
        bodies = {d.symbol.name: d.body for d in self.definitions}
        uses = {name: names(body) for name, body in bodies.items()}
        logs = [n.argument for n in _applications(names(*sides), uses) if n.function == "log"]
        given = {h.left.name for h in statement.hypotheses if _says_positive(h) and isinstance(h.left, Sym)}
        unknown = dict.fromkeys(a for a in logs if not _is_positive(a, bodies, given))
        return tuple(
            f"{to_latex(a)} > 0"
            for a in unknown
            if any(f == a or (f not in unknown and not _is_positive(f, bodies, given)) for f in _factors(a))
        )

    @cached_property
    def _defined(self) -> bool:
        return _has_functions(*(d.body for d in self.definitions))

    @cached_property
    def _chain(self) -> _Chain:
        bodies = {d.symbol.name: settled(d.body) for d in self.definitions}
        return _Chain(bodies, {name: set(self.outputs) for name in self.losses})

    @cached_property
    def _bodies(self) -> dict[Name, Term]:
        return {name: self._chain.term(body) for name, body in self._chain.bodies.items()}

    @cached_property
    def _uses(self) -> dict[Name, set[Name]]:
        return self._chain.losses | {name: names(body) for name, body in self._bodies.items()}

    @cached_property
    def _plain(self) -> tuple[Definition, ...]:
        return tuple(Definition(d.symbol, self._named(self._bodies[d.symbol.name])) for d in self.definitions)

    def _name(self, application: Application) -> Name:
        r"""`\exp(z)`."""
        if application not in self.names:
            argument, function = self._named(application.argument), application.function
            inside = argument.name if isinstance(argument, Sym) else to_latex(argument)
            shown = rf"{_SHOWN.get(function, function)}({inside})"
            while shown in self.names.values():
                shown += "'"
            self.names[application] = shown
        return self.names[application]

    def _named(self, term: Term) -> Term:
        match term:
            case Sym(Application() as name, indices):
                return Sym(self._name(name), indices)
            case Diff(of, Sym(Application() as name, indices), total):
                return Diff(self._named(of), Sym(self._name(name), indices), total)
        return mapped(term, self._named)


def _plain(name: Application) -> str:
    """The function whose derivative it may be."""
    return name.function.rstrip("'")


def _differentiated(*sides: Term) -> set[str]:
    """The unknown functions whose derivatives are written beside a derivative of something: of these a chain
    rule is claimed, which any has; whatever else is said of one may be meant of a certain one."""
    parts = [part for side in sides for part in walk(side)]
    primed = {_plain(n) for n in names(*sides) if isinstance(n, Application) and n.function != _plain(n)}
    return primed if any(isinstance(part, Diff) for part in parts) else set()


def _factors(term: Term) -> list[Term]:
    """What a product is made of, without powers; a term that is none itself."""
    if isinstance(term, Mul):
        return [inner for factor in term.factors for inner in _factors(factor)]
    return _factors(term.base) if isinstance(term, Pow) else [term]


def _says_positive(hypothesis: Hypothesis) -> bool:
    match hypothesis:
        case Hypothesis(Sym(), Relation.GT, Num(bound)):
            return bound >= 0
    return False


def _is_positive(term: Term, bodies: Mapping[Name, Term], given: set[Name]) -> bool:
    """Whether a term is positive by its form and what is assumed."""

    def positive(inner: Term) -> bool:
        return _is_positive(inner, bodies, given)

    match term:
        case Num(value):
            return value > 0
        case Size():
            return True
        case Sym(Application() as name, _):
            return name.function == "exp"
        case Sym(name, _):
            return name in given or (name in bodies and positive(bodies[name]))
        case Mul(parts):
            return all(map(positive, parts))
        case Add(parts):
            squares = [p for p in parts if isinstance(p, Pow) and p.exponent.numerator % 2 == 0]
            return len(squares) < len(parts) and all(positive(p) for p in parts if p not in squares)
        case Pow(inner, _) | Sum(_, inner):
            return positive(inner)
    return False


KNOWN = ("exp", "log", "step")
LARGEST_ARGUMENT = 500
_SHOWN = {"exp": r"\exp", "log": r"\log", "step": r"\mathrm{step}"}


class _Chain:
    """The derivatives of terms under definitions, written out."""

    def __init__(self, bodies: dict[Name, Term], losses: dict[Name, set[Name]]) -> None:
        self.bodies, self.losses = bodies, losses
        self.uses = losses | {name: names(body) for name, body in bodies.items()}
        self.made_from = losses | {name: names_of(body) for name, body in bodies.items()}

    def term(self, term: Term) -> Term:
        if not isinstance(term, Diff):
            return mapped(term, self.term)
        return self.derivative(self.term(term.of), term.by, term.total)

    def derivative(self, of: Term, by: Sym, total: bool) -> Term:
        """A local one holds what is defined fixed; of a name, its own definition is differentiated."""
        body = self.bodies.get(of.name, of) if isinstance(of, Sym) and not total else of
        met = reached(names(of), self.uses) if total else names(of, body)
        through = [
            name
            for name in sorted(met)
            if isinstance(name, Application) and by.name in self._made_from(name.argument, total)
        ]
        own = [Diff(of, by, total)] if by.name in met or not through else []
        return add(*own, *(self._through(of, name, by, total) for name in through))

    def _made_from(self, argument: Term, total: bool) -> Set[Name]:
        return reached(names_of(argument), self.made_from) if total else names_of(argument)

    def _through(self, of: Term, name: Application, by: Sym, total: bool) -> Term:
        """The way from a term through the values of one function."""
        taken = {i.name for term in (of, by) for inner in walk(term) for i in own_indices(inner)}
        indices: tuple[Index, ...] = ()
        for index in free_indices(name.argument):
            indices += (unlike(index, taken.union(i.name for i in indices)),)
        argument, derivative = name.at(indices), derivative_of(name, indices)
        held = isinstance(argument, Sym) and argument.name in self.bodies.keys() - {by.name}
        if derivative == ZERO or (held and not total):
            return ZERO
        if isinstance(argument, Sym) and argument.name == by.name:
            inner = mul(*(Delta(a, b) for a, b in zip(argument.indices, by.indices, strict=True)))
        else:
            inner = self.derivative(argument, by, total)
        body = mul(Diff(of, Sym(name, indices), total), derivative, inner)
        for index in reversed(indices):
            body = Sum(index, body)
        return body


def _known(name: Application) -> list[Hypothesis]:
    """What is known of all values of a function."""
    value = Sym(name, free_indices(name.argument))
    match name.function:
        case "exp":
            return [Hypothesis(value, Relation.GT, ZERO)]
        case "step":
            above = Hypothesis(mul(name.argument, value), Relation.GE, ZERO)
            below = Hypothesis(mul(name.argument, value), Relation.GE, name.argument)
            return [Hypothesis(power(value, 2), Relation.EQ, value), above, below]
    return []
