import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { nodeEngine } from "../../../agent/bulk/node-engine.js";
import { type Bytes, collect, concat, sourceOf } from "../../../shared/bytes.js";
import { openContent, sealContent } from "../../../shared/crypto/content-cipher.js";
import { segmentBytes } from "../../../shared/crypto/content-layout.js";
import type { Engine } from "../../../shared/crypto/engine.js";
import { importContentKey, newRawContentKey } from "../../../shared/crypto/keys.js";
import { webEngine } from "../../../shared/crypto/web-engine.js";
import { workerUrl } from "./workers.js";

async function* once(bytes: Bytes) {
  yield bytes;
}

describe("the bulk cipher in threads", () => {
  let threaded: Engine;
  const salt = new Uint8Array(16).fill(7);
  const licenseDigest = new Uint8Array(32).fill(9);

  beforeAll(async () => {
    threaded = nodeEngine(await workerUrl());
  });

  it.each([0, 1, 1000, segmentBytes - 1, segmentBytes, segmentBytes + 1, 5 * segmentBytes + 3])(
    "writes the same %i bytes as Web Crypto and reads them back",
    async (size) => {
      const contentKey = await importContentKey(newRawContentKey());
      const plaintext = new Uint8Array(randomBytes(size));
      const engines = [threaded, nodeEngine(null), webEngine];
      const seals = await Promise.all(
        engines.map((engine) =>
          collect(sealContent(once(plaintext.slice()), { contentKey, licenseDigest }, engine, salt)),
        ),
      );
      for (const sealed of seals) expect(Buffer.from(sealed).equals(Buffer.from(seals[0]!))).toBe(true);
      for (const engine of engines) {
        const opened = await openContent(sourceOf(seals[0]!), { contentKey, licenseDigest }, engine);
        expect(Buffer.from(await collect(opened.all())).equals(Buffer.from(plaintext))).toBe(true);
      }
    },
  );

  it("gives nothing of a segment whose tag does not fit", async () => {
    const contentKey = await importContentKey(newRawContentKey());
    const plaintext = new Uint8Array(3 * segmentBytes);
    const sealed = await collect(sealContent(once(plaintext), { contentKey, licenseDigest }, threaded, salt));
    const flipped = concat(sealed);
    flipped[64 + segmentBytes + 16 + 5]! ^= 1;
    const opened = await openContent(sourceOf(flipped), { contentKey, licenseDigest }, threaded);
    let out = 0;
    await expect(async () => {
      for await (const piece of opened.all()) out += piece.length;
    }).rejects.toMatchObject({ code: "content-damaged" });
    expect(out).toBe(segmentBytes);
  });
});
