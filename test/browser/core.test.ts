import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../shared/bytes.js";
import type { LicenseVector } from "../license/license-vector.js";
import { vectorFile, vectors } from "../vectors.js";
import { type BrowserPage, openPage } from "./chromium.js";
import * as core from "./core-in-page.js";

/** The core in a real browser: the same files, the same outcomes as in Node. */

type Core = typeof core;
declare const underTest: Core; // in the page

let browser: BrowserPage;
beforeAll(async () => {
  browser = await openPage("test/browser/core-in-page.ts");
});
afterAll(() => browser?.close());

const hex = (name: string) => toHex(vectorFile(`encodings/${name}`));
const text = (name: string) => new TextDecoder().decode(vectorFile(`encodings/${name}`));
const files: core.ExampleFiles = {
  tenantPem: text("tenant.pem"),
  adaPem: text("ada-licensor.pem"),
  bobPem: text("bob-account.pem"),
  clc: text("clc.xml"),
  slc: text("slc.xml"),
  ul: text("ul.xml"),
  policy: text("policy.json"),
  plHex: hex("pl.xml"),
  fileHex: hex("example.ptxt"),
};

describe("in Chromium", () => {
  it("all license and content vectors come out as in Node", async () => {
    const all = vectors<LicenseVector>("license");
    const input = { all, chain: files.plHex, key: files.bobPem };
    const found = await browser.page.evaluate(
      ({ all, chain, key }) => underTest.runLicenseVectors(all, chain, key),
      input,
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(all.map(({ name, expect }) => [name, expect])));
  });

  it("opens the worked example", async () => {
    expect(await browser.page.evaluate((given) => underTest.openExample(given), files)).toBe("hello, protected text");
  });

  it("writes the worked example, byte for byte", async () => {
    const { license, region } = await browser.page.evaluate((given) => underTest.writeExample(given), files);
    expect(license).toBe(hex("pl.xml"));
    expect(region).toBe(hex("content.bin"));
  });

  it("opens what it protected", async () => {
    const mib = 1 << 20;
    const sizes = [0, 1, 15, 16, mib - 1, mib, mib + 1, 2 * mib, 3 * mib + 5];
    expect(await browser.page.evaluate((given) => underTest.roundTrips(given), sizes)).toEqual([]);
  });

  it("lets no key out", async () => {
    const outcomes = await browser.page.evaluate(() => underTest.exportKeys());
    expect(outcomes).toEqual(["NotSupportedError", "InvalidAccessError", "InvalidAccessError"]);
  });

  it("writes addresses as Node does", async () => {
    const addresses = [
      "Ada@Contoso.Example",
      "ada@bücher.example",
      "ada@faß.example",
      "ada@ｃｏｎｔｏｓｏ.example",
      "ada@contoso。example",
      "ada@cоntoso.example",
      "ada@xn--contos-8ve.example",
      "ada@xn--.example",
      "ada@xn--a.example",
      "ada@127.0.0.1",
      "ada@1.0x7f",
      "ada@contoso.example.",
      "ada@☃.example",
      "ada@نامه‌ای.example",
      "ada@a\u200cb.example",
      "ada@ab--c.example",
      "ada@-a.example",
      "ada@𐏿.example",
    ];
    const inPage = await browser.page.evaluate((given) => underTest.normalizeAll(given), addresses);
    expect(inPage).toEqual(core.normalizeAll(addresses));
  });

  it("asks no other server for anything", () => expect(browser.strayRequests).toEqual([]));
});
