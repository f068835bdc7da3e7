"""The table of methods, and the order in which they are tried."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from math import inf
from typing import Any, TypeAlias

from bnsym.kernel import (
    Certificate,
    NoModel,
    Proved,
    Refuted,
    Rejected,
    Witness,
    compare,
    prove,
    refute,
)
from bnsym.kernel.equations import put_in, solution
from bnsym.kernel.verdicts import evaluated
from bnsym.model import Undecided
from bnsym.normal import DividesByZero, OutOfReach, Ring
from bnsym.proving.advice import Alike
from bnsym.proving.bound import bound_certificate
from bnsym.proving.floats import is_surely_false
from bnsym.proving.identity import identity_certificate
from bnsym.proving.maximum import maxima_in, maximum_of
from bnsym.proving.replay import replay
from bnsym.proving.rings import Check, SearchRing, opened
from bnsym.proving.witness import find_model, find_refutation
from bnsym.terms import Max, Mul, Num, Pow, Relation, Size, Statement, Sym, Term, num, own_indices, walk


@dataclass(frozen=True)
class Task:
    """A statement to decide and the moment at which to stop (`time.monotonic()`)."""

    statement: Statement
    deadline: float

    @cached_property
    def checks(self) -> list[Check]:
        """The kernel's check of one certificate, to be taken out when it is used."""
        return [opened(self.statement, _half_the_time(self))]

    def ring(self, until: float) -> SearchRing:
        """For a search, which goes on from the sides that the kernel made for its check."""
        _ = self.checks
        return SearchRing(self.statement, until)


Method: TypeAlias = Callable[[Task], "Proved | Refuted | None"]
Methods: TypeAlias = tuple[tuple[str, Method], ...]


EMPTY = Undecided("BN310", "the maximum is over an empty set: its radius is negative")
BOUND_SECONDS = 3.0
"""What a search for a bound may take, so that time is left for a longer refutation."""


def by_identity(task: Task) -> Proved | None:
    """left - right = Σ cofactor * relation."""
    return _prove(task, squared=False)


def by_squares(task: Task) -> Proved | None:
    """left² - right² = Σ cofactor * relation, both sides >= 0."""
    ring = SearchRing(task.statement, task.deadline)
    if not (ring.surely(task.statement.left) and ring.surely(task.statement.right)):
        return None
    return _prove(task, squared=True)


def by_bound(task: Task, *, products: bool) -> Proved | None:
    """larger - smaller = Σ factors that are not negative, or products of two, + Σ cofactor * relation; for
    the squares of the sides where these are roots and the larger is not negative."""
    statement = task.statement
    if statement.relation is Relation.EQ:
        return None
    if statement.relation is Relation.NE:
        return _apart(task, products)
    ring = task.ring(min(task.deadline, time.monotonic() + BOUND_SECONDS))
    rooted = _is_root(statement.left) or _is_root(statement.right)
    upward = statement.relation in (Relation.LE, Relation.LT)
    squared = rooted and ring.surely(statement.right if upward else statement.left)
    certificate = bound_certificate(statement, ring, squared=squared, products=products)
    return _accept(task, certificate, ring) if certificate is not None else None


def by_witness(task: Task, seconds: float, seed: int, **wanted: Any) -> Refuted | None:
    """Small exact values at which the relation fails, of candidates that the seed draws."""
    return find_refutation(task.statement, min(task.deadline, time.monotonic() + seconds), seed, **wanted)


METHODS: Methods = (
    ("identity", by_identity),
    ("squares", by_squares),
    # what is false usually fails at once, and a search for a certificate of what is false is long
    ("few witnesses", partial(by_witness, seconds=1.0, seed=0, limit=9, rational=True)),
    ("short bound", partial(by_bound, products=False)),
    ("witness", partial(by_witness, seconds=1.5, seed=1)),
    ("bound", partial(by_bound, products=True)),
    ("long witness", partial(by_witness, seconds=inf, seed=2)),
)


PROOFS = tuple(one for one in METHODS if "witness" not in one[0])
"""For what is worth no refutation: candidates for a repair, most of which are false."""
FALSE = (*(one for one in METHODS if one not in PROOFS), *PROOFS)
"""For what is false as far as floats can tell."""


def decide(
    statement: Statement, deadline: float, at: str | None = "", methods: Methods = METHODS
) -> Proved | Refuted | Undecided:
    """The verdict on a statement; `at` is a witness to replay, as a `refuted` directive gives it, and None
    where only a proof is asked for. Never raises for what a note can contain."""
    if at is None and statement.relation is Relation.EQ:  # an order's refutation saves a search for bounds
        methods = PROOFS
    if terms := maxima_in(statement):
        return _with_maxima(statement, terms, deadline, at, methods)
    if at:
        return replay(statement, at)
    if statement.hypotheses and _is_contradicted(statement, deadline):
        return Undecided("BN305", "a hypothesis contradicts the definitions")
    equations, plain = _solved(statement)
    if equations:
        return _with_equations(statement, equations, plain, deadline, methods)
    return _by_methods(statement, deadline, methods)


