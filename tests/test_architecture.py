"""The shape of the project: who may import whom, what must never occur, what is public."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import bnsym
from bnsym.codes import NAMES

PACKAGE = Path(bnsym.__file__).parent
ROOT = PACKAGE.parent

FLOORS = (
    {"__main__"},
    {"cli", "pytest_plugin"},
    {"commands", "serving"},
    {"testing"},
    {"__init__"},
    {"cache", "checking", "compiling", "deriving", "execution", "judging", "repairing", "reporting"},
    {"proving", "evidence", "elaborate", "finding", "settings", "verifying"},
    {"latex", "source"},
    {"model", "printing", "codes", "version"},
    {"diagnostics"},
    {"kernel"},
    {"normal"},
    {"calculus"},
    {"terms"},
)
"""From the top down; a room imports what is below it, or beside it on its own floor."""
INDEPENDENT = {
    "evidence": {"calculus", "normal", "proving", "elaborate", "latex", "source"},
    "calculus": {"kernel", "normal", "model"},
    "elaborate": {"proving", "evidence", "normal", "calculus"},
    "latex": {"elaborate", "kernel", "terms"},
    "proving": {"elaborate", "latex", "source", "evidence", "reporting"},
    "printing": {"kernel", "normal", "model"},
    "verifying": {name for floor in FLOORS for name in floor} - {"terms", "verifying"},
}
"""Rooms that share nothing, so that one can testify about the other."""


ENTANGLED = {"elaborate"}
"""Rooms that hold more modules than they should, some of which import each other."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> set[str]:
    """The rooms that a module names in import statements, those for type checkers left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "bnsym":
            names = [
                f"bnsym.{a.name}" if (PACKAGE / f"{a.name}.py").exists() else "bnsym" for a in node.names
            ]
            names = [n for n in names if n != "bnsym"]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        found |= {name.split(".")[1] for name in names if name.startswith("bnsym.")}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path):
    height = {name: number for number, floor in enumerate(FLOORS) for name in floor}
    here = room(path)
    for other in imports(path) - {here}:
        assert height[other] >= height[here], f"{here} imports {other}, which stands above it"


@pytest.mark.parametrize("name", INDEPENDENT)
def test_rooms_that_testify_about_each_other_share_nothing(name):
    for path in modules():
        if room(path) == name:
            shared = imports(path) & INDEPENDENT[name]
            assert not shared, f"{path.name} imports {shared}"


def named(path: Path) -> str:
    """The dotted name of a module; of a package that of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_folder_holds_more_than_one_can_keep_in_mind():
    counted = Counter(path.parent for path in modules())
    crowded = {str(folder.relative_to(PACKAGE)) for folder, count in counted.items() if count > 15}
    assert crowded <= ENTANGLED


def test_no_two_modules_have_one_name():
    """Commands are named as they are typed, whatever else is called so."""
    counted = Counter(path.stem for path in modules() if path.stem != "__init__" and room(path) != "commands")
    assert {name for name, count in counted.items() if count > 1} <= {"scope"}


def test_no_module_imports_itself_by_way_of_others():
    """Imports for type checkers and those inside functions count."""
    known = {named(path): path for path in modules()}
    waiting = {name: _imported(path, set(known)) - {name} for name, path in known.items()}
    while free := {name for name, needs in waiting.items() if not needs}:
        waiting = {name: needs - free for name, needs in waiting.items() if name not in free}
    # what remains imports itself, or what does: of a cycle each member is imported by another
    while unused := waiting.keys() - set().union(*waiting.values()):
        waiting = {name: needs for name, needs in waiting.items() if name not in unused}
    assert {room(known[name]) for name in waiting} <= ENTANGLED


def _imported(path: Path, known: set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & known) or {node.module}
    return found & known


def test_no_renderer_reads_proves_or_puts_in():
    """Each format is made from `reporting.view`, which gathers what all of them say."""
    renderers = [path for path in modules() if room(path) == "reporting" and path.parent.name != "reporting"]
    assert len(renderers) > 10
    for path in renderers:
        assert not imports(path) & {"calculus", "elaborate", "evidence", "normal", "proving", "repairing"}
        facts = {"reading", "certificate_lines"}
        assert not {f"bnsym.reporting.{name}" for name in facts} & _imported(path, set(map(named, modules())))


