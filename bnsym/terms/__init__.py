"""What a formula means: terms in index notation, and how they are made.

tree      TRUSTED. The terms, and what stands where in them
making    constructors that simplify on the way; nothing that is trusted uses them
"""

# ruff: noqa: F403 - one vocabulary

from bnsym.terms.making import *
from bnsym.terms.tree import *
