/** What is shown, made from what the server says; knows nothing of VS Code. */

/** `✓ 48 ✗ 2 ! 1`, from the marks that stand behind the signs of a note. */
export function counted(marks: Iterable<string>): string {
  const found = new Map<string, number>();
  for (const mark of marks) {
    found.set(mark, (found.get(mark) ?? 0) + 1);
  }
  return [...ORDER]
    .filter((mark) => found.has(mark))
    .map((mark) => `${mark} ${found.get(mark)}`)
    .join("  ");
}

const ORDER = "✓✗?!–";

/** The page of the panel: what the server tells of a link, without its fence. */
export function page(told: string | undefined): string {
  const text = told?.replace(/^`{3,}text\n|\n`{3,}$/g, "") ?? "Put the cursor into a formula.";
  return `<!DOCTYPE html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
  body { color: var(--vscode-editor-foreground); }
  pre { font: var(--vscode-editor-font-size) var(--vscode-editor-font-family); }
</style>
<pre>${escaped(text)}</pre>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
