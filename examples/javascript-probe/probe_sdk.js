// What a probe in JavaScript needs, over the modules that stand for the interfaces of wit/probe.wit.
//
// There is no operating system and no browser: no files, network, clock, entropy, console or TextDecoder. What is here of
// those leads to the host.
import clock from "remote-doctor:probe/clock@0.1.0";
import log from "remote-doctor:probe/log@0.1.0";
import net from "remote-doctor:probe/net@0.1.0";
import { PAGES } from "./pages.js"; // made by build.mjs of remedies/*.md

// The exports of a component. `look(run)` looks and says to `run` what was seen; a failure of the host may pass through:
// then it could not look at all.
export function probe({ name, version, summary, consumes = null, requires = [], fromDepth = "ladder", capabilities = [], codes, facts = {}, look }) {
  return {
    describe: () => ({
      name, version, summary, consumes, requires, provides: [], fromDepth, capabilities, codes: codes.map(code), alsoReports: [],
      facts: Object.entries(facts).map(declared),
    }),
    run(request) {
      const run = new Run(request, codes);
      try {
        look(run);
      } catch (error) {
        // A failure of the host is a record; anything else is a defect. The host keeps a probe's last words.
        if (error instanceof Error) log.write("warning", `${error} ${(error.stack ?? "").split("\n")[0].trim()}`);
        throw error;
      }
      return run.outcome;
    },
  };
}

// What the probe is told, and what it says.
class Run {
  constructor(request, codes) {
    this.request = request;
    this.codes = codes;
    this.outcome = { findings: [], clear: [], notTested: [], facts: [] };
  }

  // What an earlier probe left under this name: boolean, number, string, array of strings, or rows.
  fact(name) {
    return this.request.facts.find((fact) => fact.name === name)?.value.val;
  }

  note(name, value) {
    const tags = { boolean: "flag", number: "integer", string: "text", object: "texts" };
    this.outcome.facts.push({ name, value: { tag: tags[typeof value], val: value } });
  }

  // `evidence` is an object of labels and what was seen; `decidedBy` is the observation that rules the look-alikes out:
  // without one, an error is only likely.
  found(code, detail, evidence = {}, decidedBy = undefined) {
    const shown = Object.entries(evidence).map(([label, value]) => ({ label, value: String(value) }));
    const basis = decidedBy === undefined ? { tag: "observed" } : { tag: "decided", val: decidedBy };
    this.outcome.findings.push({ code, detail, evidence: shown, owner: null, basis, patch: null });
  }

  // Every declared code that was not found is not there: only after everything was looked at.
  restClear() {
    this.outcome.clear.push(...this.#silentOf());
  }

  couldNotLook(check, reason) {
    this.outcome.notTested.push({ check, codes: this.#silentOf(), cause: "could-not-look", reason });
  }

  // A connection of one's own to where the other probes got; with TLS where the remote begins with it.
  connect() {
    const { remote, connectMs, replyMs } = this.request;
    const ip = this.fact("server.address") ?? remote.host;
    const connection = net.connect({ ip, port: this.fact("control.port") ?? remote.port });
    connection.established(connectMs);
    if (this.fact("control.mode") === "implicit") {
      const isName = remote.host !== ip && !this.fact("tls.server-name-refused");
      connection.startTls({ serverName: isName ? remote.host : null, resume: false, highest: null });
      connection.secured(replyMs);
    }
    return connection;
  }

  #silentOf() {
    const { findings, clear } = this.outcome;
    return this.codes.filter((name) => !clear.includes(name) && !findings.some(({ code }) => code === name));
  }
}

// A line with code and blank, or lines from code and hyphen to the same code and a blank (RFC 959 section 4.2).
const WHOLE = /^(\d{3})(?: |-[^]*\n\1 )[^\n]*\n/;

// One reply in the bytes it came in, as Latin-1 so that none is lost: all of it, or what came before the connection ended
// or there were `most` bytes.
export function readReply(connection, waitMs, most = 65536) {
  const until = clock.elapsedUs() + waitMs * 1000;
  let text = "";
  while (!WHOLE.test(text) && text.length < most) {
    const left = Math.max(0, Math.floor((until - clock.elapsedUs()) / 1000));
    const bytes = connection.read(4096, left);
    if (bytes.length === 0) break;
    for (const byte of bytes) text += String.fromCharCode(byte);
  }
  return text;
}

// A fact, in the words of the contract: its kind and its title have to be there.
function declared([name, said]) {
  return { name, shown: null, compared: null, privacy: "plain", fills: null, ...said };
}

// A code as the header of its page has it: each is written once.
function code(name) {
  const [header, ...page] = PAGES[name].replace(/^---\n/, "").split("\n---\n");
  const field = Object.fromEntries(header.split("\n").map((line) => line.split(/:\s*(.*)/).slice(0, 2)));
  return {
    name: field.code,
    title: field.title,
    severity: field.severity,
    owner: field.owner,
    explains: (field.explains ?? "").split(",").map((other) => other.trim()).filter(Boolean),
    easedByCertificateCheck: "eased-by" in field,
    page: page.join("\n---\n").trimStart(),
  };
}

// In place of what would stop the interpreter without a word, or give the same number in every run.
function absent(what) {
  return () => {
    throw new Error(`${what}: a probe has no operating system`);
  };
}

Date.now = absent("Date.now");
globalThis.performance = { now: () => clock.elapsedUs() / 1000 };
Math.random = absent("Math.random");
globalThis.console = { log: (...values) => log.write("debug", values.map(String).join(" ")) };
