"""Backward kernels as people write them, right and with one slip each, in the shapes that layers have.

python -m tests.kernels --n 1000     right kernels, in random shapes and types: none may be called wrong
python -m tests.kernels --faults 20  with a fault that rounding could hide: none may pass
"""
