"""The documentation as a static site, made from what the project has.

    python .site/build.py OUT [NOTES] [--playground FOLDER]

It goes to OUT/VERSION/, beside the versions that are there already, and OUT/index.html leads to it. Pages ask
no other server for anything; only the playground runs a script. FOLDER holds what that needs, `node_modules/`
with pyodide and `wheels/` with bnsym and what it imports; without it the site has no playground.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import zlib
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape, unescape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

import bnsym
from bnsym.codes import GROUPS, NAMES, group_of, written
from bnsym.latex.commands import TABLE, Command
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.pages.mathml import marked, mathml

HERE = Path(__file__).parent
ROOT = HERE.parent
SCHEMA = ROOT / "bnsym" / "reporting" / "programs" / "report.schema.json"
ADDRESSES = {
    "derivations": "derivations.html",
    ".github/CONTRIBUTING.md": "contributing.html",
    ".github/report.svg": "report.svg",
}
"""Of what the README links to in the repository: where the site has it."""
PAGES = {
    "index.html": "Guide",
    "playground.html": "Playground",
    "derivations.html": "Derivations",
    "notation.html": "Notation",
    "codes.html": "Codes",
    "schema.html": "Schema",
    "changes.html": "Changes",
}
NOTE = r'<pre><code class="language-markdown">(.*?)</code></pre>'
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
UNUSED = ("rich", "pygments")
"""What a terminal needs and a page does not."""
QUIET = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
PLAYS = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self';"
    " style-src 'self' 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What the browser is told to refuse; the report brings a style sheet of its own."""


class Site:
    """The folder of one version."""

    def __init__(self, out: Path, playground: Path | None) -> None:
        self.folder, self.playground = out / bnsym.__version__, playground
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.pages = {name: title for name, title in PAGES.items() if playground or name != "playground.html"}

    def write(self, name: str, body: str, title: str = "", policy: str = QUIET) -> None:
        here = ' aria-current="page"'
        body = re.sub(NOTE, _played, body, flags=re.DOTALL) if self.playground else body
        listed = (
            f'<a href="{page}"{here if page == name else ""}>{text}</a>' for page, text in self.pages.items()
        )
        filled = Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
            title=title or PAGES[name],
            policy=policy,
            pages=" ".join(listed),
            version=bnsym.__version__,
            contents=_contents(body),
            body=body,
        )
        (self.folder / name).write_text(filled, encoding="utf-8")

    def copy(self, source: Path, to: str) -> None:
        (self.folder / to).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, self.folder / to)


def build(out: Path, notes: Iterable[Path], playground: Path | None = None) -> Path:
    """Make the site; where it begins."""
    site = Site(out, playground)
    for source in (HERE / "site.css", ROOT / ".github" / "report.svg", SCHEMA):
        site.copy(source, source.name)
    site.write("index.html", markdown((ROOT / "README.md").read_text(encoding="utf-8")))
    for name, file in (("contributing.html", "CONTRIBUTING.md"), ("changes.html", "CHANGELOG.md")):
        body = markdown((ROOT / ".github" / file).read_text(encoding="utf-8"))
        site.write(name, body, file.removesuffix(".md").capitalize())
    site.write("derivations.html", "".join(derivations(site, sorted(notes, key=_order))))
    site.write("notation.html", "".join(notation()))
    site.write("codes.html", "".join(codes()))
    site.write("schema.html", "".join(schema()))
    if playground:
        play(site, playground)
    lead(out)
    return site.folder


def _order(note: Path) -> int:
    """As the README names them."""
    return (ROOT / "README.md").read_text(encoding="utf-8").find(f"`{note.name}`")


def lead(out: Path) -> None:
    """From the site's root to this version; the others stand below."""
    versions = sorted((path.parent.name for path in out.glob("*/index.html")), reverse=True)
    listed = "".join(f'<li><a href="{name}/index.html">bnsym {name}</a></li>' for name in versions)
    (out / "index.html").write_text(
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>bnsym</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="refresh" content="0; url={bnsym.__version__}/index.html">'
        f'<h1 id="versions">Versions</h1><ul>{listed}</ul></html>\n',
        encoding="utf-8",
    )


# -- Markdown -------------------------------------------------------------------------


