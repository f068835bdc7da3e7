"""The notebook of examples: its links are proved, and its code says what it shows, where it can run."""

from __future__ import annotations

import importlib.util
import json
import linecache
import re
from pathlib import Path
from typing import Any

import pytest

import bnsym

FOLDER = Path(__file__).parent.parent / ".examples"
if not FOLDER.is_dir():
    pytest.skip("the package is installed without its checkout", allow_module_level=True)


def test_kernels(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert [r.name for r in bnsym.check("kernels.ipynb").results] == ["proved", "proved"]
    scope: dict[str, Any] = {}
    cells = json.loads(Path("kernels.ipynb").read_text(encoding="utf-8"))["cells"]
    for number, cell in enumerate(c for c in cells if c["cell_type"] == "code"):
        code, name = "".join(cell["source"]), f"<cell {number}>"
        if any(
            importlib.util.find_spec(m) is None
            for m in re.findall(r"^import (jax|torch|triton)$", code, re.M)
        ):
            continue
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # Triton reads it
        exec(compile(code, name, "exec"), scope)
        (output,) = cell["outputs"]
        assert verdicts(capsys.readouterr().out) == verdicts("".join(output["text"]))


def verdicts(said: str) -> list[str]:
    """Without how far apart numbers were."""
    return re.sub(r"off by .*", "", said).splitlines()
