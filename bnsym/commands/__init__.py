"""One command a file; `cli` lists them, and imports the one that is asked for."""