def is_provable(statement: Statement, deadline: float) -> bool:
    """Whether it is proved, without a search for what refutes it."""
    return isinstance(decide(statement, deadline, methods=PROOFS), Proved)


def _by_methods(statement: Statement, deadline: float, methods: Methods) -> Proved | Refuted | Undecided:
    """What the first method that comes to a verdict says."""
    task = Task(statement, deadline)
    tried: list[str] = []
    if statement.relation is Relation.EQ and is_surely_false(statement):
        methods = FALSE if methods is METHODS else ()
    for name, method in methods:
        try:
            verdict = method(task)
        except DividesByZero:
            return Undecided("BN304", "a denominator is zero under the definitions and hypotheses")
        except NoModel:
            return _explained(task)
        except (OutOfReach, Rejected) as error:
            tried.append(f"{name}: {error}")
            continue
        except RecursionError:
            tried.append(f"{name}: it is nested too deeply")
            continue
        if verdict is not None:
            return verdict
        tried.append(f"{name}: nothing found")
    if time.monotonic() > deadline:
        return Undecided("BN301", "the time for this link is up", tuple(tried))
    why = statement.hypotheses and methods in (METHODS, FALSE)
    if why and find_model(statement, min(deadline, time.monotonic() + 2)) is None:
        return _explained(task)
    if statement.relation is not Relation.EQ:
        return Undecided("BN303", "no certificate for this order was found, and no witness", tuple(tried))
    return Undecided("BN302", "neither a certificate nor a witness was found", tuple(tried))


def _with_maxima(
    statement: Statement,
    terms: tuple[Max, ...],
    deadline: float,
    at: str | None,
    methods: Methods,
) -> Proved | Refuted | Undecided:
    """Decide the statement with values in place of its maxima; the kernel carries the verdict over."""
    if any(isinstance(term.radius, Num) and term.radius.value < 0 for term in terms):
        return EMPTY
    try:
        maxima = tuple(filter(None, (maximum_of(term, deadline) for term in terms)))
        if len(maxima) < len(terms):
            return Undecided("BN309", "no bound of a maximum was found that a point attains")
        plain, _, _ = evaluated(statement, maxima, Alike(deadline))
        verdict = decide(plain, deadline, at, methods)
        match verdict:
            case Proved():
                ring = SearchRing(plain, deadline)
                ring.sides()
                model = _model(plain, ring, deadline)
                return prove(statement, replace(verdict.certificate, maxima=maxima), model, Alike(deadline))
            case Refuted():
                return refute(statement, verdict.witness, maxima, Alike(deadline))
            case Undecided("BN305" | "BN306"):
                raise NoModel(verdict.message)
        return verdict
    except NoModel as error:
        met = find_model(statement, min(deadline, time.monotonic() + 2)) is not None
        return EMPTY if met else Undecided("BN306", str(error))
    except (OutOfReach, Rejected) as error:
        return Undecided("BN309", f"the maximum: {error}")


def _is_contradicted(statement: Statement, deadline: float) -> bool:
    """Whether a hypothesis is false by the definitions alone: nothing is proved beside it, not even what
    doesn't use it."""
    ring = SearchRing(statement, deadline)
    for h in statement.hypotheses:
        try:
            left, right = ring.normal(h.left), ring.normal(h.right)
        except (OutOfReach, DividesByZero):
            continue
        numbers = [poly.get((), Fraction(0)) for poly in (left, right) if poly.keys() <= {()}]
        if len(numbers) == 2 and not compare(Fraction(numbers[0]), h.relation, Fraction(numbers[1])):
            return True
    return False


def _solved(statement: Statement) -> tuple[tuple[int, ...], Statement]:
    """The hypotheses to put in, in order, each an equation solved for what occurs elsewhere too; and the
    statement with them put in."""
    found: list[int] = []
    for number in range(len(statement.hypotheses)):
        solved = solution(statement, statement.hypotheses[number])
        if solved is not None and solved[0] in _elsewhere(statement, number):
            statement = put_in(statement, (number,))
            found.append(number)
    return tuple(found), statement