def markdown(text: str, level: int = 0) -> str:
    """HTML of a page of the repository; each heading, so many levels deeper, has an address."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + level}"
        if token.type == "heading_open" and after is not None:
            token.attrSet("id", _slug(after.content))
        for child in token.children or ():
            _lead_on(child)
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


def _lead_on(token: Token) -> None:
    """A link to a file of the repository leads to where the site has it. KeyError where it does not."""
    for name in ("href", "src"):
        target = token.attrGet(name)
        if isinstance(target, str) and not re.match(r"https://|#", target):
            token.attrSet(name, ADDRESSES[target])


def _slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")


def _played(note: re.Match[str]) -> str:
    """An example, and below it a link to the playground that holds it."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(unescape(note[1]).encode()) + packer.flush()
    held = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f'{note[0]}<p class="try"><a href="playground.html#note.md={held}">Judge it</a></p>'


def _contents(body: str) -> str:
    """A list of the page's sections, if there are several."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', body)
    items = "".join(f'<li><a href="#{name}">{text}</a></li>' for name, text in found)
    return f"<details><summary>On this page</summary><ul>{items}</ul></details>" if len(found) > 2 else ""


# -- Pages ----------------------------------------------------------------------------


def derivations(site: Site, notes: list[Path]) -> Iterator[str]:
    """A list of the notes, each with its report and as it is written."""
    report = bnsym.check(notes, jobs=None)
    if not report.passed:
        raise SystemExit("the derivations are not as they declare: run `bnsym check all`")
    yield "<h1>Derivations</h1><p>What this project stands behind. Each opens as its report: every formula"
    yield ' with its verdict, and on request its certificate, witness or repair.</p><ul class="cards">'
    for path, file in zip(notes, report.files, strict=True):
        page = to_html(replace(report, files=(file,)))
        back = '<p class="kind"><a href="../derivations.html">bnsym</a>'
        page = page.replace('<p class="kind">bnsym', back, 1)
        site.copy(path, f"derivations/{path.name}")
        (site.folder / "derivations" / f"{path.stem}.html").write_text(page, encoding="utf-8")
        title = re.search(r"^# (.+)$", report.sources[file.derivation.file], re.MULTILINE)
        counts = replace(report, files=(file,)).counts.items()
        told = ", ".join(f"{number} {name}" for name, number in counts if number)
        name = escape(title[1] if title else path.stem)
        yield f'<li><a href="derivations/{path.stem}.html">{name}</a><span>{told}, as declared</span>'
        yield f'<a class="source" href="derivations/{path.name}">{path.name}</a></li>'
    yield "</ul>"


def notation() -> Iterator[str]:
    """`bnsym notation` with each example set."""
    yield "<h1>Notation</h1><p>The LaTeX that is read, as <code>bnsym notation</code> lists it.</p>"
    kinds: dict[str, list[Command]] = {}
    for entry in TABLE:
        kinds.setdefault(entry.kind.value, []).append(entry)
    for kind, entries in kinds.items():
        yield f'<h2 id="{_slug(kind)}">{_sentence(kind)}</h2><div class="wide"><table class="notation">'
        yield "<thead><tr><th>written</th><th>means</th><th>example</th></tr></thead><tbody>"
        for _, alike in groupby(entries, key=lambda entry: (entry.says, entry.instead)):
            yield _row(list(alike))
        yield "</tbody></table></div>"


def _row(entries: list[Command]) -> str:
    """Of commands of which the same is said."""
    first = entries[0]
    written = " ".join(f"<code>{escape(word)}</code>" for entry in entries for word in entry.spellings)
    instead = f"; {marked(first.instead)}" if first.instead else ""
    means = f"{marked(first.says)}{instead}"
    example = f"<code>{escape(first.example)}</code>"
    formula = mathml(first.example, display=True)
    if formula.startswith("<math"):  # else it can't be set
        example += formula
    return f"<tr><td>{written}</td><td>{means}</td><td>{example}</td></tr>"


def codes() -> Iterator[str]:
    """What `bnsym explain` says, on one page."""
    yield "<h1>Codes</h1><p>What a verdict or a message can carry. A code is permanent; <code>bnsym explain"
    yield " BN201</code> says the same in a terminal.</p>"
    for group, names in groupby(NAMES, key=group_of):
        yield f'<h2 id="{group}">{_sentence(GROUPS[group])}</h2>'
        for code in names:
            html = re.sub(r'<h4 id="[^"]*">', "<h4>", markdown(written(code), 2))
            heading = f'<a href="#{code}">{code} {NAMES[code]}</a>'
            yield f'<section class="code"><h3 id="{code}">{heading}</h3>{html}</section>'


def _sentence(text: str) -> str:
    return escape(text[0].upper() + text[1:])


def schema() -> Iterator[str]:
    """The JSON report, a row for each key."""
    whole = json.loads(SCHEMA.read_text(encoding="utf-8"))
    yield "<h1>Schema</h1><p>Of <code>bnsym check --format json</code>, which <code>bnsym verify</code>"
    yield f' judges again: <a href="{SCHEMA.name}">{SCHEMA.name}</a>. A key in italics may be missing.</p>'
    for name, part in (("report", whole), *whole["$defs"].items()):
        yield f'<h2 id="{name}">{_sentence(name)}</h2>'
        rows = [f"<tr><td>{key}</td><td>{said}</td></tr>" for key, said in _keys("", part)]
        if rows:
            yield f'<div class="wide"><table class="schema"><tbody>{"".join(rows)}</tbody></table></div>'
        else:
            yield f'<p class="schema">{_type(part)}</p>'


def _keys(before: str, part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The keys of an object, and below them those of what they hold."""
    for key, value in part.get("properties", {}).items():
        tag = "code" if key in part.get("required", ()) else "i"
        means = escape(value.get("description", ""))
        yield f"<{tag}>{before}{escape(key)}</{tag}>", _type(value) + (f"<p>{means}</p>" if means else "")
        held, mark = (value["items"], "[]") if "items" in value else (value, "")
        yield from _keys(f"{before}{escape(key)}{mark}.", held)


