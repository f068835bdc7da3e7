"""The command line: finds the command that is asked for, and turns what happens into an exit code.

A command is imported when it is called, and whatever it needs where it is used, so that
`bnsym --help` is quick. Exit codes: 0 all files pass, 1 some file does not, 2 usage or
unreadable input, 3 a defect of bnsym, 5 nothing to check, 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click

from bnsym.execution.interruption import INTERRUPTED, interrupted
from bnsym.version import __version__

USAGE, DEFECT = 2, 3
COMMANDS = {
    "check": "Decide every link of the notes.",
    "derive": "Derive a closed form from a note's definitions.",
    "emit": "Write a proved closed form as source code.",
    "export": "Write what was proved, as LaTeX.",
    "report": "Write the notes with their verdicts as one HTML file.",
    "verify": "Judge a JSON report's proofs and witnesses again.",
    "trace": "Show how a link is read and decided.",
    "explain": "Say what a code means.",
    "notation": "List the LaTeX that is read.",
    "cache": "Say what earlier checks remember, or clear it.",
    "lsp": "Serve an editor: verdicts while one types.",
    "mcp": "Serve an assistant: verdicts as tools.",
    "init": "Write a first derivation and a workflow.",
}
"""What `bnsym --help` says of each. It is in a file of its name in `commands`, if not in one of HOMES."""
HOMES = (
    {"emit": "derive"}
    | dict.fromkeys(("export", "report"), "publishing")
    | dict.fromkeys(("explain", "notation", "trace"), "knowledge")
    | dict.fromkeys(("lsp", "mcp"), "servers")
)


class Commands(click.Group):
    """The group; a note's name where a command is expected gets a hint."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        home = HOMES.get(cmd_name, cmd_name)
        command: click.Command = getattr(import_module(f"bnsym.commands.{home}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, so that help imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            name = args[0]
            file = Path(name.partition("#")[0])
            if name in ("all", "-") or file.suffix in (".md", ".tex", ".ipynb") or file.exists():
                raise click.UsageError(
                    f"no command {name!r}; did you mean: bnsym check {name}", ctx
                ) from error
            if close := get_close_matches(name, COMMANDS, n=1):
                raise click.UsageError(f"no command {name!r}; did you mean {close[0]!r}?", ctx) from error
            raise


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
)
@click.version_option(__version__, prog_name="bnsym")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Check the mathematics of a note: a verdict for every = and \\le in its LaTeX."""
    if ctx.invoked_subcommand == "check":
        from bnsym.settings import settings

        ctx.default_map = {"check": settings(Path.cwd())}


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Always leaves by `sys.exit`, with a code of the list above."""
    gc.set_threshold(50_000, 50, 50)  # what a check makes it mostly keeps: looking for garbage costs 7%
    atexit.register(gc.freeze)  # and as much in the end, when all of it goes anyhow
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a mark that the encoding lacks must not cost the report
            stream.reconfigure(errors="replace")
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="bnsym", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (Exception, KeyboardInterrupt) as error:
        if interrupted(error):
            click.echo("interrupted", err=True)
            return INTERRUPTED
        click.echo(f"BN402 internal-error: {type(error).__name__}: {error}", err=True)
        click.echo("A defect of bnsym; please report it. BNSYM_TRACEBACK=1 shows where.", err=True)
        if os.environ.get("BNSYM_TRACEBACK"):
            raise
        return DEFECT
    return code if isinstance(code, int) else 0
