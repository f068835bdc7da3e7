"""The second checker: proofs and witnesses of a JSON report, judged without what found or accepted them.

    domains      a prime field, exact roots of rationals, degrees
    jets         values of terms at a point, derivatives by infinitesimals
    signs        what can't be negative by its form
    proofs       a certificate's identity at random points, and how probable it is that a wrong one passes
    attained     maxima over a ball of matrices: what their values rest on, put in their place
    rechecking   one link of a report: decoded, and judged

Each imports what stands above it, the term tree, and the standard library.
"""
