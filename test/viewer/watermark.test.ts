import type { Browser, Frame } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "../browser/chromium.js";
import { png } from "./png.js";
import { Organisation, Reader } from "./reader.js";

/** T30: the reader's name is still in a picture that was taken of the page and passed on the way pictures are. */

let browser: Browser;
let contoso: Organisation;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

/**
 * The page as a JPEG of half quality, three quarters as large, of which 30 % are left, from nine places.
 * @returns for each the share of its pixels that stand out, and by how much at the least (of 255).
 */
const passedOn = (frame: Frame) =>
  frame.evaluate(async () => {
    const page = document.querySelector<HTMLCanvasElement>(".sheet canvas")!;
    const jpeg = await new Promise<Blob | null>((resolve) => page.toBlob(resolve, "image/jpeg", 0.5));
    const picture = await createImageBitmap(jpeg!);
    const small = document.createElement("canvas");
    small.width = picture.width * 0.75;
    small.height = picture.height * 0.75;
    const context = small.getContext("2d")!;
    context.drawImage(picture, 0, 0, small.width, small.height);
    const [width, height] = [small.width, small.height].map((side) => Math.floor(side * Math.sqrt(0.3)));
    const parts: { share: number; contrast: number }[] = [];
    for (const x of [0, 0.5, 1])
      for (const y of [0, 0.5, 1]) {
        const { data } = context.getImageData(
          (small.width - width!) * x,
          (small.height - height!) * y,
          width!,
          height!,
        );
        const greys = Array.from({ length: data.length / 4 }, (_one, at) => data[4 * at]!);
        const ground = greys.toSorted((one, other) => one - other)[greys.length >> 1]!;
        const away = greys.map((value) => Math.abs(value - ground)).filter((difference) => difference > 8);
        const contrast = away.reduce((sum, value) => sum + value, 0) / Math.max(1, away.length);
        parts.push({ share: away.length / greys.length, contrast });
      }
    return parts;
  });

it("in every part of it, whatever the page looks like: white, black or grey", async () => {
  const reader = await Reader.at(contoso, browser, { viewport: { width: 1000, height: 900 } });
  for (const [turn, shade] of [255, 0, 128].entries()) {
    const path = await contoso.forColleague(`shade${shade}.png`, png(800, 1100, [shade, shade, shade]));
    if (turn === 0) await reader.open(path);
    else await reader.choose(path);
    await expect
      .poll(() => reader.page.textContent(".about").catch(() => ""), { timeout: 20_000 })
      .toContain(`shade${shade}`);
    const parts = await passedOn(await reader.content());
    expect(parts).toHaveLength(9);
    for (const { share, contrast } of parts) {
      expect(share).toBeGreaterThan(0.005);
      expect(contrast).toBeGreaterThan(9);
    }
  }
});

it("and nothing is offered to take the page away with: no link, no download, no address of a blob", async () => {
  const reader = await Reader.at(contoso, browser);
  await reader.open(await contoso.forColleague("stays.png", png(300, 200, [200, 30, 30])));
  const frame = await reader.content();
  await reader.page.click("text=Your rights");
  for (const one of [reader.page, frame])
    expect(await one.locator("a[href], a[download], [src^='blob:'], [href^='blob:']").count()).toBe(0);
  expect(
    (await reader.page.locator("button:visible").allTextContents()).filter((text) => /save|print/i.test(text)),
  ).toEqual([]);
  expect(await frame.locator("[draggable=true]").count()).toBe(0);
});
