"""A small batch, written out: components as SymPy expressions, differentiated by SymPy alone."""
