// Python in a thread of its own, which the page ends when the time is up.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const bytes = async (name) => {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
};
const text = async (name) => new TextDecoder().decode(await bytes(name));

// Verdicts do without these; what proofs are examined by, and repairs, do not.
const isLate = (wheel) => /^(sympy|mpmath)-/.test(wheel);

async function start() {
  const wheels = JSON.parse(await text("wheels.json"));
  const early = wheels.filter((wheel) => !isLate(wheel)).map(bytes);
  const [python, judge, ...packages] = await Promise.all([loadPyodide(), text("judge.py"), ...early]);
  const unpack = (wheel) => python.unpackArchive(wheel, "wheel");
  packages.forEach(unpack);
  python.FS.writeFile("judge.py", judge);
  python.runPython("import sys; sys.path.insert(0, '.')");
  const late = wheels.filter(isLate);
  const rest = async () => (await Promise.all(late.splice(0).map(bytes))).forEach(unpack);
  return { judge: python.pyimport("judge"), rest };
}

const ready = start();

self.onmessage = async ({ data: { note, file } }) => {
  try {
    const { judge, rest } = await ready;
    self.postMessage({ begun: true });
    const tell = (done, total) => self.postMessage({ done, total });
    for (const report of judge.judged(note, file, tell)) {
      self.postMessage({ report: JSON.parse(report) });
      await rest();
    }
  } catch (error) {
    self.postMessage({ failed: String(error.message ?? error).trim().split("\n").at(-1) });
  }
};
