// Does the greeting try to steer the terminal of whoever reads it? Escape sequences and other control characters end up
// in the logs of clients; some break off at the first of them.
import { probe, readReply } from "./probe_sdk.js";

const STEERS = "greeting.control-characters";
// A tab is common and harmless; line ends are the reply's own.
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const GREETING_BYTES = 8192;

export const { describe, run } = probe({
  name: "greeting-characters",
  version: "0.1.0",
  summary: "characters in the greeting that steer a terminal",
  // The greeting was read and understood: what other probes say of one that was not is not repeated.
  requires: ["secured"],
  capabilities: ["connect"],
  codes: [STEERS],
  facts: {
    "control-characters": { kind: "integer", title: "number of control characters in the greeting" },
  },

  look(run) {
    // The facts have printable text only; what really came is seen on a connection of one's own.
    const connection = run.connect();
    const greeting = readReply(connection, run.request.replyMs, GREETING_BYTES);
    connection.write(ascii("QUIT\r\n"), run.request.replyMs);
    if (!/^\d{3}[ -]/.test(greeting)) {
      return run.couldNotLook("the characters of the greeting", "a second connection got no greeting");
    }
    const steering = greeting.match(CONTROL) ?? [];
    run.note("control-characters", steering.length);
    if (steering.length > 0) {
      const names = [...new Set(steering)].map((one) => `0x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
      run.found(STEERS, `The greeting holds ${steering.length} control characters.`, {
        characters: names.join(", "),
        line: greeting.split(/\r?\n/).find((line) => line.match(CONTROL)),
      });
    }
    run.restClear();
  },
});

function ascii(text) {
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}
