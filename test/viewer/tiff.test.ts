import type { Browser, Frame } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchChromium } from "../browser/chromium.js";
import { Organisation, Reader } from "./reader.js";
import { bitsOf, fax, lzw, packBits, plain, tiff, tiles } from "./tiff.js";

let browser: Browser;
let contoso: Organisation;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 30_000 });

/** For each page: whether its middle is dark or red, and its corner white, but for the mark. */
const boxes = (frame: Frame) =>
  frame.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>(".sheet canvas")].map((canvas) => {
      const at = (part: number) =>
        [...canvas.getContext("2d")!.getImageData(canvas.width * part, canvas.height * part, 1, 1).data] as number[];
      const [middle, corner] = [at(0.5), at(0.1)];
      return middle[1]! < 90 && corner.slice(0, 3).every((value) => value > 200);
    }),
  );

it("shows the pages of scans, packed in any of the usual ways, in both byte orders", async () => {
  const reader = await Reader.at(contoso, browser, { viewport: { width: 1280, height: 900 } });
  const all = [plain, packBits, lzw, tiles, fax];
  await reader.open(await contoso.forColleague("scan.tif", tiff(all)));
  await soon(async () => boxes(await reader.content())).toEqual(Array(5).fill(true));
  expect(await reader.page.textContent(".paging")).toContain("/ 5");
  await reader.page.click("button.pages");
  await soon(async () => (await reader.content()).locator(".thumbnails canvas").count()).toBe(5);
  if (process.env.LOOK) await reader.page.screenshot({ path: process.env.LOOK });
  await reader.choose(await contoso.forColleague("big.tiff", tiff(all, "MM")));
  await soon(async () => boxes(await reader.content())).toEqual(Array(5).fill(true));
  expect(reader.complaints).toEqual([]);
  expect(await findings(reader.page)).toEqual([]);
});

it("closes one that cannot be decoded, and says so", async () => {
  const reader = await Reader.at(contoso, browser);
  // black codes of 2560 pixels each, all of one run
  const runs = bitsOf(`00100110101${"000000011111".repeat(100_000)}11`);
  await reader.open(await contoso.forColleague("runs.tif", tiff([{ ...fax, parts: [runs] }])));
  await soon(reader.refusal).toBe("runs.ptif opens for you, but this browser cannot show what is in it.");
  const shut = { ...tiles, parts: tiles.parts.map(() => Buffer.from("no deflate at all")) };
  await reader.choose(await contoso.forColleague("shut.tif", tiff([shut])));
  await soon(reader.refusal).toBe("shut.ptif opens for you, but this browser cannot show what is in it.");
});
