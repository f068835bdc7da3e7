"""The picture in the README: what `bnsym check my-note.md` prints in a terminal, as SVG.

    python .ci/picture.py             writes .github/report.svg
    python .ci/picture.py --check     says whether that is what the command prints now

The command is run as a user runs it. The picture has no font of its own and fetches none: each run of
characters is set to its width, in whatever monospaced font the reader has.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from html import unescape
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).parents[1] / ".github" / "report.svg"
WIDTH = 100
NOTE = r"""# Batch normalization, backward

<!-- bnsym: define -->
$$
\begin{align}
\mu &= \frac{1}{m} \sum_i x_i \\
\sigma^2 &= \frac{1}{m} \sum_i (x_i - \mu)^2 \\
\hat{x}_i &= \frac{x_i - \mu}{\sigma} \\
y_i &= \gamma \hat{x}_i + \beta
\end{align}
$$

<!-- bnsym: claim id=input-gradient -->
$$
\begin{align}
\frac{\partial f}{\partial x_i}
&= \frac{\gamma}{\sigma} \frac{\partial f}{\partial y_i} + \frac{\partial f}{\partial \mu} \frac{1}{m}
 + \frac{\partial f}{\partial \sigma^2} \frac{2 (x_i - \mu)}{m} \\
&= \frac{\gamma}{m \sigma} \Big( m \frac{\partial f}{\partial y_i} - \sum_j \frac{\partial f}{\partial y_j}
 + \hat{x}_i \sum_j \hat{x}_j \frac{\partial f}{\partial y_j} \Big)
\end{align}
$$
"""
THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 224),
    [(24, 26, 31), (240, 113, 120), (126, 201, 143), (229, 192, 110), (114, 163, 240), (199, 146, 234),
     (98, 196, 208), (214, 217, 224)],
)  # fmt: skip
"""A dark window, on a light page and on a dark one."""
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"
 aria-label="What bnsym check prints of a derivation with one wrong sign">
<style>
.{unique_id}-matrix {{
  font: {char_height}px/{line_height}px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono",
    monospace;
}}
.{unique_id}-title {{ font: 600 18px ui-sans-serif, system-ui, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g></g></svg>
"""


def printed() -> str:
    """The command's own output, with its colours."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "my-note.md").write_text(NOTE, encoding="utf-8")
        plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "BNSYM_COMPLETE")}
        terminal = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(WIDTH), "BNSYM_CACHE": "off"}
        done = subprocess.run(
            [sys.executable, "-m", "bnsym", "check", "my-note.md"],
            cwd=folder, env=plain | terminal, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode != 1:
        raise SystemExit(f"the sign should be refuted: {done.stdout}{done.stderr}")
    return done.stdout


def drawn(output: str) -> str:
    console = Console(
        width=WIDTH, record=True, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.from_ansi(output.rstrip()), soft_wrap=True)
    console.print()
    return console.export_svg(
        title="bnsym check my-note.md", theme=THEME, code_format=FRAME, unique_id="bnsym"
    )


def words(picture: str) -> list[str]:
    """The text in a picture, in order."""
    return [
        unescape(found).replace("\xa0", " ") for found in re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    ]


def is_up_to_date() -> bool:
    return PICTURE.exists() and words(PICTURE.read_text(encoding="utf-8")) == words(drawn(printed()))


def main() -> None:
    if "--check" in sys.argv[1:]:
        raise SystemExit(0 if is_up_to_date() else f"{PICTURE.name} is out of date: python .ci/picture.py")
    PICTURE.write_text(drawn(printed()), encoding="utf-8")


if __name__ == "__main__":
    main()
