"""The second checker: it confirms what is true, and finds whatever in a report has been changed."""

from __future__ import annotations

import copy
import json
import math
from collections import defaultdict
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

import bnsym
from bnsym.cache.codec import encoded
from bnsym.calculus import Graph, expand
from bnsym.commands.verify import _outcome, verify
from bnsym.kernel import Witness, refute
from bnsym.reporting.programs import json_
from bnsym.reporting.programs.json_ import to_json
from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
)
from bnsym.verifying.domains import Exact, Field, NotSquare, P
from bnsym.verifying.jets import Values, derivative
from bnsym.verifying.proofs import excess, is_square
from bnsym.verifying.rechecking import decoded, recheck

ROOT = Path(__file__).parent.parent
SCHEMA = Path(json_.__file__).parent / "report.schema.json"


@pytest.fixture(scope="module")
def text() -> str:
    report = bnsym.check(ROOT / "derivations", cross_examine=False, repairs="none")
    return to_json(report)


@pytest.fixture(scope="module")
def data(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def judged(data: dict[str, Any], maxima: bool = False) -> list[dict[str, Any]]:
    """Links with a proof or a witness; those that speak of maxima or the others."""
    formal = [link for link in data["links"] if link["formal"]]
    return [link for link in formal if ('["Max"' in json.dumps(link["formal"])) is maxima]


def run(path: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(verify, [str(path), "--seed", "1", *more], standalone_mode=False)
    return result.return_value if result.exception is None else 2, result.output


# -- what is true ------------------------------------------------------------------------


def test_the_schema_fits_real_reports(data: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    shortened = data | {"links": data["links"][::5]}
    assert not [error.message for error in validator.iter_errors(shortened)]
    assert schema["properties"]["schema"]["const"] == data["schema"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["/", "2"]', '["/", "2.5"]'),
        ('["Relation", "EQ"]', '["Relation", "is"]'),
        ('"scope": "m >= 1"', '"scope": 1'),
        ('["Pow", ', '["Power", '),
        ('"squared": false', '"squared": 0'),
    ],
)
def test_the_schema_fits_nothing_else(text: str, old: str, new: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    changed = json.loads(text)
    link = next(link for link in changed["links"] if old in json.dumps(link))
    changed["links"] = [json.loads(json.dumps(link).replace(old, new, 1))]
    assert not validator.is_valid(changed)


def test_everything_in_the_derivations_is_judged_again(data: dict[str, Any]) -> None:
    outcomes = [(link["id"], _outcome(link, Random(number))) for number, link in enumerate(judged(data))]
    assert len(outcomes) > 120
    assert not [(name, outcome) for name, outcome in outcomes if outcome.good is not True]
    assert max(outcome.bound for _, outcome in outcomes) < -40  # less than 2^-40 at each point


def test_maxima_are_judged_again(data: dict[str, Any]) -> None:
    outcomes = [
        (link["id"], _outcome(link, Random(number))) for number, link in enumerate(judged(data, True))
    ]
    assert len(outcomes) > 8
    assert not [(name, outcome) for name, outcome in outcomes if outcome.good is not True]


# -- what has been changed ---------------------------------------------------------------


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all that is in a link's data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path] + [found for key, value in inner for found in places(value, (*path, key))]


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def changed(link: dict[str, Any], random: Random) -> dict[str, Any]:
    """The link with one thing in it changed: a number, an exponent, a name, a relation, a part left out."""
    link = copy.deepcopy(link)
    roots = ["formal"] * 6 + ["scope", "hypotheses", "side_conditions", "parsed", "verdict", "axioms"]
    root = random.choice([*roots, *["witness"] * 3]) if link["witness"] else random.choice(roots)
    paths = [path for path in places(link[root]) if _changes(link, at(link[root], path), root)]
    if not paths:
        return changed(link, random)
    path = random.choice(paths)
    value = random.choice(_changes(link, at(link[root], path), root))
    if path:
        at(link[root], path[:-1])[path[-1]] = value
    else:
        link[root] = value
    return link


def _changes(link: dict[str, Any], value: Any, root: str) -> list[Any]:
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1]
        case ["/", str(number)]:
            return [
                ["/", str(Fraction(number) + 1)],
                ["/", str(-Fraction(number))] if number != "0" else ["/", "2"],
            ]
        case ["Relation", str(name)]:
            return [["Relation", other] for other in Relation.__members__ if other != name]
        case ["Sym", str(name), indices]:
            terms = (at(link["formal"], path) for path in places(link["formal"]))
            names = {term[1] for term in terms if _is_symbol(term) and len(term[2]) == len(indices)}
            return [["Sym", other, indices] for other in sorted(names - {name})][:3]
        case ["()", *parts] if len(parts) > 1:
            return [["()", *parts[1:]], ["()", *parts[:-1]]]
        case [first, *_] if not isinstance(first, str) or root in ("hypotheses", "side_conditions", "axioms"):
            return [value[1:]]
        case "proved" | "refuted" if root == "verdict":
            return [{"proved": "refuted", "refuted": "proved"}[value], "unread"]
        case str() if root == "scope":
            return [value.replace(">= 2", ">= 1").replace(">= 3", ">= 2")] if "1" not in value else []
        case str() if root in ("parsed", "hypotheses", "side_conditions"):
            return [value.replace("2", "3", 1), value + " + 1"][value.count("2") == 0 :]
        case str() if root == "witness" and value.lstrip("-").replace("/", "").isdigit():
            return [str(Fraction(value) + 1), str(Fraction(value) / 2 + 3)]
    return []


def _is_symbol(term: Any) -> bool:
    return isinstance(term, list) and len(term) == 3 and term[0] == "Sym"


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_changed_is_found_or_still_true(data: dict[str, Any], seed: int) -> None:
    """Fifty changes a seed. What is still accepted is true by a third evaluation, in floating point."""
    random = Random(seed)
    links, found = judged(data), 0
    for _ in range(50):
        link = random.choice(links)
        other = changed(link, random)
        if other == link:
            continue
        outcome = _outcome(other, Random(seed))
        found += outcome.good is not True
        assert outcome.good is not True or still_true(other, Random(seed)), difference(link, other)
    assert found > 25


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_changed_of_a_maximum_is_found(data: dict[str, Any], seed: int) -> None:
    random = Random(seed)
    for link in random.sample(judged(data, True), 4):
        other = copy.deepcopy(link)
        formal = other["formal"]
        maximum = random.choice(formal.get("certificate", formal)["maxima"])
        key = random.choice(["value", "point", "term"])
        maximum[key] = [maximum[key][1:], ["Mul", ["()", ["Num", ["/", "2"]], maximum[key]]]][key == "value"]
        if key == "term":
            maximum[key] = ["Max", link["formal"]["statement"][1], *maximum[key][1:]]
        assert _outcome(other, random).good is not True, (link["id"], key)


def difference(link: Any, other: Any) -> str:
    paths = [path for path in places(link) if path in places(other) and at(link, path) != at(other, path)]
    longest = max(paths, key=len, default=())
    return f"{link['id']} {longest}: {at(link, longest)} became {at(other, longest)}"


def still_true(link: dict[str, Any], random: Random) -> bool:
    """Whether the statement and the identity of its certificate hold in floating point, at points that meet
    what is assumed; for a witness, whether it refutes, by the kernel."""
    formal = decoded(link["formal"])
    statement = formal["statement"]
    if link["verdict"] == "refuted":
        return _refutes(link, statement)
    certificate, tried = formal["certificate"], 0
    stated = [statement.hypotheses[n] for n in formal["hypotheses"]] + formal["conditions"]
    for _ in range(400):
        point = Real(statement, random)
        try:
            met = {h: all(point.holds(h, p) for p in point.places(excess(h))) for h in stated}
            if not all(holds or h.relation is Relation.EQ for h, holds in met.items()):
                continue
            for place in point.places(excess(statement)):
                assert point.close(*point.identity(statement, certificate, place))
                assert not all(met.values()) or point.holds(statement, place)
            tried += 1
        except (ZeroDivisionError, ValueError, OverflowError, TypeError):
            continue
        if tried == 5:
            return True
    return False


def _refutes(link: dict[str, Any], statement: Statement) -> bool:
    def exactly(value: Any) -> Any:
        return tuple(map(exactly, value)) if isinstance(value, list) else Fraction(value)

    values = {name: exactly(value) for name, value in link["witness"]["values"].items()}
    refuted = refute(statement, Witness(link["witness"]["sizes"], values))
    return (str(refuted.left), str(refuted.right)) == (link["witness"]["left"], link["witness"]["right"])


SIGNS = (1, 1, 1, -1)


class Real:
    """Values in floating point of terms at a random point, with the kernel's derivatives."""

    def __init__(self, statement: Statement, random: Random) -> None:
        self.graph, size = Graph.of(statement), random.choice([3, 4])
        self.sizes: dict[str, int] = defaultdict(lambda: size)
        self.arrays: dict[Any, float] = defaultdict(
            lambda: random.choice([1, 1, 1, -1]) * random.uniform(0.5, 2)
        )

    def places(self, term: Term) -> list[dict[str, int]]:
        indices = free_indices(term)
        ranges = (range(self.sizes[i.space]) for i in indices)
        return [dict(zip((i.name for i in indices), values, strict=True)) for values in product(*ranges)]

    def value(self, term: Term, place: dict[str, int]) -> Any:
        match term:
            case Num(value):
                return float(value)
            case Size(space):
                return self.sizes[space]
            case Delta(left, right):
                return float(place[left.name] == place[right.name])
            case Add(terms):
                return sum(self.value(t, place) for t in terms)
            case Mul(factors):
                return math.prod(self.value(f, place) for f in factors)
            case Pow(base, exponent):
                return math.pow(self.value(base, place), exponent)
            case Sum(index, body):
                return sum(self.value(body, place | {index.name: n}) for n in range(self.sizes[index.space]))
            case Diff():
                return self.value(expand(self.graph, term), place)
            case Sym(name, indices):
                where = tuple(place[i.name] for i in indices)
                if name not in self.graph.by_name:
                    half = len(where) // 2
                    symmetric = name in self.graph.symmetric
                    return self.arrays[name, min(where, where[half:] + where[:half]) if symmetric else where]
                definition = self.graph.by_name[name]
                inner = (i.name for i in definition.symbol.indices)
                return self.value(definition.body, dict(zip(inner, where, strict=True)))
        raise ValueError(term)

    def holds(self, stated: Hypothesis | Statement, place: dict[str, int]) -> bool:
        left, right = self.value(stated.left, place), self.value(stated.right, place)
        slack = 1e-7 * (1 + abs(left) + abs(right))
        match stated.relation:
            case Relation.EQ:
                return bool(abs(left - right) < slack)
            case Relation.NE:
                return bool(left != right)
            case Relation.LE | Relation.LT:
                return bool(left < right + slack)
        return bool(right < left + slack)

    def identity(
        self, statement: Statement, certificate: dict[str, Any], place: dict[str, int]
    ) -> tuple[float, float]:
        sides = [self.value(side, place) for side in (statement.left, statement.right)]
        left, right = [side**2 for side in sides] if certificate["squared"] else sides
        if statement.relation in (Relation.LE, Relation.LT):
            left, right = right, left
        total = 0.0
        for coefficient, factors in certificate["summands"]:
            total += coefficient * math.prod(self.factor(statement, factor, place) for factor in factors)
        for number, names, cofactor, over in certificate["uses"]:
            ranges = (range(self.sizes[i.space]) for i in over)
            for chosen in product(*ranges):
                here = place | dict(zip((i.name for i in over), chosen, strict=True))
                cited = self.factor(statement, ["given", number, names], here)
                total += self.value(cofactor, here) * cited
        return left - right, total

    def factor(self, statement: Statement, factor: list[Any], place: dict[str, int]) -> Any:
        match factor:
            case ["term", term]:
                return self.value(term, place)
            case ["given", number, names]:
                here = place | {old.name: place[new.name] for old, new in names}
                return self.value(excess(statement.hypotheses[number]), here)
        raise ValueError(factor)

    def close(self, left: float, right: float) -> bool:
        return abs(left - right) < 1e-6 * (1 + abs(left) + abs(right))


# -- numbers and derivatives -------------------------------------------------------------


def test_squares_have_the_rules_of_signs() -> None:
    assert all(P % q for q in range(2, 10_000))
    assert not is_square(P - 1)
    assert all(is_square(q) for q in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 12, 35 * 41))
    root = Field().power(6, Fraction(1, 2))
    assert root * root % P == 6
    assert is_square(root)
    with pytest.raises(NotSquare):
        Field().power(P - 6, Fraction(1, 2))


def test_exact_numbers_are_added_as_what_their_squares_stand_for() -> None:
    exact = Exact()
    two, eight = exact.power(exact.number(2), Fraction(1, 2)), exact.power(exact.number(8), Fraction(1, 2))
    assert exact.add(two, eight) == 18  # √2 + √8 = √18
    assert exact.add(two, exact.mul(exact.number(-1), eight)) == -2
    assert exact.add(exact.number(3), exact.number(-5)) == exact.number(-2) == -4


def test_derivatives_of_a_loss_are_those_of_its_taylor_polynomial() -> None:
    """f(y) with y_i = c x_i²: its first derivative is 2 c x g, its second off the diagonal 4 c² x x' H."""
    i, k = Index("i", "m"), Index("k", "m")
    y = Sym("y", (i,))
    square = Definition(y, Mul((Sym("c"), Pow(Sym("x", (i,)), Fraction(2)))))
    zero = Num(Fraction(0))
    statement = Statement(zero, Relation.EQ, zero, definitions=(square,), losses=("f",), outputs=("y",))
    numbers = {"c": 3, "x": 5, derivative("f", "y"): 7, derivative("f", "y", "y"): 11}
    values = Values(Field(), statement, {"m": [1, 1]}, lambda name, where: numbers[name] + sum(where))
    first = Diff(Sym("f"), Sym("x", (k,)), True)
    here, there = ("m", 0, 0), ("m", 1, 0)
    assert values.number(first, {"k": here}) == 2 * 3 * 5 * 7
    second = Diff(first, Sym("x", (i,)), True)
    assert values.number(second, {"k": here, "i": there}) == 4 * 9 * 5 * 6 * 12
    assert values.number(second, {"k": here, "i": here}) == 4 * 9 * 25 * 11 + 2 * 3 * 7


def test_a_size_of_weights_counts_as_single_items_do() -> None:
    """Σ_i Σ_j (δ_ij + 1) x_j over 5 items with 2 values: (5 + 1) Σ x."""
    i, j = Index("i", "m"), Index("j", "m")
    zero = Num(Fraction(0))
    statement = Statement(zero, Relation.EQ, zero)
    body = Mul((Add((Delta(i, j), Num(Fraction(1)))), Sym("x", (j,))))
    values = Values(Field(), statement, {"m": [2, 3]}, lambda _, where: 10 + where[0])
    assert values.number(Sum(i, Sum(j, body)), {}) == 6 * (2 * 10 + 3 * 11)


# -- the command -------------------------------------------------------------------------

NOTE = r"""
$$ \mu := \frac{1}{m} \sum_i x_i $$

$$ \sum_i (x_i - \mu)^2 = \sum_i x_i^2 - m \mu^2 $$

$$ \sqrt{a^2} \le \mu^2 $$
"""


def written(tmp_path: Path, **changes: Any) -> Path:
    (tmp_path / "note.md").write_text(NOTE)
    report = json.loads(to_json(bnsym.check(tmp_path / "note.md")))
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report | changes))
    return path


