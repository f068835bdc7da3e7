"""The one exception of reading: a stretch of text that has no meaning, and why.

Imports nothing of the package. It never leaves elaboration: `links` turns it into a Diagnostic.
"""

from __future__ import annotations


class ReadError(Exception):
    """`message` about the code points `start` to `end`; `code` as in `bnsym.codes`."""

    def __init__(
        self,
        code: str,
        message: str,
        at: tuple[int, int],
        hint: str = "",
        cause: ReadError | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.at = at
        self.hint = hint
        self.cause = cause
        """What is wrong elsewhere, if nothing is wrong here: it is said once, where it stands."""

    def moved(self, offset: int) -> ReadError:
        """The same problem, counted from `offset` code points earlier."""
        at = self.at[0] + offset, self.at[1] + offset
        return ReadError(self.code, self.message, at, self.hint, self.cause)
