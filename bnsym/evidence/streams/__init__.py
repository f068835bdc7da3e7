"""A batch of any size in blocks: floats with error bounds, residues mod a prime, compiled closed forms."""
