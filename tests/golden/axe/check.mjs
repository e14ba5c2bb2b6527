// Looks at HTML reports as a browser shows them: on a phone of 360 pixels and on a desk, light and dark, and on paper. There
// is no violation that axe finds, no request but for the file itself, nothing wider than the screen or cut off; a report with
// one fault has one page. Pictures go to the folder given.
//
//   node check.mjs PATH-OF-CHROMIUM [FOLDER-FOR-PICTURES]
//
// `cargo xtask pages` gets what it needs and runs it. GOLDEN names another folder with reports.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";

const [executablePath, pictures] = process.argv.slice(2);
const golden = process.env.GOLDEN ?? fileURLToPath(new URL("..", import.meta.url));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SIZES = { phone: 360, desk: 1280 };
// A4 without the margins that the page asks for, at 96 pixels an inch.
const PAPER = Math.floor(((210 - 2 * 14) / 25.4) * 96);
const complaints = [];
let looks = 0;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function opened(file, complain, options) {
  // The content policy of the page is for whatever is in it, not for what looks at it from outside.
  const page = await browser.newPage({ bypassCSP: true, ...options });
  const address = pathToFileURL(path.join(golden, file)).href;
  page.on("request", (request) => {
    if (request.url() !== address) complain(`a request for ${request.url()}`);
  });
  page.on("pageerror", (error) => complain(error.message));
  await page.goto(address);
  return page;
}

// Elements whose text is cut off, or can only be had by a scroll bar of their own.
const cut = () =>
  [...document.querySelectorAll("main *, header *, footer *")]
    // The head of a table that is stacked is for screen readers alone.
    .filter((it) => it instanceof HTMLElement && getComputedStyle(it.closest("thead") ?? it).position !== "absolute")
    .filter((it) => it.clientWidth > 1 && it.scrollWidth > it.clientWidth + 1)
    .map((it) => `${it.tagName.toLowerCase()}.${it.className}`);

async function onScreen(file, screen, width, colorScheme) {
  const complain = (what) => complaints.push(`${file}, ${screen}, ${colorScheme}: ${what}`);
  const page = await opened(file, complain, { viewport: { width, height: 900 }, colorScheme });
  if (pictures) {
    await page.screenshot({ path: path.join(pictures, `${file}.${screen}.${colorScheme}.png`), fullPage: true });
  }
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) complain(`${wide} pixels wide`);
  for (const element of await page.evaluate(cut)) complain(`cut off: ${element}`);
  await page.addScriptTag({ path: axe });
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  if (passes.length === 0) complain("axe looked at nothing");
  for (const { id, help, nodes } of violations) {
    complain(`${id}: ${help}\n    ${nodes.map((node) => `${node.target}`).slice(0, 3).join("\n    ")}`);
  }
  looks += 1;
  await page.close();
}

async function onPaper(file) {
  const complain = (what) => complaints.push(`${file}, paper: ${what}`);
  const page = await opened(file, complain, { viewport: { width: PAPER, height: 900 }, colorScheme: "dark" });
  await page.emulateMedia({ media: "print" });
  for (const element of await page.evaluate(cut)) complain(`cut off: ${element}`);
  const message = await page.evaluate(() =>
    [...document.querySelectorAll(".message blockquote")].filter((it) => it.offsetHeight === 0).length);
  if (message > 0) complain("a message is not printed");
  const target = pictures && path.join(pictures, `${file}.pdf`);
  const pdf = await page.pdf({ path: target || undefined, format: "A4", preferCSSPageSize: true });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
  const json = readFileSync(path.join(golden, file.replace(/html$/, "json")), "utf8");
  const most = Math.max(1, JSON.parse(json).root_causes.length);
  if (pages < 1 || pages > most) complain(`${pages} pages, and ${most} would do`);
  looks += 1;
  await page.close();
}

for (const file of readdirSync(golden).filter((name) => name.endsWith(".html"))) {
  for (const [screen, width] of Object.entries(SIZES)) {
    for (const scheme of ["light", "dark"]) await onScreen(file, screen, width, scheme);
  }
  await onPaper(file);
}
await browser.close();
for (const complaint of complaints) console.error(complaint);
console.log(`${looks} looks, ${complaints.length} complaints`);
process.exitCode = looks > 0 && complaints.length === 0 ? 0 : 1;
