"""Somebody's own backward function, judged against closed forms that were proved.

    asking (links, names) → layouts (axes) → trials (values, calls) → precision (how far apart) → slips (why)

Not trusted: it takes closed forms from `compiling`, and its word is no proof.
"""
