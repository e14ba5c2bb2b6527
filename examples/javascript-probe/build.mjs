// From a module and remedies/ to a component that imports nothing but the contract: node build.mjs OUT.wasm [probe.js]
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { componentize } from "componentize-qjs";

const [output, entry = "probe.js"] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const read = (...path) => readFileSync(join(here, ...path), "utf8");

// A component has no files: the pages go into it as a module.
const pages = readdirSync(join(here, "remedies")).map((file) => [file.replace(/\.md$/, ""), read("remedies", file)]);
writeFileSync(join(here, "pages.js"), `export const PAGES = ${JSON.stringify(Object.fromEntries(pages))};\n`);

const { component } = await componentize({
  witPath: join(here, "../../wit/v0_1"),
  world: "probe",
  jsSource: read(entry),
  jsPath: join(here, entry),
  moduleRoot: here,
  stubWasi: true, // what the interpreter would ask of a system is answered by a trap in the component itself
  sync: true, // the contract has no asynchronous functions
});
writeFileSync(output, component);
