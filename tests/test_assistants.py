"""`bnsym mcp`, asked by the official SDK's own client: over pipes, as an assistant does."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from bnsym.cli import COMMANDS
from bnsym.serving import assistants
from bnsym.serving.assistants import Assistant, served

ROOT = Path(__file__).parent.parent
NOTE = r"""$$
\mu = \frac{1}{m} \sum_i x_i
$$

$$
\sum_i (x_i - \mu) = 0
$$

$$
\sum_i (x_i - \mu)^2 = \sum_i x_i^2 + m \mu^2
$$
"""


def asked(scenario: Callable[[Client], Awaitable[None]], folder: Path = ROOT) -> None:
    """A scenario with a server of its own, which works in the folder."""
    environment = {"PYTHONPATH": str(ROOT), "BNSYM_CACHE": "off"}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "bnsym", "mcp"], env=environment, cwd=folder
    )

    async def session() -> None:
        async with Client(server) as client:
            await scenario(client)

    asyncio.run(session())


async def answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    given = await client.call_tool(tool, arguments)
    assert not given.is_error, given.content
    assert isinstance(given.structured_content, dict)
    return given.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    given = await client.call_tool(tool, arguments)
    assert given.is_error
    return str(given.content[0].text)  # type: ignore[union-attr]


def test_what_it_offers() -> None:
    assert "mcp" in COMMANDS

    async def scenario(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"check", "repair", "derive", "explain"}
        for tool in tools.values():
            assert tool.description
            assert tool.output_schema
            assert tool.annotations
            assert tool.annotations.read_only_hint

    asked(scenario)


def test_a_text_is_checked_mended_and_derived_from() -> None:
    async def scenario(client: Client) -> None:
        checked = await answer(client, "check", text=NOTE)
        assert not checked["passed"]
        assert checked["counts"] | {"proved": 1, "refuted": 1} == checked["counts"]
        proved, refuted = checked["links"]
        assert (proved["verdict"], proved["line"], proved["scope"]) == ("proved", 6, "m >= 1")
        assert "witness" not in proved
        _holds(refuted["witness"])
        assert refuted["code"] == "BN201"
        assert refuted["repair"]["after"] == r"\sum_i x_i^2 - m \mu^2"
        assert len(json.dumps(checked)) < 3000

        mended = await answer(client, "repair", text=NOTE)
        assert mended["text"] == NOTE.replace("+ m", "- m")
        assert mended["left"]["passed"]
        assert "\n+\\sum_i (x_i - \\mu)^2 = \\sum_i x_i^2 - m \\mu^2\n" in mended["patch"]
        nothing = await answer(client, "repair", text=mended["text"])
        assert (nothing["patch"], nothing["text"]) == ("", mended["text"])

        derived = await answer(client, "derive", text=NOTE, latex=r"\frac{\partial \mu}{\partial x_i}")
        assert derived == {"result": r"\frac{1}{m}"}
        latex = r"\begin{document}\[ a + b = b + a \]\end{document}"
        assert (await answer(client, "check", text=latex, form="latex"))["passed"]
        explained = await answer(client, "explain", code="sides-differ")
        assert (explained["code"], bool(explained["instead"])) == ("BN201", True)

    asked(scenario)


def _holds(witness: dict[str, Any]) -> None:
    """The two sides, worked out here, are what the answer says."""
    x = [Fraction(value) for value in witness["values"]["x"]]
    mean = sum(x) / len(x)
    left = sum((value - mean) ** 2 for value in x)
    right = sum(value**2 for value in x) + len(x) * mean**2
    assert (Fraction(witness["left"]), Fraction(witness["right"])) == (left, right)
    assert left != right


def test_a_file_stays_as_it_is_and_its_patch_applies(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(NOTE, encoding="utf-8")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    async def scenario(client: Client) -> None:
        (link,) = (await answer(client, "check", path="note.md#block-2"))["links"]
        assert link["verdict"] == "proved"
        mended = await answer(client, "repair", path="note.md")
        assert mended["text"] == ""
        assert note.read_text(encoding="utf-8") == NOTE
        subprocess.run(["git", "apply"], input=mended["patch"], text=True, check=True, cwd=tmp_path)
        assert (await answer(client, "check", path="note.md"))["passed"]

    asked(scenario, tmp_path)


def test_what_it_can_not_do_it_says(tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"\0")
    (tmp_path / "large.md").write_bytes(b"a" * (8 * 1024 * 1024 + 1))
    (tmp_path / "figure.png").write_bytes(b"a")
    (tmp_path / "folder").mkdir()
    for name in ("one.md", "two.md"):
        (tmp_path / "folder" / name).write_text(NOTE, encoding="utf-8")

    async def scenario(client: Client) -> None:
        assert "either the path of a note or its text" in await refusal(client, "check")
        assert "either the path of a note or its text" in await refusal(
            client, "repair", path="a.md", text=NOTE
        )
        assert "BN001" in await refusal(client, "check", path="missing.md")
        assert "BN003" in await refusal(client, "check", path="binary.md")
        assert "BN005" in await refusal(client, "check", path="large.md")
        assert "BN008" in await refusal(client, "check", path="figure.png")
        assert "holds 2 notes; name one" in await refusal(client, "check", path="folder")
        assert "BN112" in await refusal(client, "derive", text=NOTE, latex=r"\frac{")
        assert "did you mean" in await refusal(client, "explain", code="sides-difer")
        (unknown,) = (await answer(client, "check", text="a" * 600_000))["diagnostics"]
        assert unknown["code"] == "BN005"
        unread = await answer(client, "check", text="$$\n" + "(" * 5000 + "a = b\n$$\n")
        assert unread["counts"]["proved"] == 0
        (tmp_path / "pyproject.toml").write_text("[tool.bnsym]\ntimeout = 0\n", encoding="utf-8")
        assert "timeout takes a positive number of seconds" in await refusal(client, "check", text=NOTE)

    asked(scenario, tmp_path)


def test_a_call_ends_in_time_and_the_next_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = Assistant()

    async def session() -> None:
        async with Client(served(assistant)) as client:
            monkeypatch.setattr(assistants, "LIMIT", 0.3)
            started = time.monotonic()
            assert "not done in" in await refusal(client, "check", text=NOTE * 60)
            assert time.monotonic() - started < 20
            monkeypatch.setattr(assistants, "LIMIT", 50)
            checked = await answer(client, "check", text=NOTE)
            assert checked["counts"]["refuted"] == 1

    try:
        asyncio.run(session())
    finally:
        assistant.session.close()


def test_it_ends_with_its_client() -> None:
    """With input at its end nothing keeps it, whatever it is doing."""
    call = {"name": "check", "arguments": {"text": NOTE * 60}}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    ]
    said = "".join(json.dumps({"jsonrpc": "2.0"} | message) + "\n" for message in messages)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bnsym", "mcp"],
        input=said,
        text=True,
        capture_output=True,
        timeout=50,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0
    assert '"serverInfo"' in done.stdout
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())
    assert time.monotonic() - started < 40
