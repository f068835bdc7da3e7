"""TRUSTED. The normal form of a term: a Laurent polynomial over the rationals.

Its generators are sizes, components of free arrays, Kronecker deltas, contractions
(sums of products over bound indices, with the bound letters in canonical order), and
roots: `("root", q, B)` is r with r^q = B, the non-negative one if q is even; r^-1 with
q = 1 is how a sum gets into a denominator. Definitions are unfolded, derivatives
expanded. Two terms with the same normal form are equal wherever the recorded side
conditions hold; the converse needs the relations r^q = B, which certificates cite.

    polynomials → generators → ring

They import `terms` and `calculus` only.
"""

from bnsym.normal.generators import (
    Canonical as Canonical,
    Factors as Factors,
    Letters as Letters,
    inside as inside,
    letters as letters,
)
from bnsym.normal.polynomials import (
    UNIT as UNIT,
    Coefficient as Coefficient,
    DividesByZero as DividesByZero,
    Frozen as Frozen,
    Generator as Generator,
    Letter as Letter,
    Monomial as Monomial,
    OutOfReach as OutOfReach,
    Poly as Poly,
    constant as constant,
    divided_by as divided_by,
    freeze as freeze,
    generator as generator,
    generators as generators,
    plus as plus,
    ratio as ratio,
)
from bnsym.normal.ring import (
    NONNEGATIVE as NONNEGATIVE,
    PLAIN as PLAIN,
    POSITIVE as POSITIVE,
    RESERVED as RESERVED,
    Advice as Advice,
    HasRoot as HasRoot,
    Ring as Ring,
    Signs as Signs,
    TakenOut as TakenOut,
)
