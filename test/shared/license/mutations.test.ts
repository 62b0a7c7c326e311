import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, concat, sourceOf, utf8 } from "../../../shared/bytes.js";
import { webEngine } from "../../../shared/crypto/web-engine.js";
import { codeOf, RightsError } from "../../../shared/errors.js";
import {
  parseAccountCertificate,
  parseLicensorCertificate,
  parseServerLicensorCertificate,
} from "../../../shared/license/certificates.js";
import { parseEdition, parseEditPermit } from "../../../shared/license/edition.js";
import { openRightsData, parsePublishingLicense } from "../../../shared/license/publishing-license.js";
import { verifyPublishingLicense } from "../../../shared/license/trust.js";
import { parseUseLicense } from "../../../shared/license/use-license.js";
import { parseChain, parseDocument, signDocument, type XrmlDocument } from "../../../shared/license/xrml.js";
import { consume, readProtected } from "../../../shared/protect.js";
import * as example from "../../license/worked-example.js";
import { signerFrom, trust } from "../../license/worked-example.js";
import { vectorFile } from "../../vectors.js";

/** Whatever arrives, nothing but a `RightsError` comes back, and no changed license is believed. */

const numRuns = process.env.SEALWRIGHT_LONG === "1" ? 20_000 : 400;
const chain = vectorFile("encodings/pl.xml");
const signer = await signerFrom(new TextDecoder().decode(vectorFile("encodings/ada-licensor.pem")));
const contentKey = await example.contentKey();

const change = fc.record({
  at: fc.nat(),
  take: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3000 })),
  put: fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom("<BODY ", "</BODY>", "<X/>", "</XrML>", "&lt;", "\0", '"', "0", "\ufeff", "<!--", "=").map(utf8),
  ),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const changed = (bytes: Bytes, changes: Change[]): Bytes =>
  changes.reduce((now, { at, take, put }) => {
    const where = at % (now.length + 1);
    return concat(now.slice(0, where), put, now.slice(where + take));
  }, bytes);
const isSame = (one: Bytes, other: Bytes) => Buffer.compare(one, other) === 0;
const changes = fc.array(change, { minLength: 1, maxLength: 3 });

async function onlyRightsErrors<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    expect(error, String(error)).toBeInstanceOf(RightsError);
    return null;
  }
}

const parsers: ((document: XrmlDocument) => Promise<unknown>)[] = [
  parsePublishingLicense,
  parseUseLicense,
  parseAccountCertificate,
  parseLicensorCertificate,
  parseServerLicensorCertificate,
  parseEdition,
  parseEditPermit,
];

describe("changed bytes", () => {
  it("of a chain: refused, or the same documents", async () => {
    const whole = (await parseChain(chain)).map(({ body }) => body);
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = changed(chain, list);
        const verifying = (async () => verifyPublishingLicense(await parseChain(bytes), trust))();
        const verified = await onlyRightsErrors(verifying);
        if (verified === null) return;
        expect(verified.license.document.body).toBe(whole[0]);
        expect((await parseChain(bytes)).every(({ body }) => whole.includes(body))).toBe(true);
      }),
      { numRuns },
    );
  });

  it("of a protected file: refused, or the same content", async () => {
    const file = vectorFile("encodings/example.ptxt");
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = changed(file, list);
        const reading = (async () => {
          const { license, region } = await readProtected(sourceOf(bytes));
          const verified = await verifyPublishingLicense(await parseChain(license), trust);
          const { all } = await consume({ region }, { verified, contentKey, trust }, webEngine);
          for await (const piece of all()) expect(new TextDecoder().decode(piece)).toBe(example.plaintext);
        })();
        await onlyRightsErrors(reading);
      }),
      { numRuns },
    );
  });
});

describe("changed text, signed again by someone who may sign", () => {
  const names = ["pl", "ul", "rac", "clc", "slc"];
  it.each(names)("%s: every parser refuses it or reads it whole", async (name) => {
    const text = new TextDecoder().decode(vectorFile(`encodings/${name}.xml`));
    const body = utf8(/<BODY .*?<\/BODY>/s.exec(text)![0]);
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const ascii = new TextDecoder("latin1").decode(changed(body, list));
        const parsing = (async () => parseDocument(utf8(await signDocument(ascii, signer))))();
        const document = await onlyRightsErrors(parsing);
        if (document === null) return;
        for (const parse of parsers) await onlyRightsErrors(parse(document));
      }),
      { numRuns: numRuns / 4 },
    );
  });

  it("a publishing license whose parts do not belong together never gives a policy", async () => {
    const text = new TextDecoder().decode(chain);
    const body = /<BODY .*?<\/BODY>/s.exec(text)![0];
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(..."0123456789abcdefABCDEF+/"), async (at, letter) => {
        const where = at % body.length;
        const other = body.slice(0, where) + letter + body.slice(where + 1);
        if (other === body) return;
        const opening = (async () => {
          const document = await parseDocument(utf8(await signDocument(other, signer)));
          return openRightsData(await parsePublishingLicense(document), contentKey);
        })();
        expect(await onlyRightsErrors(opening), `letter ${where}`).toBeNull();
      }),
      { numRuns },
    );
  });
});

it("noise", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
      const bytes = Uint8Array.from(noise);
      for (const parse of [parseChain, parseDocument])
        expect(codeOf(await parse(bytes).catch((error: unknown) => error))).toBe("license-malformed");
      expect(isSame(bytes, Uint8Array.from(noise))).toBe(true);
    }),
    { numRuns },
  );
});
