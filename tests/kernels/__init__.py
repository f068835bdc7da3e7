"""Backward kernels as people write them, right and with one slip each, in the shapes that layers have.

python -m tests.kernels --n 1000     right kernels, in random shapes and types: none may be called wrong
"""