def test_a_note_is_never_executed():
    forbidden = {"eval", "exec", "sympify", "parse_expr", "parse_latex", "compile", "__import__", "S"}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.id if isinstance(function, ast.Name) else None
                if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "sympy":
                    name = function.attr
                own = path.stem == "running" and name == "exec"  # what `emit` writes, from terms alone
                assert own or name not in forbidden, f"{path.name}:{node.lineno} calls {name}"


def test_every_code_that_is_used_is_explained():
    used = set()
    for path in modules():
        used |= set(re.findall(r"\bBN\d{3}\b", path.read_text(encoding="utf-8")))
    assert used <= set(NAMES)


@pytest.mark.parametrize(
    "module", ["bnsym", "bnsym.cli", "bnsym.checking", "bnsym.elaborate", "bnsym.proving"]
)
def test_sympy_and_numpy_are_imported_where_they_are_used(module):
    script = f"import sys, {module}; print([m for m in ('sympy', 'numpy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_public_surface_is_as_documented():
    assert set(bnsym.__all__) == {
        "BatchNorm", "ClosedForm", "Diagnostic", "Evidence", "ExitCode", "FileReport", "Judgement", "Link",
        "NotProved", "Proved", "Refused", "Refuted",
        "Report", "Result", "Severity", "Skipped", "Span", "Undecided", "Unread", "Witness",
        "__version__", "check", "check_backward", "compile", "exit_code",
    }  # fmt: skip
    for name in bnsym.__all__:
        assert getattr(bnsym, name) is not None


def test_the_top_level_holds_what_was_agreed():
    if not (ROOT / "pyproject.toml").exists():
        pytest.skip("the package is installed without its checkout")
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert seen - {"build", "dist", "bnsym.egg-info"} == {
        "LICENSE", "README.md", "bnsym", "derivations", "pyproject.toml", "tests",
    }  # fmt: skip


def test_the_trusted_base_stays_small():
    """Whoever trusts a proof has to read these, and nothing else. Statements are counted: what is
    written about them, and which names a module takes from another or hands on, may grow."""
    rooms = ("terms", "calculus", "normal", "kernel")
    untrusted = ("__init__", "making")
    trusted = [path for path in modules() if room(path) in rooms and path.stem not in untrusted]
    known = set(map(named, modules()))
    assert not [path for path in trusted if _imported(path, known) & {"bnsym.terms", "bnsym.terms.making"}]
    loaded = [path for path in trusted if path.stem in LOADED_WHEN_NAMED]
    assert _statements(trusted) - _statements(loaded) < 1212
    assert _statements(loaded) < 133


def test_the_second_checker_stays_small():
    """It is read by whoever does not trust the first."""
    assert _statements([path for path in modules() if room(path) == "verifying"]) < 678


LOADED_WHEN_NAMED = ("maxima", "equations")
"""Rules that a proof rests on only if its certificate names them."""


def test_rules_that_no_certificate_names_are_not_loaded():
    script = "import sys, bnsym.kernel; print([m for m in sys.modules if m.startswith('bnsym.kernel.')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "bnsym.kernel.verdicts" in done.stdout
    assert not [name for name in LOADED_WHEN_NAMED if name in done.stdout]


def _statements(paths: list[Path]) -> int:
    return sum(len(_lines(ast.parse(path.read_text(encoding="utf-8")))) for path in paths)


def _lines(tree: ast.Module) -> set[int]:
    """The lines of a module's statements, without docstrings and imports."""
    found: set[int] = set()
    for node in ast.walk(tree):
        inert = isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )
        if isinstance(node, ast.stmt) and not inert:
            compound = getattr(node, "body", None)
            last = compound[0].lineno - 1 if compound else node.end_lineno or node.lineno
            found |= set(range(node.lineno, max(last, node.lineno) + 1))
    return found
