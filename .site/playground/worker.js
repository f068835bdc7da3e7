// Python in a thread of its own, which the page ends when the time is up.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const bytes = async (name) => {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
};
const text = async (name) => new TextDecoder().decode(await bytes(name));

async function start() {
  const wheels = JSON.parse(await text("wheels.json"));
  const [python, judge, ...packages] = await Promise.all([loadPyodide(), text("judge.py"), ...wheels.map(bytes)]);
  for (const wheel of packages) python.unpackArchive(wheel, "wheel");
  python.FS.writeFile("judge.py", judge);
  python.runPython("import sys; sys.path.insert(0, '.')");
  return python.pyimport("judge");
}

const ready = start();

self.onmessage = async ({ data: { note, file } }) => {
  try {
    const judge = await ready;
    self.postMessage({ begun: true });
    const tell = (done, total) => self.postMessage({ done, total });
    for (const report of judge.judged(note, file, tell)) self.postMessage({ report: JSON.parse(report) });
  } catch (error) {
    self.postMessage({ failed: String(error.message ?? error).trim().split("\n").at(-1) });
  }
};
