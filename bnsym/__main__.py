"""Where `bnsym` and `python -m bnsym` begin. Ctrl-C is an answer from the first import on."""

from __future__ import annotations

import os
import sys

from bnsym.execution.interruption import INTERRUPTED, insist, interrupted


def main() -> None:
    insist()
    try:
        from bnsym import cli
    except BaseException as error:
        if not interrupted(error):
            raise
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    cli.main()


def as_module() -> None:
    """Like `main`, for `python -m`, which would end as if killed where Ctrl-C met text that `exec`
    runs, as the making of a dataclass does, also when the interruption was caught."""
    try:
        main()
    except SystemExit as left:
        if left.code == INTERRUPTED:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        raise


if __name__ == "__main__":
    as_module()
