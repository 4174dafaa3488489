// How long a browser needs to open a report and to filter it:
//   node --experimental-websocket tools/report/measure.mjs REPORT.html
// Needs chromium, and node 20 or newer. Prints milliseconds, five runs each; the time
// that the page's thread was busy is the one to compare on a machine that does other work too.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const page = `file://${resolve(process.argv[2])}`;
const folder = mkdtempSync(join(tmpdir(), "whitecoat-measure-"));
const browser = spawn("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
  `--user-data-dir=${folder}`, "--window-size=1280,900", "about:blank"]);
const port = await new Promise((found) => browser.stderr.on("data", (text) => {
  const at = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(text);
  if (at) found(at[1]);
}));
const [tab] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()).filter(({ type }) => type === "page");
const socket = new WebSocket(tab.webSocketDebuggerUrl);
await new Promise((open) => socket.addEventListener("open", open));
let number = 0;
const asked = new Map();
socket.addEventListener("message", ({ data }) => {
  const { id, result } = JSON.parse(data);
  asked.get(id)?.(result);
});
const ask = (method, params = {}) => new Promise((answer) => {
  asked.set(++number, answer);
  socket.send(JSON.stringify({ id: number, method, params }));
});
const run = async (expression) => {
  const { result, exceptionDetails } = await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
  return result.value;
};
const painted = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))";

await ask("Performance.enable");
const busy = async () => {
  const { metrics } = await ask("Performance.getMetrics");
  return Math.round(metrics.find(({ name }) => name === "ThreadTime").value * 1000);
};

const opened = [], worked = [], filters = {};
for (let round = 0; round < 5; round += 1) {
  await ask("Page.navigate", { url: "about:blank" });
  const from = performance.now();
  await ask("Page.navigate", { url: page });
  while (!(await run("document.readyState === 'complete' && !!document.querySelector('output')?.value"))) ;
  await run(painted);
  opened.push(Math.round(performance.now() - from));
  worked.push(await busy());
  for (const [name, value] of [["severity", "high"], ["severity", ""], ["text", "clinic"], ["text", ""], ["sort", "oldest"], ["sort", "worst"]]) {
    const before = await busy();
    const took = await run(`(async () => {
      const field = document.getElementById("filter").elements.${name}, from = performance.now();
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event("change", { bubbles: true }));
      await ${painted};
      return Math.round(performance.now() - from);
    })()`);
    (filters[`${name}=${value}`] ??= []).push(`${took} (${(await busy()) - before})`);
  }
}
console.log("open:", opened.join(" "));
console.log("of that the page's thread was busy:", worked.join(" "));
console.log("filters, and of that the page's thread was busy:");
for (const [name, times] of Object.entries(filters)) console.log(`${name}:`, times.join(" "));
console.log("elements:", await run("document.getElementsByTagName('*').length"));
socket.close();
browser.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
browser.kill();
