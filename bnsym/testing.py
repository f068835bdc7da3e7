"""For tests of kernels: `assert_backward(fn, "note.md#id")` fails with what is off, term by term."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from bnsym.judging.judgement import check_backward


def assert_backward(
    fn: Callable[..., Any], link: str | os.PathLike[str] | Mapping[str, str], **options: Any
) -> None:
    """AssertionError where a function does not compute what links prove; options are `check_backward`'s."""
    __tracebackhide__ = True
    judgement = check_backward(fn, link, **options)
    if not judgement:
        raise AssertionError(str(judgement))
