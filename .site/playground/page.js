// The note and what came of it. The worker judges; here it is started, watched and ended.

const [form, note, check, stop, format, limit, example, share, status, frame] = [
  "form", "note", "check", "stop", "format", "limit", "example", "share", "status", "report",
].map((id) => document.getElementById(id));
let worker = null;
let timer = 0;
let verdicts = ""; // what the first report said, while the second is made

const say = (words, failed = false) => {
  status.textContent = words;
  status.classList.toggle("failed", failed);
};

function busy(is) {
  check.disabled = is;
  stop.disabled = !is;
}

function done(words, failed = false) {
  clearTimeout(timer);
  busy(false);
  say(words, failed);
}

/** Python may be in the middle of anything: its thread is ended, and the next check begins with a new one. */
function end(words) {
  worker?.terminate();
  worker = null;
  done(words, true);
}

function show(report) {
  frame.hidden = false;
  frame.srcdoc = report.html;
  frame.dataset.whole = report.whole;
}

/** As high as what it holds: one page to scroll, not two. */
frame.addEventListener("load", () => {
  const page = frame.contentDocument;
  const fit = () => { frame.style.height = `${page.documentElement.offsetHeight + 4}px`; };
  new ResizeObserver(fit).observe(page.body);
  fit();
  page.addEventListener("click", follow);
});

/** A frame without an address of its own would open this page for a place in the report. */
function follow(event) {
  const to = event.target.closest("a")?.getAttribute("href");
  if (!to) return;
  event.preventDefault();
  if (to.startsWith("#")) frame.contentDocument.getElementById(to.slice(1))?.scrollIntoView();
  else if (/^https?:/.test(to)) window.open(to, "_blank", "noopener");
}

function told({ data: { begun, done: number, total, report, failed } }) {
  if (failed) return end(`It broke down: ${failed}`);
  if (begun) {
    timer = setTimeout(() => end(`Stopped after ${limit.value} s.${kept()}`), limit.valueAsNumber * 1000);
    return say("Reading …");
  }
  if (number) return say(`${verdicts}link ${number} of ${total} …`);
  show(report);
  verdicts = `${report.said}. Looking for repairs, examining proofs: `;
  if (report.whole) done(`${report.said}.`);
}

const kept = () => (verdicts ? " The verdicts stand; repairs and evidence are missing." : "");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (check.disabled || !limit.reportValidity()) return;
  busy(true);
  frame.hidden = true;
  delete frame.dataset.whole;
  verdicts = "";
  say(worker ? "Reading …" : "Loading Python …");
  if (!worker) {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    worker.onmessage = told;
    worker.onerror = (error) => end(`It could not be loaded: ${error.message ?? "is a file missing?"}`);
  }
  worker.postMessage({ note: note.value, file: format.value });
});

stop.addEventListener("click", () => end(`Stopped.${kept()}`));
note.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

example.addEventListener("change", async () => {
  if (!example.value) return;
  note.value = await (await fetch(`derivations/${example.value}`)).text();
  format.value = "note.md";
});

// A link holds the note itself, behind #, which no browser sends to a server.

const through = async (data, stream) => new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer());

async function packed(text) {
  const bytes = await through(text, new CompressionStream("deflate-raw"));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(word) {
  const letters = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
}

share.addEventListener("click", async () => {
  history.replaceState(null, "", `#${format.value}=${await packed(note.value)}`);
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied: it holds the note.");
  } catch {
    say("The address of this page holds the note now.");
  }
});

async function opened() {
  const [, file, word] = /^#(note\.md|note\.tex)=(.{1,100000})$/.exec(location.hash) ?? [];
  if (!word) return;
  try {
    note.value = await unpacked(word);
    format.value = file;
  } catch {
    say("The link does not hold a whole note.", true);
  }
}

window.addEventListener("hashchange", opened);
opened();
