import { describe, expect, it } from "vitest";
import { type Bytes, utf8 } from "../../shared/bytes.js";
import { importContentKey, newRawContentKey, unsealerOf } from "../../shared/crypto/keys.js";
import type { Box } from "../../shared/crypto/primitives.js";
import { webPrimitives } from "../../shared/crypto/web-primitives.js";
import { nodePrimitives } from "../../shared/node/primitives.js";
import { newSigner } from "../license/organisation.js";
import { newKeys } from "../service/licensing/device.js";

const both = { "Web Crypto": webPrimitives, "node:crypto": nodePrimitives };
const others = { "Web Crypto": nodePrimitives, "node:crypto": webPrimitives };
const names = Object.keys(both) as (keyof typeof both)[];
const message = utf8("a message, or the body of a license");

const changed = (bytes: Bytes, at = 0): Bytes => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));

const newBox = (): Box => ({
  contentKey: newRawContentKey(),
  info: utf8("sealwright/test/v1"),
  nonce: crypto.getRandomValues(new Uint8Array(12)),
  additionalData: utf8("bound to this"),
});

describe.each(names)("%s", (name) => {
  const [ours, other] = [both[name], others[name]];

  it("hashes as the other does", async () => {
    for (const bytes of [new Uint8Array(0), message, new Uint8Array(100_000).fill(7)])
      expect(await ours.sha256(bytes)).toEqual(await other.sha256(bytes));
  });

  it("believes a signature of this key over this message, before and after it saw other keys", async () => {
    const [ada, eve] = [await newSigner(), await newSigner()];
    const signature = await ada.sign(message);
    for (let again = 0; again < 2; again++) {
      expect(await ours.verify(ada.publicKey.spki, message, signature)).toBe(true);
      expect(await ours.verify(eve.publicKey.spki, message, signature)).toBe(false);
      expect(await ours.verify(ada.publicKey.spki, changed(message), signature)).toBe(false);
      expect(await ours.verify(ada.publicKey.spki, message, changed(signature, 100))).toBe(false);
    }
  });

  it("seals what only the holder of the key opens", async () => {
    const [bob, eve] = [await newKeys("unseal"), await newKeys("unseal")];
    const sealed = await ours.encrypt(bob.publicKey.spki, newRawContentKey());
    expect(await unsealerOf(bob.publicKey, bob.privateKey).unseal(sealed)).not.toBeNull();
    expect(await unsealerOf(eve.publicKey, eve.privateKey).unseal(sealed)).toBeNull();
  });

  it("opens what the other sealed, with the key open or closed, and nothing else", async () => {
    for (const length of [0, 1, 256, 1000]) {
      const box = newBox();
      const closed = { ...box, contentKey: await importContentKey(box.contentKey as Bytes) };
      const plaintext = crypto.getRandomValues(new Uint8Array(length));
      const sealed = await other.sealBox(box, plaintext);
      expect(sealed).toEqual(await ours.sealBox(closed, plaintext));
      expect(await ours.openBox(box, sealed)).toEqual(plaintext);
      expect(await ours.openBox(closed, sealed)).toEqual(plaintext);
      const wrong: [Box, Bytes][] = [
        [box, changed(sealed)],
        [box, changed(sealed, sealed.length - 1)],
        [box, sealed.slice(1)],
        [box, sealed.slice(0, 15)],
        [box, new Uint8Array(0)],
        [{ ...box, nonce: changed(box.nonce) }, sealed],
        [{ ...box, info: changed(box.info) }, sealed],
        [{ ...box, additionalData: changed(box.additionalData) }, sealed],
        [{ ...box, contentKey: newRawContentKey() }, sealed],
      ];
      for (const [asked, bytes] of wrong) expect(await ours.openBox(asked, bytes)).toBeNull();
    }
  });
});
