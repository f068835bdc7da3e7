"""`python -m bnsym`."""

from bnsym.cli import main

main()
