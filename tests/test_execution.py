"""Who does the work makes no difference to what is found; and what becomes of it when they die,
lie, or are told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

import bnsym
from bnsym import __main__ as beginning
from bnsym import checking, cli
from bnsym.execution import workers
from bnsym.execution.jobs import Done, Failed, attempt
from bnsym.execution.pool import Pool
from bnsym.execution.workers import FromExecutor, Lost
from bnsym.kernel import Certificate, Rejected, Witness
from bnsym.model import ExitCode, Undecided
from bnsym.proving import decide
from bnsym.proving.found import Certified, Witnessed, found, judge
from bnsym.reporting.programs.json_ import as_data
from bnsym.terms import Relation, Statement, Sym, num

ROOT = Path(__file__).parent.parent
NOTE = r"""
$$
\mu = \frac{1}{m} \sum_i x_i, \qquad \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2
$$

$$
\sum_i (x_i - \mu) = 0 = \mu
$$

$$
\sum_i x_i^2 = m \sigma^2 - m \mu^2
$$

$$
m \mu^2 \le \sum_i x_i^2, \qquad \sigma^2 = \gama
$$

<!-- bnsym: skip reason="for later" -->
$$
\mu = \sigma
$$
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A note with a link of each kind."""
    path = tmp_path / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    path = tmp_path_factory.mktemp("alone") / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    return told(bnsym.check(path, jobs=1))


def told(report: bnsym.Report) -> dict[str, object]:
    """All that a report says but where its file is."""
    data = as_data(report)
    for said in (*data["links"], *data["definitions"], *data["read"], *data["diagnostics"]):
        said.pop("file")
    return data


def differences(one: dict[str, object], other: dict[str, object]) -> list[object]:
    """Where two reports differ, link by link."""
    pairs = zip(one.pop("links"), other.pop("links"), strict=True)
    found: list[object] = [(a["id"], k, a[k], b[k]) for a, b in pairs for k in a if a[k] != b[k]]
    return [*found, *((k, one[k], other[k]) for k in one if one[k] != other[k])]


# -- the same, whoever does it -----------------------------------------------------------


def test_the_note_has_every_verdict(alone: dict[str, object]) -> None:
    counts = alone["counts"]
    assert counts == {"proved": 2, "refuted": 2, "undecided": 0, "unread": 1, "skipped": 1}
    assert [link["repair"] is not None for link in alone["links"]] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("jobs", [2, 3])
def test_the_same_report_for_every_number_of_processes(
    note: Path, alone: dict[str, object], jobs: int
) -> None:
    assert differences(told(bnsym.check(note, jobs=jobs)), {**alone}) == []


def test_any_executor_will_do_and_stays_its_owner_s(note: Path, alone: dict[str, object]) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert differences(told(bnsym.check(note, executor=executor)), {**alone}) == []
        assert executor.submit(int, "7").result() == 7


def test_hypotheses_that_a_proof_can_do_without_are_found_elsewhere_too(note: Path) -> None:
    note.write_text("<!-- bnsym: assume $b > 0$ -->\n$$\n\\sqrt{b^2} = b\n$$\n", encoding="utf-8")
    here, there = (bnsym.check(note, minimal=True, jobs=jobs).results[0] for jobs in (1, 3))
    assert here.minimal == there.minimal == here.verdict.hypotheses


@pytest.mark.timeout(180)  # a cluster takes seconds to start and to stop
def test_dask(note: Path, alone: dict[str, object]) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert differences(told(bnsym.check(note, executor=client.get_executor())), {**alone}) == []


def test_at_least_one_process_works(note: Path) -> None:
    with pytest.raises(ValueError, match="at least one process works, not 0"):
        bnsym.check(note, jobs=0)


@pytest.mark.parametrize(("length", "processes"), [(0, 1), (3999, 1), (4000, 2), (12000, 4), (10**7, 8)])
def test_a_sensible_number_of_processes(length: int, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 64)
    assert workers.sensible(length) == processes
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    assert workers.sensible(length) == min(2, processes)


# -- what comes from elsewhere is judged here --------------------------------------------


class Liar(Executor):
    """Answers every question with the same thing."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def submit(self, *_args: object, **_kwargs: object) -> Future[object]:  # type: ignore[override]
        future: Future[object] = Future()
        future.set_result(Done(self.answer, 0.0))
        return future


