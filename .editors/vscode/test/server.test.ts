/** What the extension shows, made from what a real server says. BNSYM is the command that starts it. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import {
  createProtocolConnection,
  HoverRequest,
  InitializeRequest,
  InlayHintRequest,
  MarkupContent,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

import { counted, page } from "../src/content";

const uri = "file:///note.md";
const NOTE = String.raw`$$ \mu = \frac{1}{m} \sum_i x_i $$

$$ \sum_i (x_i - \mu) = 0 = \frac{1}{m} \sum_i x_i^2 - \mu^2 $$
`;

test("verdicts are counted in one order, and those that don't occur are left out", () => {
  assert.equal(counted(["!", "✓", "✗", "✓"]), "✓ 2  ✗ 1  ! 1");
  assert.equal(counted([]), "");
});

test("what a note says is text in the page, never markup", () => {
  const told = page('```text\n<script>alert("1 & 2")</script>\n```');
  assert.ok(told.includes("<pre>&#60;script&#62;alert(&#34;1 &#38; 2&#34;)&#60;/script&#62;</pre>"));
  assert.ok(page(undefined).includes("Put the cursor into a formula."));
});

test("a server's marks are counted, and its words shown", async () => {
  const [command, ...args] = (process.env.BNSYM ?? "bnsym").split(" ");
  const server = spawn(command, [...args, "lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.listen();
  await connection.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities: {} });
  const textDocument = { uri, languageId: "markdown", version: 1, text: NOTE };
  await connection.sendNotification("textDocument/didOpen", { textDocument });
  const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  const hints = await connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range });
  assert.equal(counted((hints ?? []).map((hint) => String(hint.label))), "✓ 1  ✗ 1");
  const position = { line: 2, character: 30 };
  const hover = await connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
  assert.ok(MarkupContent.is(hover?.contents));
  assert.match(page(hover.contents.value), /<pre>✗ refuted[^]*BN201[^`]*<\/pre>/);
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  await new Promise((ended) => server.once("exit", ended));
});