def _elsewhere(statement: Statement, number: int) -> set[Term]:
    """The names and sizes that stand in a statement beside hypothesis `number`."""
    terms = [statement.left, statement.right, *(d.body for d in statement.definitions)]
    terms += [t for k, h in enumerate(statement.hypotheses) if k != number for t in (h.left, h.right)]
    found: set[Term] = {inner for term in terms for inner in walk(term) if isinstance(inner, Sym | Size)}
    spaces = {i.space for term in terms for inner in walk(term) for i in own_indices(inner)}
    return found | {Size(space) for space in spaces}


def _with_equations(
    statement: Statement,
    equations: tuple[int, ...],
    plain: Statement,
    deadline: float,
    methods: Methods,
) -> Proved | Refuted | Undecided:
    """Decide `plain`, the statement with equations put in; the kernel carries the verdict over."""
    verdict = _by_methods(plain, deadline, methods)
    try:
        match verdict:
            case Proved():
                assumed = (*statement.hypotheses, *verdict.side_conditions)
                until = min(deadline, time.monotonic() + 2)
                model = find_model(replace(statement, hypotheses=assumed), until)
                certificate = replace(verdict.certificate, equations=equations)
                return prove(statement, certificate, model, Alike(deadline))
            case Refuted():
                return refute(statement, verdict.witness)
    except NoModel as error:
        return Undecided("BN306", str(error))
    except Rejected as error:
        return Undecided("BN302", f"once equations are put in: {error}")
    return verdict


def _apart(task: Task, products: bool) -> Proved | None:
    """One side is larger than the other; the kernel carries the verdict over."""
    for relation in (Relation.GT, Relation.LT):
        statement = replace(task.statement, relation=relation)
        proved = by_bound(replace(task, statement=statement), products=products)
        if proved is not None:
            return prove(task.statement, proved.certificate, proved.model, Alike(task.deadline))
    return None


def _is_root(term: Term) -> bool:
    """Whether a factor of the term is an even root: its square is simpler."""
    factors = term.factors if isinstance(term, Mul) else (term,)
    return any(isinstance(f, Pow) and f.exponent.denominator % 2 == 0 for f in factors)


def _half_the_time(task: Task) -> float:
    now = time.monotonic()
    return min(task.deadline, now + max(1.0, (task.deadline - now) / 2))


def _prove(task: Task, squared: bool) -> Proved | None:
    statement = task.statement
    if statement.relation not in (Relation.EQ, Relation.LE, Relation.GE):
        return None
    ring = task.ring(_half_the_time(task))
    certificate = identity_certificate(statement, ring, squared=squared)
    return _accept(task, certificate, ring) if certificate is not None else None


def _accept(task: Task, certificate: Certificate, ring: Ring) -> Proved:
    """The kernel's verdict, with values that show that the proof is not vacuous."""
    model = _model(task.statement, ring, task.deadline)
    if task.checks:
        return task.checks.pop()(certificate, model, task.deadline)
    return prove(task.statement, certificate, model, Alike(task.deadline))


def _model(statement: Statement, ring: Ring, deadline: float) -> Witness | None:
    """Values that meet the hypotheses and side conditions, where there are any."""
    if not statement.hypotheses and not ring.conditions:
        return None
    assumed = replace(statement, hypotheses=(*statement.hypotheses, *ring.conditions))
    return find_model(assumed, min(deadline, time.monotonic() + 2))


def _explained(task: Task) -> Undecided:
    try:
        return _without_model(task)
    except OutOfReach as error:
        return Undecided("BN306", f"no values were found that meet the hypotheses ({error})")


def _without_model(task: Task) -> Undecided:
    """Why no values meet the hypotheses and side conditions of something that follows from them."""
    absurd = replace(task.statement, left=num(0), relation=Relation.GE, right=num(1))
    if _follows(absurd, task.deadline):
        return Undecided("BN305", "the hypotheses contradict each other: 0 >= 1 follows from them")
    ring = SearchRing(task.statement, task.deadline)
    ring.sides()
    for condition in ring.conditions:
        zero = replace(task.statement, left=condition.left, relation=Relation.EQ, right=num(0))
        if condition.relation is not Relation.GE and _follows(zero, task.deadline):
            return Undecided("BN304", "a denominator is zero under the hypotheses")
    return Undecided("BN306", "it would follow, but no values were found that meet the hypotheses")


def _follows(statement: Statement, deadline: float) -> bool:
    """Whether there is a certificate, vacuous or not."""
    for search in (identity_certificate, bound_certificate):
        if search is bound_certificate and statement.relation is Relation.EQ:
            continue
        try:
            ring = SearchRing(statement, min(deadline, time.monotonic() + BOUND_SECONDS))
            if search(statement, ring) is not None:
                return True
        except OutOfReach:
            continue
    return False
