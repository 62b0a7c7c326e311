import { describe, expect, it } from "vitest";
import { type Bytes, fromBase64, fromHex, toHex, utf8 } from "../../../shared/bytes.js";
import {
  keptFor,
  onItsWay,
  openAccountKey,
  sealAccountKey,
  unwrapAccountKey,
} from "../../../shared/crypto/account-key.js";
import { importPrivateKey, unsealerOf } from "../../../shared/crypto/keys.js";
import { openRightsData, parsePublishingLicense } from "../../../shared/license/publishing-license.js";
import { parseUseLicense } from "../../../shared/license/use-license.js";
import { parseChain, parseDocument } from "../../../shared/license/xrml.js";
import { publicKeyOf, rawContentKey, rightsNonce } from "../../license/worked-example.js";
import { vectorFile } from "../../vectors.js";

/** Bob's account key on its way to a device whose key is that of ada-licensor.pem; made with Python's cryptography. */
const vector = vectorFile("encodings/account-key.bin");
const pem = (name: string) => new TextDecoder().decode(vectorFile(`encodings/${name}.pem`));
const derOf = (text: string) => fromBase64(text.replace(/-----[^-]+-----|\s/g, ""), "internal");

const [account, device, other] = [
  await publicKeyOf(pem("bob-account")),
  await publicKeyOf(pem("ada-licensor")),
  await publicKeyOf(pem("tenant")),
];
const pkcs8 = derOf(pem("bob-account"));
const deviceKey = await importPrivateKey(derOf(pem("ada-licensor")), "unseal");
const otherKey = await importPrivateKey(derOf(pem("tenant")), "unseal");

/** What custody does: opens 32 bytes sealed to a key. */
const unsealWith = (text: string) => async (wrapped: Bytes) => {
  const key = await crypto.subtle.importKey("pkcs8", derOf(text), { name: "RSA-OAEP", hash: "SHA-256" }, false, [
    "decrypt",
  ]);
  return crypto.subtle.decrypt("RSA-OAEP", key, wrapped).then(
    (opened) => new Uint8Array(opened),
    () => null,
  );
};

describe("an account key on its way to a device", () => {
  it("is read as another implementation wrote it, and opens the use license that was made for it", async () => {
    expect(vector.length).toBe(256 + 12 + pkcs8.length + 16);
    expect(toHex(vector.subarray(256, 268))).toBe(toHex(rightsNonce()));
    const key = await unwrapAccountKey(vector, account, { device, deviceKey });
    expect([key!.extractable, key!.usages]).toEqual([false, ["unwrapKey"]]);
    const use = await parseUseLicense(await parseDocument(vectorFile("encodings/ul.xml")));
    const contentKey = await unsealerOf(account, key!).unseal(use.sealedContentKey);
    const license = await parsePublishingLicense((await parseChain(vectorFile("encodings/pl.xml")))[0]!);
    expect((await openRightsData(license, contentKey!)).v).toBe(1);
    expect(toHex((await unsealWith(pem("ada-licensor"))(vector.slice(0, 256)))!)).toBe(toHex(rawContentKey()));
  });

  it("is another each time it is sealed, and opens with the device's key only", async () => {
    const seal = () => sealAccountKey(pkcs8, device, onItsWay(account, device));
    const [one, two] = [await seal(), await seal()];
    expect([one.length, toHex(one) === toHex(two)]).toEqual([vector.length, false]);
    expect(await unwrapAccountKey(one, account, { device, deviceKey })).not.toBeNull();
    expect(await unwrapAccountKey(one, account, { device, deviceKey: otherKey })).toBeNull();
    const raw = await openAccountKey(one, device, onItsWay(account, device), unsealWith(pem("ada-licensor")));
    expect(toHex(raw!)).toBe(toHex(pkcs8));
  });

  it("does not pass for another account key, or for one sealed to another device", async () => {
    expect(await unwrapAccountKey(vector, other, { device, deviceKey })).toBeNull();
    expect(await unwrapAccountKey(vector, account, { device: other, deviceKey })).toBeNull();
    const kept = await sealAccountKey(pkcs8, device, keptFor("bob", account, device));
    expect(await unwrapAccountKey(kept, account, { device, deviceKey })).toBeNull();
  });

  it("that was changed anywhere, or cut, or is longer, does not open", async () => {
    for (const at of [0, 255, 256, 267, 268, 900, vector.length - 16, vector.length - 1]) {
      const changed = Uint8Array.from(vector);
      changed[at]! ^= 1;
      expect(await unwrapAccountKey(changed, account, { device, deviceKey }), `byte ${at}`).toBeNull();
    }
    for (const bytes of [vector.slice(0, -1), vector.slice(0, 268), vector.slice(0, 100), new Uint8Array(0)])
      expect(await unwrapAccountKey(bytes, account, { device, deviceKey }), `${bytes.length} bytes`).toBeNull();
    const longer = Uint8Array.from([...vector, 0]);
    expect(await unwrapAccountKey(longer, account, { device, deviceKey })).toBeNull();
  });
});

describe("an account key that the service keeps", () => {
  const unseal = unsealWith(pem("tenant"));
  const context = keptFor("bob", account, other);

  it("opens for its person, under the tenant key it is sealed to", async () => {
    const kept = await sealAccountKey(pkcs8, other, context);
    expect(toHex((await openAccountKey(kept, other, context, unseal))!)).toBe(toHex(pkcs8));
    for (const wrong of [keptFor("eve", account, other), keptFor("bob", device, other), onItsWay(account, other)])
      expect(await openAccountKey(kept, other, wrong, unseal)).toBeNull();
    expect(await openAccountKey(kept, other, context, unsealWith(pem("ada-licensor")))).toBeNull();
    expect(await openAccountKey(kept, other, context, async () => utf8("too short"))).toBeNull();
    expect(await openAccountKey(kept, other, context, async () => fromHex("00".repeat(32)))).toBeNull();
  });
});
