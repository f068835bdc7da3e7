"""No test uses, or leaves anything in, the folder in which checks of this user are remembered."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

os.environ["BNSYM_CACHE"] = "off"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A browser without a window, a `tests.chromium.Browser`."""
    from tests.chromium import browser
    from tests.test_export import needs

    known = (shutil.which(name) for name in ("chromium", "google-chrome", "chromium-browser"))
    program = next((path for path in known if path), None) or needs("chromium")
    with browser(program, tmp_path_factory.mktemp("profile")) as one:
        yield one
