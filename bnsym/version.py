"""The version of the program, which reports carry."""

__version__ = "0.1.0"
