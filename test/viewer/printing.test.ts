import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { Start } from "../../viewer/render/protocol.js";
import { launchChromium } from "../browser/chromium.js";
import { pdf } from "./pdf.js";
import { png } from "./png.js";
import { Organisation, Reader } from "./reader.js";

/** Paper: what Chromium's printer makes of the viewer and of its frame. */

let browser: Browser;
let contoso: Organisation;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

/** What came out of the printer. @returns grey values of each sheet, at 50 dpi. */
async function paper(page: Page): Promise<{ text: string; sheets: Sheet[] }> {
  const path = join(contoso.folder, "paper.pdf");
  await writeFile(path, await page.pdf({ format: "A4", printBackground: true }));
  const { stdout: text } = spawnSync("pdftotext", [path, "-"], { encoding: "utf8" });
  const { stdout } = spawnSync("pdftoppm", ["-r", "50", "-gray", path], { maxBuffer: 64 << 20 });
  return { text, sheets: greys(stdout) };
}

interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

/** Pictures in a row in the PGM form. */
function greys(all: Buffer): Sheet[] {
  const sheets: Sheet[] = [];
  for (let at = 0; at < all.length; ) {
    const head = /^P5\s(\d+) (\d+)\s255\s/.exec(all.subarray(at, at + 40).toString("latin1"))!;
    const [width, height] = [Number(head[1]), Number(head[2])];
    const from = at + head[0].length;
    at = from + width * height;
    sheets.push({ width, height, pixels: all.subarray(from, at) });
  }
  return sheets;
}

/** How many cells of a grid of 4 × 4 over the middle of a sheet have something of the light mark in them. */
function marked({ width, height, pixels }: Sheet): number {
  const cells = new Set<number>();
  const [x0, x1, y0, y1] = [0.1 * width, 0.9 * width, 0.1 * height, 0.75 * height].map(Math.floor) as [
    number,
    number,
    number,
    number,
  ];
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const value = pixels[y * width + x]!;
      if (value < 253 && value > 200)
        cells.add(4 * Math.floor((4 * (y - y0)) / (y1 - y0)) + Math.floor((4 * (x - x0)) / (x1 - x0)));
    }
  return cells.size;
}

const isBlank = ({ pixels }: Sheet): boolean => pixels.every((value) => value > 250);

/** The frame as a page of its own, which Chromium's printer takes, where it does not take frames. */
async function frameAlone(what: "pdf" | "image", content: Buffer, print: boolean): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.print = () => {
      document.documentElement.dataset.printing = "yes";
    };
  });
  await page.goto(`${contoso.trial.service}/view/${what === "pdf" ? "pdf" : "content"}`);
  const start: Start = {
    kind: what,
    size: content.length,
    extension: what === "pdf" ? ".pdf" : ".png",
    mark: ["Bob Fisher <bob@contoso.example>", "28 November 2026"],
    may: { print, extract: false },
    thumbnails: "all pages",
    name: "paper",
  };
  const worker = what === "pdf" ? await readFile(await workerPath()) : Buffer.alloc(0);
  await page.evaluate(
    ([begin, bytes, program]) => {
      const bin = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const all = bin(bytes);
      const { port1, port2 } = new MessageChannel();
      Object.assign(window, { viewer: port1 });
      port1.onmessage = ({ data }) => {
        if (data.type === "read") {
          const { buffer } = all.slice(data.offset, data.offset + data.length);
          port1.postMessage({ type: "bytes", id: data.id, bytes: buffer });
        } else if (data.type === "resource") port1.postMessage({ type: "none", id: data.id });
        else if (data.type === "shown") document.documentElement.dataset.shown = "yes";
      };
      postMessage({ ...begin, worker: new Blob([bin(program)], { type: "text/javascript" }) }, "*", [port2]);
    },
    [start, content.toString("base64"), worker.toString("base64")] as const,
  );
  await page.waitForSelector("[data-shown]");
  return page;
}

async function workerPath(): Promise<URL> {
  const { version } = JSON.parse(
    await readFile(new URL("../../node_modules/pdfjs-dist/package.json", import.meta.url), "utf8"),
  );
  return new URL(`../../dist/viewer/pdfjs-${version}-worker.js`, import.meta.url);
}

const leftovers = (page: Page) => page.evaluate(() => document.querySelectorAll(".sheets, img").length);

