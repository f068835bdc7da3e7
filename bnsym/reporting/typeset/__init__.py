"""The report as LaTeX."""
