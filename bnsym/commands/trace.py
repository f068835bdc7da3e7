"""`bnsym trace`: the way of a link through the program."""

from __future__ import annotations

import click


@click.command()
@click.argument("link", type=click.Path(), metavar="FILE#ID")
def trace(link: str) -> None:
    """Show how links are read and decided: tokens, trees, terms, normal forms, certificates.

    FILE#ID names a link, or a block of links, as `bnsym check` prints it.
    """
    import bnsym
    from bnsym.elaborate import read_with_context
    from bnsym.reporting.console.excerpt import clean
    from bnsym.reporting.tracing import trace as stages

    if not link.partition("#")[2]:
        raise click.UsageError(f"which link? bnsym trace {link}#ID, with an ID of `bnsym check {link}`")
    report = bnsym.check(link, cross_examine=False, repairs="none")
    for problem in report.diagnostics:
        raise click.UsageError(f"{problem.message}; {problem.hint}".removesuffix("; "))
    for file in report.files:
        _, context = read_with_context(report.sources[file.derivation.file], file.derivation.file)
        for result in file.results:
            click.echo(f"{clean(result.link.id)}  {clean(result.link.span.place)}")
            for name, lines in stages(result, context):
                for number, line in enumerate(lines):
                    click.echo(f"  {'' if number else name:14}{clean(line)}")
            click.echo()
