"""TRUSTED. Who may say "proved": certificates and witnesses in, verdicts out.

    certificates   what a verdict is made from: data
    surds          numbers whose squares are rational
    evaluation     exact values at a witness
    relations      the polynomials that a certificate speaks of
    scope          for which sizes, under which conditions
    verdicts       `prove`, `refute`; nothing else makes a verdict

and, loaded only where a certificate names one, two rules by which a verdict on one statement is one
on another:

    equations      what is assumed to be equal, put in
    maxima         what the value of a maximum rests on

Each imports what stands above it, and `terms`, `calculus` and `normal`.
"""

from bnsym.kernel.certificates import (
    NORM_AXIOM as NORM_AXIOM,
    SCHWARZ_AXIOM as SCHWARZ_AXIOM,
    SQUARES_AXIOM as SQUARES_AXIOM,
    Certificate as Certificate,
    Factor as Factor,
    Given as Given,
    Lemma as Lemma,
    Maximum as Maximum,
    NoModel as NoModel,
    Rejected as Rejected,
    Schwarz as Schwarz,
    Summand as Summand,
    Use as Use,
    Value as Value,
    Vector as Vector,
    Witness as Witness,
)
from bnsym.kernel.evaluation import (
    Evaluator as Evaluator,
    assignments as assignments,
    compare as compare,
    holds as holds,
)
from bnsym.kernel.relations import (
    difference as difference,
    relation as relation,
    schwarz as schwarz,
)
from bnsym.kernel.surds import Irrational as Irrational, Number as Number, Surd as Surd
from bnsym.kernel.verdicts import (
    Proved as Proved,
    Refuted as Refuted,
    Sides as Sides,
    opened as opened,
    prove as prove,
    refute as refute,
)