FALSE = "$$\na^2 + 1 = a\n$$\n"


@pytest.mark.parametrize(
    "lie",
    [
        Certified(Certificate(), None),
        Witnessed(Witness({}, {"a": Fraction(1)}), ()),
        Witnessed(Witness({}, {}), ()),
    ],
)
def test_what_is_not_earned_is_no_verdict(note: Path, lie: object) -> None:
    true = "$$\na + a = 2 a\n$$\n" if isinstance(lie, Witnessed) else FALSE
    note.write_text(true, encoding="utf-8")
    report = bnsym.check(note, executor=Liar(lie))
    (result,) = report.results
    assert isinstance(result.verdict, Undecided)
    assert result.verdict.code == "BN402"
    assert checking.exit_code(report) is ExitCode.DISAGREEMENT


def test_a_finding_earns_the_verdict_that_it_was_taken_from() -> None:
    a = Sym("a")
    for right in (a, num(0)):
        statement = Statement(a, Relation.EQ, right)
        verdict = decide(statement, time.monotonic() + 5)
        again = judge(statement, found(verdict))
        assert type(again) is type(verdict)
        assert again == verdict
    with pytest.raises(Rejected, match="identity of the certificate does not hold"):
        judge(replace(statement, relation=Relation.EQ), Certified(Certificate(), None))


# -- death and interruption --------------------------------------------------------------


def deadly(marked: str, me: str) -> str:
    """Kills the process that it runs in, if it is the marked one."""
    if marked == me:
        os.kill(os.getpid(), signal.SIGKILL)
    return me


def test_only_the_job_that_kills_its_helper_is_lost() -> None:
    with Pool(2, examines=False) as pool:
        waiting = [pool.submit(partial(deadly, "c", me)) for me in "abcde"]
        for me, result in zip("abcde", waiting, strict=True):
            if me == "c":
                with pytest.raises(Lost, match="was killed, or ran out of memory"):
                    result()
            else:
                assert result().value == me
        assert pool.submit(partial(deadly, "c", "f"))().value == "f"


def test_a_link_whose_helper_died_is_undecided_and_says_so(note: Path) -> None:
    class Dying(Executor):
        def submit(self, *_args: object, **_kwargs: object) -> Future[object]:  # type: ignore[override]
            future: Future[object] = Future()
            future.set_exception(ConnectionError("the worker is gone"))
            return future

    note.write_text(FALSE, encoding="utf-8")
    report = bnsym.check(note, executor=Dying())
    (result,) = report.results
    assert result.verdict == Undecided(
        "BN312", "the executor did not return it: ConnectionError: the worker is gone"
    )
    assert checking.exit_code(report) is ExitCode.NOT_AS_DECLARED


def test_what_a_job_raises_is_a_defect_of_its_own_not_of_the_executor() -> None:
    with ThreadPoolExecutor(1) as executor:
        assert FromExecutor(executor).submit(partial(int, "x"))() == Failed(
            "ValueError: invalid literal for int() with base 10: 'x'"
        )


def test_leaving_early_waits_for_nobody() -> None:
    def leave() -> None:
        with Pool(2, examines=False) as pool:
            pool.submit(partial(time.sleep, 50))
            pool.submit(partial(time.sleep, 50))
            raise KeyError

    started = time.monotonic()
    with pytest.raises(KeyError):
        leave()
    assert time.monotonic() - started < 20


def interruptible() -> None:
    """As in a terminal, also where the tests run in the background of a shell, which ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals to a group")
def test_ctrl_c_ends_everything_with_130(tmp_path: Path) -> None:
    """As a terminal does it: the signal goes to the whole group."""
    target = tmp_path / "out.json"
    target.write_text("old", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "bnsym", "check", "derivations", "-j", "3", "--format", f"json={target}"],
        cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=interruptible,
    )  # fmt: skip
    while process.poll() is None and len(members(process.pid)) < 3:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors.strip()) == (130, "", "interrupted")
    assert members(process.pid) == []
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_ctrl_c_while_the_command_line_is_being_imported(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Interrupting:
        def find_spec(self, name: str, *_rest: object) -> None:
            if name == "bnsym.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "bnsym.cli")
    monkeypatch.delattr(bnsym, "cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    with pytest.raises(SystemExit) as left:
        beginning.main()
    assert left.value.code == 130
    assert capfd.readouterr().err == "interrupted\n"


HIDDEN = """
class Field:
    def __set_name__(self, owner, name): raise KeyboardInterrupt
