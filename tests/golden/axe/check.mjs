// Looks at the golden HTML reports as a browser shows them, on a phone and on a desk, light and dark: no violation that
// axe finds, no request but for the file itself, nothing wider than the screen. Pictures go to the folder given.
//
//   node check.mjs PATH-OF-CHROMIUM [FOLDER-FOR-PICTURES]

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import path from "node:path";
import puppeteer from "puppeteer-core";

const [chromium, pictures] = process.argv.slice(2);
const golden = process.env.GOLDEN ?? fileURLToPath(new URL("..", import.meta.url));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const sizes = { phone: 390, desk: 1280 };
const complaints = [];

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
for (const file of readdirSync(golden).filter((name) => name.endsWith(".html"))) {
  for (const [screen, width] of Object.entries(sizes)) {
    for (const scheme of ["light", "dark"]) {
      const complain = (what) => complaints.push(`${file}, ${screen}, ${scheme}: ${what}`);
      const page = await browser.newPage();
      // The content policy of the page is for whatever is in it, not for what looks at it from outside.
      await page.setBypassCSP(true);
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const address = pathToFileURL(path.join(golden, file)).href;
      page.on("request", (request) => {
        if (request.url() !== address) complain(`a request for ${request.url()}`);
      });
      page.on("pageerror", (error) => complain(error.message));
      await page.goto(address);
      if (pictures) {
        await page.screenshot({ path: path.join(pictures, `${file}.${screen}.${scheme}.png`), fullPage: true });
      }
      await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) complain(`${wide} pixels wide`);
      await page.addScriptTag({ path: axe });
      const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
      if (passes.length === 0) complain("axe looked at nothing");
      for (const { id, help, nodes } of violations) {
        complain(`${id}: ${help}\n    ${nodes.map((node) => `${node.target}`).slice(0, 3).join("\n    ")}`);
      }
      await page.close();
    }
  }
}
await browser.close();
for (const complaint of complaints) console.error(complaint);
console.log(`${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
