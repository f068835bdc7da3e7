"""Routes that cross-examine what was proved. Trusted for nothing; witnesses against the kernel.

    small      components written out for small sizes, differentiated by SymPy
    large      residues mod a prime and floats with error bounds, by the evaluator of `verifying`

A route shares no code with a proof: nothing here imports `kernel`, `calculus`, `normal`, or what imports them
but `model`. The small route shares `surveying` alone with the others: no differentiation and no arithmetic.
"""
