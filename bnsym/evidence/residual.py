"""An equation as one residual that is to be zero mod a prime, and what random draws say of it.

The free indices are summed against random weights, so that the residual is one number; a false equation of
degree d survives a draw with probability at most 4(d + 1)/p. Integers mod p have no order, so inequalities
are not examined, and a root's sign has no meaning: the root that is itself a square is taken, which is as
multiplicative as the positive root.
"""

from __future__ import annotations

from collections.abc import Callable

from bnsym.evidence.deltas import mentions
from bnsym.evidence.sides import closed
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Sizes, names, reached
from bnsym.terms import Add, Name, Pow, Statement, Sum, Sym, Term, add, children, free_indices, neg, walk

TRIALS, CONFIRM = 2, (0, 16, 32, 64)
"""Draws; and those that confirm a disagreement, by the number of roots whose signs may be to blame."""
CONFIRM_SIZES = (39, 40, 42, 44, 45, 46, 48, 50, 51, 52, 54, 55)
"""Of their batches: of many sizes, whose prime factors have roots, so that no number in the statement is a
square, or not, in all of them."""
WEAK = 1e-3
"""A probability of a wrong accept beyond which agreement says nothing."""


def both_sides(structure: Structure, statement: Statement) -> tuple[Term, Term]:
    """Each side as a number."""
    free = free_indices(Add((statement.left, statement.right)))
    return closed(structure, statement.left, free), closed(structure, statement.right, free)


def decided(
    structure: Structure,
    statement: Statement,
    sizes: Sizes,
    prime: int,
    holds: Callable[[int], bool],
    confirms: Callable[[int], bool | None],
) -> tuple[bool | None, str]:
    """holds: whether the residual is zero at the draw of a number. confirms: the same at one of
    CONFIRM_SIZES; None where that draw has not all roots."""
    gap = add(structure.resolve(statement.left), neg(structure.resolve(statement.right)))
    signs = roots(structure, gap)
    if not all(map(holds, range(TRIALS))):
        return _confirmed(confirms, CONFIRM[min(signs, 3)])
    free = free_indices(Add((statement.left, statement.right)))
    bound = 4 * (len(free) + height(structure, gap, sizes)) / prime
    if bound > WEAK:
        return None, f"a false equation of this degree may survive a draw with probability {bound:.1g}"
    said = f"{TRIALS} draws; each accepts a false equation with probability at most {bound:.0e}"
    said += ", but for the sign of a root, which has none mod p" if signs else ""
    return True, said if bound else "nothing in it is random: both sides are the same number mod p"


def _confirmed(confirms: Callable[[int], bool | None], draws: int) -> tuple[bool | None, str]:
    """The sides differ. Where roots are involved, that may be for a root's sign only, in some draws
    and not in others: a true identity holds in some draw, a false one in none (but at a size for which
    it happens to be true)."""
    outcomes = list(map(confirms, range(draws)))
    equal, different = outcomes.count(True), outcomes.count(False)
    if equal > 1 or different < draws // 2:
        why = f"the sides differ, but not in all draws: {different} of {draws}; a root's sign may matter"
        return None, why
    return False, "the sides differ at random values"


# What its value depends on


def sources(structure: Structure, term: Term) -> set[Name]:
    """The free names that `term` depends on."""
    nodes = structure.definitions.keys() | structure.adjoints.keys()
    found = reached(names(term), lambda name: structure.uses(name) if name in nodes else ())
    return (found & structure.shapes.keys()) - nodes - set(structure.losses)


def arrays(structure: Structure, term: Term) -> int:
    """How many free arrays over the batch `term` depends on."""
    return sum(structure.batch in structure.shapes[name] for name in sources(structure, term))


def roots(structure: Structure, term: Term) -> int:
    """How many different roots the value of `term` depends on."""

    def uses(name: Name) -> set[Name]:
        body = names(structure.body(name)) if name in structure.definitions else set()
        return structure.uses(name) | body

    nodes = reached(names(term), uses) & structure.definitions.keys()
    terms = (t for body in (term, *map(structure.body, nodes)) for t in walk(body))
    return len({t.base for t in terms if isinstance(t, Pow) and t.exponent.denominator % 2 == 0})


def height(structure: Structure, term: Term, sizes: Sizes) -> int:
    """A bound on the degrees of numerator and denominator, roots counted as variables."""
    known: dict[Name, int] = {}

    def of(t: Term) -> int:
        match t:
            case Sym(name, _):
                if name not in known:
                    known[name] = 1  # a node that depends on itself ends here
                    known[name] = of_name(name)
                return known[name]
            case Pow(base, exponent):
                return of(base) * max(1, abs(exponent.numerator))
            case Sum(index, body):
                apart = any(isinstance(p, Pow) and p.exponent < 0 and mentions(p, index) for p in walk(body))
                return of(body) * (sizes[index.space] if apart else 1)
            case _:
                return sum(map(of, children(t)))

    def of_name(name: Name) -> int:
        if name in structure.definitions:
            return of(structure.body(name))
        if name in structure.adjoints:
            return 1 + 2 * sum(of_name(output) for output in structure.outputs)
        return 1

    return of(term)
