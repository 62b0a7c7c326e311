import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { nodeEngine } from "../../../agent/bulk/node-engine.js";
import { segmentsOf, toProtect } from "../../../agent/work/inside-label.js";
import { collect, sourceOf, utf8 } from "../../../shared/bytes.js";
import { segmentBytes } from "../../../shared/crypto/content-layout.js";
import { readZip } from "../../../shared/format/zip/read.js";
import { rewriteZip } from "../../../shared/format/zip/write.js";
import { packageOf, wordParts } from "../../office-documents.js";
import { pdfOf, streamObject } from "../../pdf-documents.js";

const inside = { label: "2096f6a2-d2f7-48be-b329-b73aaa526e5d", name: "L", method: "Privileged", marks: {} } as const;
const by = { tenant: "cb46c030-1825-4e81-a295-151c039dbf02", nowMs: 0 };

/** A document in parts of odd lengths, and one that is as long as a segment. */
async function largePackage() {
  const sizes = [1, 700_001, segmentBytes, 3_000_003, 17];
  const media = sizes.map((size, i) => [`word/media/${i}.bin`, new Uint8Array(randomBytes(size))] as const);
  const zip = await readZip(sourceOf(await packageOf(wordParts("text"))));
  const changes = new Map([...media, ["word/document.xml", utf8("<w:document/>")] as const]);
  return collect((await rewriteZip(zip, changes)).pieces());
}

it.each([
  ["package", largePackage],
  ["pdf", async () => pdfOf({ objects: [streamObject(randomBytes(4_000_001).toString("latin1"))] })],
] as const)(
  "a large %s with its label goes through memory that is used again, and is the same",
  async (carrier, make) => {
    const { content } = await toProtect(sourceOf(await make()), carrier, inside, by);
    const whole = Buffer.from(await collect(content!.pieces()));
    const engine = nodeEngine(null);
    let at = 0;
    for await (const piece of segmentsOf(content!, engine)) {
      expect(piece.length === segmentBytes || at + piece.length === whole.length).toBe(true);
      expect(Buffer.compare(piece, whole.subarray(at, at + piece.length))).toBe(0);
      at += piece.length;
      engine.memory.giveBack(piece);
    }
    expect(at).toBe(content!.size);
  },
);
