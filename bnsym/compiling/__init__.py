"""What was proved, as functions on arrays and as source.

    proved → formula → programs → code (NumPy, torch, JAX, Triton, C, numba) → emitting, running
                   → dense (values of named axes) → callable_form

Not trusted: it takes verdicts from `checking`, and builds none. NumPy, torch, JAX and numba are
imported where they are used.
"""
