import type { Browser, Frame } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchChromium } from "../browser/chromium.js";
import { pdf } from "./pdf.js";
import { Organisation, Reader } from "./reader.js";

/** The small pictures of a PDF's pages. */

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
const book = (count: number) => Array.from({ length: count }, (_one, at) => `Page number ${at + 1}`);
const toggle = "button.pages";
const small = ".thumbnails canvas";

/** Of the small pictures that are there, how many have something of the light mark in their white. */
const marked = (frame: Frame) =>
  frame.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>(".thumbnails canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let light = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at]! > 225 && data[at]! < 250) light++;
      return light > 20;
    }),
  );

it("are beside the pages on a wide screen, drawn only where they can be seen, and gone through by keys", async () => {
  const reader = await Reader.at(contoso, browser, { viewport: { width: 1280, height: 800 } });
  await reader.open(await contoso.forColleague("book.pdf", pdf({ pages: book(200) })));
  const frame = await reader.content();
  await reader.page.click(toggle);
  await soon(() => frame.locator(small).count()).toBeGreaterThan(3);
  expect(await frame.locator(".thumbnails button").count()).toBe(200);
  expect(await frame.locator(small).count()).toBeLessThan(15);
  await soon(async () => (await marked(frame)).every(Boolean)).toBe(true);
  expect(await frame.locator(".textLayer").count()).toBe(0);
  expect(await findings(reader.page)).toEqual([]);

  await frame.focus(".thumbnails [aria-current]");
  for (const key of ["End", "ArrowUp", "Enter"]) await reader.page.keyboard.press(key);
  await soon(() => reader.page.inputValue(".paging input")).toBe("199");
  await soon(() => frame.getAttribute(".thumbnails [aria-current]", "aria-label")).toMatch(/199\/200$/);
  await soon(() => frame.locator(`[aria-label$=" 199/200"] canvas`).count()).toBeGreaterThan(0);
  expect(await frame.locator(`.thumbnails [aria-label$=" 1/200"] canvas`).count()).toBe(0);
  await reader.page.keyboard.press("Escape");
  await soon(() => frame.locator(".thumbnails:visible").count()).toBe(0);
  expect(await reader.page.getAttribute(toggle, "aria-pressed")).toBe("false");
});

it("are a sheet in front of them on a phone, which goes once a page is picked", async () => {
  const reader = await Reader.at(contoso, browser, { viewport: { width: 390, height: 800 } });
  await reader.open(await contoso.forColleague("phone.pdf", pdf({ pages: book(30) }), "VIEW+PRINT"));
  const frame = await reader.content();
  await reader.page.click(toggle);
  await soon(() => frame.locator(small).count()).toBeGreaterThan(3);
  await reader.page.setViewportSize({ width: 390, height: 800 });
  await frame.click(`.thumbnails [aria-label$=" 3/30"]`);
  await soon(() => frame.locator(".thumbnails:visible").count()).toBe(0);
  await soon(() => reader.page.inputValue(".paging input")).toBe("3");
  expect(await reader.page.getAttribute(toggle, "aria-pressed")).toBe("false");
  await reader.page.click("text=Your rights");
});

it("are none for one page, or a text", async () => {
  const reader = await Reader.at(contoso, browser);
  await reader.open(await contoso.forColleague("one.pdf", pdf({ pages: ["one"] })));
  await reader.content();
  expect(await reader.page.locator(toggle).count()).toBe(0);
  await reader.choose(await contoso.forColleague("long.txt", "line\n".repeat(500)));
  await soon(() => reader.page.textContent(".paging").catch(() => "")).toMatch(/\/ \d+/);
  expect(await reader.page.locator(toggle).count()).toBe(0);
});