def _type(part: dict[str, Any] | bool) -> str:
    """What a value may be, in short."""
    match part:
        case {"$ref": str(target)}:
            name = target.rpartition("/")[2]
            return f'<a href="#{name}">{name}</a>'
        case {"const": value}:
            return f"<code>{escape(json.dumps(value))}</code>"
        case {"enum": values}:
            return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in values)
        case {"anyOf": list(parts)} | {"oneOf": list(parts)}:
            return " or ".join(map(_type, parts))
        case {"allOf": list(cases)}:
            return "<br>".join(_type(case["then"]) for case in cases if "then" in case)
        case {"prefixItems": list(first), "items": dict(rest)}:
            return f"[{', '.join(map(_type, first))}, {_type(rest)}, …]"
        case {"prefixItems": list(first)}:
            return f"[{', '.join(map(_type, first))}]"
        case {"items": dict(held)}:
            return f"array of {_type(held)}"
        case {"additionalProperties": dict(held)}:
            return f"object of {_type(held)}"
        case {"type": str(name)}:
            return name
        case {"type": list(names)}:
            return " or ".join(names)
    return "anything"


def play(site: Site, needs: Path) -> None:
    """The playground with Python, the packages, and who judges."""
    for name in FILES:
        site.copy(needs / "node_modules" / "pyodide" / name, f"playground/pyodide/{name}")
    wheels = [
        wheel
        for wheel in sorted((needs / "wheels").glob("*-none-any.whl"))
        if wheel.name.partition("-")[0] not in UNUSED
    ]
    for wheel in wheels:
        site.copy(wheel, f"playground/{wheel.name}")
    listed = json.dumps([wheel.name for wheel in wheels])
    (site.folder / "playground" / "wheels.json").write_text(listed, encoding="utf-8")
    for source in sorted((HERE / "playground").glob("*.[jp]*")):
        site.copy(source, f"playground/{source.name}")
    examples = sorted(path.name for path in (site.folder / "derivations").glob("*.md"))
    options = "".join(f"<option>{name}</option>" for name in examples)
    body = (HERE / "playground" / "body.html").read_text(encoding="utf-8")
    site.write("playground.html", Template(body).substitute(examples=options), policy=PLAYS)


def main() -> None:
    parser = ArgumentParser(description="Build the site.")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument(
        "notes", type=Path, nargs="*", help="of which reports are shown; all, if none is named"
    )
    parser.add_argument("--playground", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    notes = asked.notes or (ROOT / "derivations").glob("*.md")
    print(build(asked.out, notes, asked.playground) / "index.html")


if __name__ == "__main__":
    main()
