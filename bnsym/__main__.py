"""Where `bnsym` and `python -m bnsym` begin. Ctrl-C is an answer from the first import on."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    try:
        from bnsym import cli
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    cli.main()


if __name__ == "__main__":
    main()
