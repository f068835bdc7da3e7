"""Hostile notes: read, decided, repaired and written in each format, none of which may break down.

    grammar   notes by a grammar of formulas and prose, and by bytes put into such
    trial     what one note came to
    exports   many LaTeX exports in one run of pdflatex

`python -m tests.fuzz --n 100000 --seed 1` by hand; a few in the suite (`test_fuzz`).
"""
