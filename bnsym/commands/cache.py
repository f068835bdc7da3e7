"""`bnsym cache`: what earlier checks remember: where, how much, and away with it."""

from __future__ import annotations

import click

from bnsym.cache.folder import Folder, Nowhere, place


@click.group(invoke_without_command=True)
@click.pass_context
def cache(ctx: click.Context) -> None:
    """Say where earlier checks are remembered, and how large that is.

    BNSYM_CACHE names another folder, or is `off`. In a CI job (CI is set) nothing is remembered unless
    BNSYM_CACHE says where.
    """
    if ctx.invoked_subcommand is not None:
        return
    folder = _folder()
    if folder.trouble:
        click.echo(f"nothing is remembered: {folder.trouble}")
        return
    count, size = folder.size()
    click.echo(f"{folder.path}: {count} entries, {size / 1e6:.1f} MB")


@cache.command()
def clear() -> None:
    """Forget everything."""
    folder = _folder()
    try:
        count = folder.clear()
    except OSError as error:
        raise click.FileError(str(folder.path), error.strerror) from error
    click.echo(f"removed {count} entries from {folder.path}")


def _folder() -> Folder:
    try:
        return Folder(place())
    except Nowhere as reason:
        raise click.UsageError(f"nothing is remembered: {reason}") from reason
