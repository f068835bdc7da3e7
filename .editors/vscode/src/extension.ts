/** Starts `bnsym lsp`, counts verdicts in the status bar, and shows the link under the cursor in a panel. */

import * as vscode from "vscode";
import { HoverRequest, InlayHintRequest, LanguageClient, MarkupContent } from "vscode-languageclient/node";

import { counted, page } from "./content";

const LANGUAGES = ["markdown", "latex", "tex"];

let client: LanguageClient | undefined;
let status: vscode.StatusBarItem;
let panel: vscode.WebviewPanel | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  status = vscode.window.createStatusBarItem("bnsym", vscode.StatusBarAlignment.Right);
  status.name = "bnsym";
  status.command = "bnsym.showLink";
  status.tooltip = "bnsym: show witness and proof";
  context.subscriptions.push(
    status,
    vscode.commands.registerCommand("bnsym.showLink", show),
    vscode.commands.registerCommand("bnsym.restart", restart),
    vscode.window.onDidChangeActiveTextEditor(() => Promise.all([count(), follow()])),
    vscode.window.onDidChangeTextEditorSelection(follow),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** A server of now; where there is none, says what to do. */
async function restart(): Promise<void> {
  await client?.dispose();
  const [command, ...args] = vscode.workspace.getConfiguration("bnsym").get<string[]>("command", ["bnsym", "lsp"]);
  client = new LanguageClient("bnsym", "bnsym", { command, args }, {
    documentSelector: LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ language, scheme }))),
    middleware: {
      handleDiagnostics: (uri, diagnostics, next) => {
        next(uri, diagnostics);
        void count();
        void follow();
      },
    },
  });
  try {
    await client.start();
  } catch {
    const shown = [command, ...args].join(" ");
    void vscode.window.showErrorMessage(
      `\`${shown}\` does not start. Install it (pip install 'bnsym[lsp]'), or say where it is in bnsym.command.`,
    );
  }
}

/** The note that is being edited. */
function note(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && LANGUAGES.includes(editor.document.languageId) ? editor : undefined;
}

async function count(): Promise<void> {
  const editor = note();
  if (!editor || !client?.isRunning()) {
    status.hide();
    return;
  }
  const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document);
  const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
  const range = { start: { line: 0, character: 0 }, end: { line: end.line, character: end.character } };
  const hints = (await client.sendRequest(InlayHintRequest.type, { textDocument, range })) ?? [];
  status.text = counted(hints.map((hint) => String(hint.label)));
  status.text ? status.show() : status.hide();
}

async function show(): Promise<void> {
  if (!panel) {
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    panel = vscode.window.createWebviewPanel("bnsym", "bnsym", beside, { enableFindWidget: true });
    panel.webview.html = page(undefined);
    panel.onDidDispose(() => (panel = undefined));
  }
  await follow();
}

/** Show the link under the cursor; the panel itself having the focus changes nothing. */
async function follow(): Promise<void> {
  const editor = note();
  if (!panel || !editor || !client?.isRunning()) {
    return;
  }
  const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document);
  const position = client.code2ProtocolConverter.asPosition(editor.selection.active);
  const hover = await client.sendRequest(HoverRequest.type, { textDocument, position });
  if (panel) {
    panel.webview.html = page(MarkupContent.is(hover?.contents) ? hover.contents.value : undefined);
  }
}
