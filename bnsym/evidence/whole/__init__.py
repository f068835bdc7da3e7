"""Values of terms as arrays with named axes, whole or in blocks; residues mod a prime."""
