"""A large batch, of a few kinds of examples: residues mod a prime, and floats with error bounds."""
