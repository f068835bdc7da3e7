"""How long an editor waits for the verdicts after an edit of a long note.

    python .ci/bench_editing.py [--links 100] [--edits 20]

Milliseconds by the clock from the edit to the diagnostics, least and median, through a client and a
server of the Language Server Protocol: of an edit at the top, after which nothing stands where it stood, of
one at the end, of one in a link, and of one in a definition, after which all links are judged again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]

from bench import long_note  # noqa: E402

from tests.editor import Editor, alone  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--links", type=int, default=100)
    parser.add_argument("--edits", type=int, default=20)
    given = parser.parse_args()
    note, middle = long_note(given.links), f"{given.links // 2 + 2} (x_i"
    kinds = {
        "at the top": lambda k: f"A word{' more' * k}.\n\n{note}",
        "at the end": lambda k: f"{note}\nA word{' more' * k}.\n",
        "in a link": lambda k: note.replace(middle, f"{given.links + 9 + k} (x_i"),
        "in a definition": lambda k: note.replace(r"\gamma \hat{x}", rf"{k + 2} \gamma \hat{{x}}"),
    }

    async def scenario(editor: Editor) -> None:
        clock = time.perf_counter()
        await editor.typed(note)
        print(f"{given.links} links opened {1000 * (time.perf_counter() - clock):19.1f}")
        for kind, changed in kinds.items():
            times = []
            for k in range(given.edits):
                clock = time.perf_counter()
                await editor.typed(changed(k))
                times.append(1000 * (time.perf_counter() - clock))
            print(f"an edit {kind:20} {min(times):9.1f} {median(times):9.1f}", flush=True)

    alone(scenario)


if __name__ == "__main__":
    main()
