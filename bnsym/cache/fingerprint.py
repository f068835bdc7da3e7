"""What everything remembered depends on beside the notes: this program, to the byte, and the
versions of what it runs on."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
DISTRIBUTIONS = re.compile(
    r"(click|latex2mathml|markdown_it_py|mdurl|mpmath|numba|numpy|pygments|rich|sympy)-.*\.dist-info"
)


@cache
def fingerprint() -> str:
    digest = blake2b(sys.version.encode(), digest_size=20)
    for file in sorted(_sources(PACKAGE)):
        digest.update(f"\n{file.relative_to(PACKAGE)}\n".encode())
        digest.update(file.read_bytes())
    digest.update("\n".join(sorted(_installed())).encode())
    return digest.hexdigest()


def _sources(package: Path) -> list[Path]:
    found = []
    for folder, subfolders, names in os.walk(package):
        subfolders[:] = [name for name in subfolders if name != "__pycache__"]
        found += [Path(folder, name) for name in names]
    return found


def _installed() -> set[str]:
    """`sympy-1.14.0.dist-info` and its like: the names say the versions, and nothing is imported."""
    found: set[str] = set()
    for folder in sys.path:
        try:
            names = [path.name for path in Path(folder).iterdir()]
        except OSError:
            continue
        found |= {name for name in names if DISTRIBUTIONS.fullmatch(name.lower())}
    return found
