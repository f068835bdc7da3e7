"""What was proved, as functions on arrays: closed forms to run, and to judge other implementations by.

    proved → closed_form → backward

Not trusted: it takes verdicts from `checking`, and builds none. NumPy, torch, JAX and numba are
imported where they are used.
"""
