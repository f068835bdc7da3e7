"""TRUSTED. Who may say "proved": certificates and witnesses in, verdicts out.

    certificates   what a verdict is made from: data
    surds          numbers whose squares are rational
    evaluation     exact values at a witness
    relations      the polynomials that a certificate speaks of
    scope          for which sizes, under which conditions
    verdicts       `prove`, `refute`; nothing else makes a verdict

and, loaded only where a certificate names one, two rules by which a verdict on one statement is one
on another:

    maxima         what the value of a maximum rests on
    equations      what is assumed to be equal, put in

Each imports what stands above it, and `terms`, `calculus` and `normal`.
"""

from bnsym.kernel.certificates import (
    GRAM_AXIOM,
    NORM_AXIOM,
    SCHWARZ_AXIOM,
    SQUARES_AXIOM,
    Certificate,
    Factor,
    Given,
    Gram,
    Lemma,
    Manifest,
    Maximum,
    Monomially,
    NoModel,
    Rejected,
    Root,
    Schwarz,
    Summand,
    Use,
    Value,
    Vector,
    Witness,
)
from bnsym.kernel.evaluation import (
    Evaluator,
    assignments,
    compare,
    components,
    holds,
    turned,
)
from bnsym.kernel.relations import (
    difference,
    gram_determinant,
    relation,
    schwarz,
)
from bnsym.kernel.surds import Irrational, Number, Surd
from bnsym.kernel.verdicts import (
    Proved,
    Refuted,
    Sides,
    opened,
    prove,
    refute,
)

__all__ = [
    "GRAM_AXIOM",
    "NORM_AXIOM",
    "SCHWARZ_AXIOM",
    "SQUARES_AXIOM",
    "Certificate",
    "Evaluator",
    "Factor",
    "Given",
    "Gram",
    "Irrational",
    "Lemma",
    "Manifest",
    "Maximum",
    "Monomially",
    "NoModel",
    "Number",
    "Proved",
    "Refuted",
    "Rejected",
    "Root",
    "Schwarz",
    "Sides",
    "Summand",
    "Surd",
    "Use",
    "Value",
    "Vector",
    "Witness",
    "assignments",
    "compare",
    "components",
    "difference",
    "gram_determinant",
    "holds",
    "opened",
    "prove",
    "refute",
    "relation",
    "schwarz",
    "turned",
]
