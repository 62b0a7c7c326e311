import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Bytes } from "../../shared/bytes.js";
import { parseDocument } from "../../shared/license/xrml.js";

const vector = (name: string): Bytes =>
  new Uint8Array(readFileSync(new URL(`../vectors/encodings/${name}.xml`, import.meta.url)));

it("reads many documents at once, each as if it were alone", async () => {
  const names = ["slc", "rac", "clc", "ul"];
  const alone = new Map<string, string>();
  for (const name of names) alone.set(name, (await parseDocument(vector(name))).text);
  const many = Array.from({ length: 40 }, (_, i) => names[i % names.length]!);
  const together = await Promise.all(many.map((name) => parseDocument(vector(name))));
  expect(together.map(({ text }) => text)).toEqual(many.map((name) => alone.get(name)));
});