class Dropped:
    def __del__(self): raise KeyboardInterrupt
def make(): type("Table", (), {"field": Field()})
"""
"""Where Python makes another error of an interruption, or none."""


@pytest.mark.parametrize(
    "how", ["exec('raise KeyboardInterrupt')", "make()", "Dropped()"], ids=["executed", "a class", "dropped"]
)
@pytest.mark.parametrize("during", ["bnsym.cli", "bnsym.elaborate.links"])
def test_ctrl_c_where_python_hides_it_ends_a_module_with_130(tmp_path: Path, how: str, during: str) -> None:
    """As when a dataclass is being made: the interpreter would call it killed by the signal."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\n{HIDDEN}class Interrupting:\n    def find_spec(self, name, *rest):\n"
        f"        if name == {during!r}:\n            {how}\n"
        "sys.meta_path.insert(0, Interrupting())\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "bnsym", "check", "derivations", "--no-cache", "--output-file", os.devnull],
        capture_output=True, text=True, timeout=60, check=False,
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(tmp_path)}, preexec_fn=interruptible,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted")


def test_ctrl_c_in_a_job_is_no_failure_of_it() -> None:
    made: dict[str, Callable[[], None]] = {}
    exec(HIDDEN, made)
    with pytest.raises(KeyboardInterrupt):
        attempt(made["make"])


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are listed in /proc")
def test_no_helper_outlives_a_killed_check(tmp_path: Path) -> None:
    script = (
        "import time\nfrom functools import partial\nfrom bnsym.execution.pool import Pool\n"
        "with Pool(2, examines=False) as pool:\n"
        "    jobs = [pool.submit(partial(time.sleep, 99)) for _ in range(2)]\n    jobs[0]()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, cwd=ROOT)
    while process.poll() is None and len(members(process.pid)) < 3:
        time.sleep(0.05)
    time.sleep(0.3)
    process.kill()
    process.wait()
    for _ in range(100):
        if not members(process.pid):
            break
        time.sleep(0.1)
    assert members(process.pid) == []


def members(session: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                _, _, rest = (entry / "stat").read_text(encoding="utf-8").rpartition(")")
            except OSError:
                continue
            state, _, _, its = rest.split()[:4]
            if int(its) == session and state != "Z":
                found.append(int(entry.name))
    return found


# -- watching ----------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_watching_answers_each_change_and_ends_with_130(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("$$\na + a = 2 a\n$$\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bnsym", "check", "--watch", "note.md", "--no-cross-examine"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=interruptible,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline() == "watching 1 note; Ctrl-C ends\n"
    note.write_text("$$\na + a = 3 a\n$$\n", encoding="utf-8")
    assert process.stderr.readline() == "watching 1 note; Ctrl-C ends\n"
    note.unlink()
    assert process.stderr.readline() == "watching 1 note; Ctrl-C ends\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (130, "interrupted")
    first, second, third = output.index("Passed: "), output.index("refuted"), output.index("BN001")
    assert first < second < third


@pytest.mark.parametrize("arguments", [("--fix",), ("--diff",), ("-",)])
def test_watching_goes_with_files_that_stay(
    arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(("check", "--watch", *arguments))
    assert left.value.code == 2
    assert "--watch goes with files, and without --diff and --fix" in capfd.readouterr().err


def test_without_numpy_and_rich_verdicts_are_the_same_and_the_routes_say_so():
    """As in a browser: the page is made too."""
    script = (
        "import sys; sys.modules.update(numpy=None, rich=None); import bnsym\n"
        "from bnsym.reporting.pages.html import to_html\n"
        "report = bnsym.check('derivations/santurkar2018.md')\n"
        "assert report.passed and to_html(report)\n"
        "print(*{e.detail for r in report.results for e in r.evidence if e.agrees is None}, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    said = set(done.stdout.splitlines())
    assert any("a maximum is searched for with NumPy" in line for line in said)
