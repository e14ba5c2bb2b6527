// Asks for what no probe is given; the remote path of the settings says for what.
import { probe } from "./probe_sdk.js";

const ATTEMPTS = {
  file: () => readFileSync("/etc/passwd"),
  environment: () => JSON.stringify(globalThis.process?.env ?? {}),
  socket: () => fetch("http://127.0.0.1:21"),
  entropy: () => crypto.getRandomValues(new Uint8Array(8)),
  random: () => Math.random(),
  clock: () => performance.now() >= 0,
  date: () => Date.now(),
  "clock-below": () => new Date().getTime(),
  globals: () => Object.getOwnPropertyNames(globalThis).sort().join(" "),
  defect: () => undefined.nothing,
  memory: () => new Uint8Array(200 << 20).length,
  recursion: () => (function deeper() { return 1 + deeper(); })(),
  loop: () => { for (;;); },
};

export const { describe, run } = probe({
  name: "javascript-escapes",
  version: "0.1.0",
  summary: "asks for what no probe is given",
  codes: [],
  look: (run) => run.note("escapes.got", String(ATTEMPTS[run.request.remote.remotePath]())),
});