it("every page is a sheet with the reader's name all over it, and nothing is left once they are printed", async () => {
  const page = await frameAlone("pdf", pdf({ pages: ["one", "two", "three"] }), true);
  const urls = await page.evaluate(() => {
    const made: string[] = [];
    Object.assign(window, { made });
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob: Blob) => {
      made.push(make(blob));
      return made.at(-1)!;
    };
    (window as unknown as { viewer: MessagePort }).viewer.postMessage({ type: "print" });
    return made;
  });
  expect(urls).toEqual([]);
  await page.waitForSelector("[data-printing]");
  const { text, sheets } = await paper(page);
  expect(sheets).toHaveLength(3);
  expect(sheets.map(marked)).toEqual([16, 16, 16]);
  expect(text.trim()).toBe(""); // pictures, no text that could be taken out of a PDF
  await soon(() => leftovers(page)).toBe(0);
  const gone = await page.evaluate(() =>
    Promise.all(
      (window as unknown as { made: string[] }).made.map(
        (url) =>
          new Promise((resolve) => {
            const image = new Image();
            image.onload = () => resolve("there");
            image.onerror = () => resolve("gone");
            image.src = url;
          }),
      ),
    ),
  );
  expect(gone).toEqual(["gone", "gone", "gone"]);
  expect((await paper(page)).sheets.every(isBlank)).toBe(true);
});

it("some pages of a long one are printed, asked for twice at once only once", async () => {
  const page = await frameAlone("pdf", pdf({ pages: ["1", "2", "3", "4", "5"] }), true);
  await page.evaluate(() => {
    const { viewer } = window as unknown as { viewer: MessagePort };
    for (let time = 0; time < 3; time++) viewer.postMessage({ type: "print", part: { from: 1, to: 2 } });
  });
  await page.waitForSelector("[data-printing]");
  expect((await paper(page)).sheets).toHaveLength(2);
});

it("a picture fits on its sheet, with the mark drawn in", async () => {
  for (const [width, height, cells] of [
    [2480, 3508, 16],
    [2000, 900, 4],
    [300, 2400, 4],
  ] as const) {
    const page = await frameAlone("image", png(width, height, [255, 255, 255]), true);
    await page.evaluate(() => (window as unknown as { viewer: MessagePort }).viewer.postMessage({ type: "print" }));
    await page.waitForSelector("[data-printing]");
    const { sheets } = await paper(page);
    expect(sheets).toHaveLength(1);
    expect(marked(sheets[0]!)).toBeGreaterThanOrEqual(cells);
  }
});

it("without the right no page reaches paper, whatever asks for it", async () => {
  const page = await frameAlone("pdf", pdf({ pages: ["one", "two", "three"] }), false);
  await page.evaluate(() => (window as unknown as { viewer: MessagePort }).viewer.postMessage({ type: "print" }));
  await page.keyboard.press("Control+p");
  expect((await paper(page)).sheets.every(isBlank)).toBe(true);
  expect(await page.locator("[data-printing], .sheets").count()).toBe(0);
});

it("of the page around it there is one line on paper, with the right and without", async () => {
  const reader = await Reader.at(contoso, browser, { viewport: { width: 800, height: 900 } });
  for (const [turn, rights] of ["VIEW", "VIEW+PRINT"].entries()) {
    const path = await contoso.forColleague(`around${turn}.pdf`, pdf({ pages: ["one", "two"] }), rights);
    if (turn === 0) await reader.open(path);
    else await reader.choose(path);
    await soon(() => reader.page.textContent(".about").catch(() => "")).toContain(`around${turn}`);
    const frame = await reader.content();
    await frame.evaluate(() => {
      window.print = () => {
        document.documentElement.dataset.printing = "yes";
      };
    });
    const { text, sheets } = await paper(reader.page);
    expect(text.trim().replace(/\s+/g, " ")).toBe(
      "This page is not printed. Where you may print, use Print in the page.",
    );
    expect(sheets).toHaveLength(1);
    // the keys of the page and of the frame reach the frame, which prints with the right only
    for (const focus of ["body", "iframe"]) {
      await reader.page.focus(focus).catch(() => undefined);
      await reader.page.keyboard.press("Control+p");
      if (turn === 0) expect(await frame.locator("[data-printing]").count()).toBe(0);
      else await soon(() => frame.locator(".sheets img").count()).toBe(2);
      await frame.evaluate(() => dispatchEvent(new Event("afterprint")));
      await soon(() => frame.locator(".sheets").count()).toBe(0);
    }
  }
});
