"""What can't be negative by its form."""

from __future__ import annotations

from bnsym.terms import Add, Delta, Hypothesis, Mul, Num, Pow, Size, Statement, Sum, Sym, Term

UNKNOWN, NONNEGATIVE, POSITIVE = range(3)


class Signs:
    """Signs of terms where what is assumed holds. What has a value divides by nothing that is zero."""

    def __init__(self, statement: Statement, assumed: tuple[Hypothesis, ...]) -> None:
        self.bodies = {d.symbol.name: d.body for d in statement.definitions}
        self.known: dict[str, int] = {}
        self.negative: set[str] = set()
        for stated in assumed:
            # of every component v of an array: v > 0, v >= 0, v < 0, and 0 < v, 0 <= v, 0 > v
            match stated.left, stated.relation.value, stated.right:
                case (Sym(v, ix), ">" | r"\ge" as sign, Num(c)) | (Num(c), "<" | r"\le" as sign, Sym(v, ix)):
                    if c >= 0 and len({i.name for i in ix}) == len(ix):
                        self.known[v] = max(self.known.get(v, 0), POSITIVE if sign in "<>" else NONNEGATIVE)
                case (Sym(v, ix), "<", Num(c)) | (Num(c), ">", Sym(v, ix)):
                    if c <= 0 and len({i.name for i in ix}) == len(ix):
                        self.negative.add(v)

    def of(self, term: Term) -> int:
        match term:
            case Num(value):
                return POSITIVE if value > 0 else UNKNOWN if value else NONNEGATIVE
            case Size():
                return POSITIVE
            case Delta():
                return NONNEGATIVE
            case Mul(factors):
                return min(map(self.of, factors), default=POSITIVE)
            case Sum(_, body):
                return self.of(body)
            case Sym(name, _) if name in self.known:
                return self.known[name]
            case Sym(name, _) if name in self.bodies:
                return self.of(self.bodies[name])
            case Add(terms):
                # sizes are at least 1
                least = sum(1 if isinstance(t, Size) else t.value for t in terms if isinstance(t, Size | Num))
                others = [self.of(t) for t in terms if not isinstance(t, Size | Num)]
                sign = POSITIVE if least > 0 or POSITIVE in others else NONNEGATIVE
                return UNKNOWN if least < 0 or UNKNOWN in others else sign
            case Pow(base, exponent):
                even = exponent.numerator % 2 == 0 or exponent.denominator % 2 == 0
                sign = max(self.of(base), NONNEGATIVE if even else UNKNOWN)
                return POSITIVE if sign and exponent < 0 else sign
        return UNKNOWN