def test_a_report_that_holds(tmp_path: Path) -> None:
    code, said = run(written(tmp_path), "-v")
    assert code == 0
    assert said.count("✓ holds") == 2
    assert "Passed: all of them hold" in said


def test_what_does_not_hold_is_said_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace('["/", "-1"]', '["/", "-2"]'))
    code, said = run(path)
    assert code == 1
    assert "✗ does not hold" in said
    assert "note.md:4" in said
    assert "the identity of the certificate does not hold" in said


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"counts": {"proved": 2, "refuted": 0, "undecided": 0, "unread": 0, "skipped": 0}}, "counts"),
        ({"passed": True}, "passed"),
    ],
)
def test_what_a_report_says_as_a_whole_follows_from_its_links(
    tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    code, said = run(written(tmp_path, **changes))
    assert code == 1
    assert why in said


def test_a_note_that_has_changed_since(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "note.md").write_text(NOTE.replace(r"m \mu^2", r"m \mu \mu"))
    code, said = run(path)
    assert code == 1
    assert "its note says something else" in said
    (tmp_path / "note.md").unlink()
    assert run(path)[0] == 0


def test_what_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    for text in (
        "{",
        "[]",
        '{"links": []}',
        '{"schema": 2, "links": []}',
        '{"schema": 1, "links": 3}',
        "[" * 9999,
    ):
        path.write_text(text)
        assert run(path)[0] == 2, text
    assert run(tmp_path / "none.json")[0] == 2
    path.write_bytes(b"\xff\xfe")
    assert run(path)[0] == 2
    path.write_text('{"schema": 1, "links": [], "counts": {}, "passed": false}')
    assert run(path)[0] == 5


def test_a_root_is_never_negative() -> None:
    """√(a²) = a is true for half of all a: a certificate that has nothing to say does not make it so."""
    a, zero = ["Sym", "a", ["()"]], ["()"]
    root = ["Pow", ["Pow", a, ["/", "2"]], ["/", "1/2"]]
    certificate = {
        "squared": False,
        "summands": [],
        "uses": [],
        "equations": [],
        "maxima": [],
    }
    statement = ["Statement", root, ["Relation", "EQ"], a, zero, zero, zero, zero]
    formal = {"statement": statement, "hypotheses": [], "conditions": [], "model": None}
    link = {"verdict": "proved", "scope": "m >= 1", "formal": formal | {"certificate": certificate}}
    for seed in range(20):
        assert recheck(link, Random(seed)).good is False
    positive = ["Hypothesis", a, ["Relation", "GT"], ["Num", ["/", "0"]]]
    formal["statement"] = [*statement[:5], ["()", positive], zero, zero]
    formal |= {"hypotheses": [0], "model": {"sizes": {}, "values": {"a": ["/", "2"]}}}
    link["formal"] = formal | {"certificate": certificate}
    assert recheck(link, Random(0)).good is True


A, B, M = Sym("a"), Sym("b"), Size("m")
SQUARE, INVERSE = Pow(A, Fraction(2)), Pow(B, Fraction(-2))
COUNTED = Add((Sum(Index("i", "m"), Num(Fraction(1))), Num(Fraction(-3))))

SPREAD = Add((Mul((M, B)), Mul((Num(Fraction(-3)), B))))


def bound_by(left: Term, factors: list[Term], condition: Term, scope: str = "m >= 1") -> dict[str, Any]:
    """That `left` is not negative, for it is the product of the factors, where the condition is not 0."""
    zero = Num(Fraction(0))
    certificate = {"squared": False, "uses": [], "equations": [], "maxima": []}
    certificate["summands"] = [[["/", "1"], [["term", encoded(f)] for f in factors]]]
    formal = {
        "statement": encoded(Statement(left, Relation.GE, zero)),
        "hypotheses": [],
        "conditions": [encoded(Hypothesis(condition, Relation.NE, zero))],
        "model": {"sizes": {"m": 1}, "values": {"a": ["/", "1"], "b": ["/", "1"]}},
        "certificate": certificate,
    }
    return {"verdict": "proved", "scope": scope, "formal": formal}


@pytest.mark.parametrize(
    ("left", "factors", "condition", "good"),
    [
        (Mul((SQUARE, INVERSE)), [SQUARE, INVERSE], B, True),
        (Mul((SQUARE, INVERSE)), [SQUARE, INVERSE], A, None),
        (Mul((SQUARE, INVERSE)), [SQUARE, INVERSE], Mul((Num(Fraction(2)), B)), None),
        (SQUARE, [SQUARE, Pow(A, Fraction(-2)), Pow(A, Fraction(2))], B, None),
        (SQUARE, [SQUARE, INVERSE, Pow(B, Fraction(2))], Mul((M, B)), True),
        (SQUARE, [SQUARE, INVERSE, Pow(B, Fraction(2))], A, None),
        (SQUARE, [SQUARE, Pow(COUNTED, Fraction(-2)), Pow(COUNTED, Fraction(2))], B, False),
        # a multiple of b by m - 3, written as one sum, is 0 at m = 3
        (SQUARE, [SQUARE, Pow(SPREAD, Fraction(-2)), Pow(SPREAD, Fraction(2))], B, None),
    ],
)
def test_what_is_divided_by_is_said(
    left: Term, factors: list[Term], condition: Term, good: bool | None
) -> None:
    """The sides by just what is assumed; a certificate by a multiple of it, and of sizes by no zero."""
    for seed in range(5):
        assert recheck(bound_by(left, factors, condition), Random(seed)).good is good


def test_what_is_zero_says_nothing_of_another() -> None:
    """That b - b is at least 0 is true, and makes no a one of which a root may be taken."""
    zero = Num(Fraction(0))
    root = Pow(A, Fraction(1, 2))
    link = bound_by(A, [root, root], B)
    link["formal"]["conditions"] = [
        encoded(Hypothesis(Add((B, Mul((Num(Fraction(-1)), B)))), Relation.GE, zero))
    ]
    for seed in range(5):
        assert recheck(link, Random(seed)).good is None


def test_what_holds_with_certainty_is_summed_up(tmp_path: Path) -> None:
    """A report of witnesses alone: no number agrees by chance."""
    note, report = tmp_path / "note.md", tmp_path / "report.json"
    note.write_text("$$ 1 + 1 = 3 $$\n")
    report.write_text(to_json(bnsym.check(note)))
    code, said = run(report)
    assert code == 0
    assert "all of them hold" in said
