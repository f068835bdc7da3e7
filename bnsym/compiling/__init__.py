"""What was proved, as functions on arrays.

    proved → arguments → callable_form

Not trusted: it takes verdicts from `checking`, and builds none. NumPy, torch, JAX and numba are
imported where they are used.
"""
