import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Account, openAccount } from "../../agent/account.js";
import { useLicenseFor } from "../../agent/consume-license.js";
import { SoftwareKeys } from "../../service/custody/software-keys.js";
import { type Bytes, collect, concat, sourceOf, streamOf, utf8 } from "../../shared/bytes.js";
import { importPrivateKey, newRawContentKey, type Signer, signerOf } from "../../shared/crypto/keys.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { newId } from "../../shared/ids.js";
import { encodeEditPermit } from "../../shared/license/edition.js";
import { encodePublishingLicense } from "../../shared/license/publishing-license.js";
import { distrusting, verifyAccountCertificate, verifyUseLicense } from "../../shared/license/trust.js";
import { encodeUseLicense } from "../../shared/license/use-license.js";
import { parseDocument } from "../../shared/license/xrml.js";
import { type Author, consumeStream, protectRegion, verify } from "../../shared/protect.js";
import { minuteMs } from "../../shared/time.js";
import { outcome, publishAs, signInAs } from "../agent/account/scratch-home.js";
import {
  authorOf,
  type Document,
  newSigner,
  nowMs,
  Organisation,
  type Person,
  sealed,
} from "../license/organisation.js";
import { type ScratchService, scratchService } from "../service/licensing/scratch-service.js";

/** What somebody can still do who has a tenant key that was given up (threats T2, T6). */

vi.setConfig({ testTimeout: 120_000 });

describe("a tenant key that others may have", () => {
  let contoso: Organisation;
  let ada: Person;
  let thief: Person;
  let plan: Document;
  const distrust = () => distrusting(contoso.trust, [contoso.signer.publicKey.kid]);

  beforeAll(async () => {
    contoso = await Organisation.found();
    [ada, thief] = [await contoso.person("ada"), await contoso.person("thief")];
    plan = await contoso.publish(ada);
  });

  it("permits nobody to make editions, though it did before that was said", async () => {
    const region = await sealed(utf8("forged"), plan, authorOf(thief, await contoso.permit(plan, thief)));
    const access = contoso.access(plan);
    expect(await outcome(verify({ region: sourceOf(region) }, access, webEngine))).toBe("success");
    expect(await outcome(verify({ region: sourceOf(region) }, { ...access, trust: distrust() }, webEngine))).toBe(
      "edition-invalid",
    );
  });

  it("leaves what it permitted to be taken out, and says at the end that nobody vouches for it", async () => {
    const region = await sealed(utf8("edited"), plan, authorOf(thief, await contoso.permit(plan, thief)));
    const access = { ...contoso.access(plan), trust: distrust() };
    const pieces: Bytes[] = [];
    const reading = (async () => {
      for await (const piece of consumeStream(streamOf(sourceOf(region)), access, webEngine)) pieces.push(piece);
    })();
    expect(await outcome(reading)).toBe("edition-invalid");
    expect(concat(...pieces)).toEqual(utf8("edited"));
  });

  it("is no author itself", async () => {
    const [raw, contentId] = [newRawContentKey(), newId()];
    const { license } = plan.verified;
    const policy = { ...plan.policy, family: contentId };
    const of = { contentId, tenant: contoso.tenant, serviceAddress: license.serviceAddress, issuedMs: nowMs };
    const keys = { rawContentKey: raw, tenantKey: contoso.signer.publicKey, issuerSubject: null };
    const more = { cipher: license.cipher, label: null, policy, chain: [contoso.serverCertificate] };
    const { bytes } = await encodePublishingLicense({ ...of, ...keys, ...more }, contoso.signer);
    const online = await contoso.document(bytes, { contentId, raw, policy });
    const author: Author = {
      principal: { kind: "tenant", tenant: contoso.tenant },
      signer: contoso.signer,
      permit: null,
    };
    const region = await sealed(utf8("from the service"), online, author);
    const access = contoso.access(online);
    expect(await outcome(verify({ region: sourceOf(region) }, access, webEngine))).toBe("success");
    expect(await outcome(verify({ region: sourceOf(region) }, { ...access, trust: distrust() }, webEngine))).toBe(
      "edition-invalid",
    );
  });

  it("gives no use licenses and certifies no accounts", async () => {
    const terms = {
      ...{ v: 1 as const, time: "2026-11-24T12:00:00Z", author: { address: ada.address, name: "Ada" } },
      ...{ cipher: "SEALWRIGHT.GCM1M", ext: ".txt", until: null, offlineUntil: null },
    };
    const text = await encodeUseLicense(
      {
        ...{ serial: newId(), tenant: contoso.tenant, subject: ada.subject, rights: ["OWNER"], terms, mayStore: true },
        ...{ issuedMs: nowMs, fromMs: nowMs, untilMs: nowMs + minuteMs, accountKey: ada.account.publicKey },
        ...{ rawContentKey: plan.raw, contentId: plan.contentId, licenseDigest: plan.verified.digest },
      },
      contoso.signer,
    );
    const use = await parseDocument(utf8(text));
    const account = await parseDocument(utf8(ada.accountCertificate));
    const { license } = plan.verified;
    const wanted = { license, accountKey: ada.account.publicKey, subject: ada.subject, nowMs };
    for (const [trust, expected] of [
      [contoso.trust, "success"],
      [distrust(), "license-untrusted"],
    ] as const) {
      expect(await outcome(verifyUseLicense(use, wanted, trust))).toBe(expected);
      expect(await outcome(verifyAccountCertificate(account, trust, nowMs))).toBe(expected);
    }
  });

  it("harms no document that its author signed, once another key gave the license to use it", async () => {
    const region = await sealed(utf8("the plan"), plan, authorOf(ada));
    const access = { ...contoso.access(plan), trust: distrust() };
    expect(await outcome(verify({ region: sourceOf(region) }, access, webEngine))).toBe("success");
  });
});

/** The tenant key as a thief has it: with its file, and the passphrase. */
async function stolenKey({ config, service }: ScratchService): Promise<Signer> {
  const { publicKey } = service.parts.tenant.keyring.active.custody;
  const keys = new SoftwareKeys({ url: config.tenantKey, passphraseFile: config.tenantKeyPassphraseFile });
  return signerOf(publicKey, await importPrivateKey(await keys.read(publicKey.kid), "sign"));
}

/** Content of the thief's under somebody's license, with a permit that the stolen key signed. */
async function forge(document: Awaited<ReturnType<typeof publishAs>>, tenant: string, key: Signer) {
  const signer = await newSigner();
  const subject = newId();
  const times = { issuedMs: Date.now(), fromMs: Date.now() - minuteMs, untilMs: Date.now() + minuteMs };
  const of = { serial: newId(), tenant, subject, key: signer.publicKey, licenseDigest: document.digest };
  const permit = await encodeEditPermit({ ...of, ...times }, key);
  const author: Author = { principal: { kind: "person", subject }, signer, permit };
  const save = { number: 2, previous: new Uint8Array(32), nowMs: Date.now() };
  const plaintext = (async function* () {
    yield utf8("not what the author wrote");
  })();
  return collect(protectRegion(plaintext, document, author, save, webEngine));
}

it("is not believed by real agents any more: they hear of it with what they ask next, and what they kept goes", async () => {
  const service = await scratchService();
  const [writer, reader, away] = [
    await signInAs(service, "writer"),
    await signInAs(service, "colleague"),
    await signInAs(service, "colleague"),
  ];
  const ines = await service.enrol("administrator");
  const grants = [{ who: [reader.info.address], rights: ["VIEW", "EDIT"] }];
  const document = await publishAs(writer, grants);
  await writer.service.register(document.license);
  const forged = await forge(document, writer.info.tenant, await stolenKey(service));
  const opens = async (account: Account, fresh = false) => {
    const granted = await useLicenseFor(account, document.license, { fresh });
    return outcome(verify({ region: sourceOf(forged) }, granted, webEngine));
  };
  expect([await opens(reader), await opens(away)]).toEqual(["success", "success"]);

  const { keys } = await ines.admin.rollKey(null);
  const renewed = await (await openAccount(reader.home)).renew({ always: true }); // certified by the new key already
  await useLicenseFor(renewed, document.license, { fresh: true });
  const other = await publishAs(writer, grants);
  await writer.service.register(other.license);
  await useLicenseFor(renewed, other.license);
  expect(await readdir(reader.home.licenses)).toHaveLength(2);
  await ines.admin.compromiseKey(keys[1]!.kid, null);

  expect(await opens(await openAccount(reader.home), true)).toBe("edition-invalid");
  expect(await readdir(reader.home.licenses)).toHaveLength(1);
  const later = await openAccount(reader.home);
  expect(await opens(later)).toBe("edition-invalid");
  expect((await useLicenseFor(later, document.license)).isKept).toBe(true);
  const good = await collect(
    protectRegion(
      (async function* () {
        yield utf8("what the author wrote");
      })(),
      document,
      { principal: { kind: "person", subject: writer.info.subject }, signer: await writer.signer(), permit: null },
      { number: 1, previous: new Uint8Array(0), nowMs: Date.now() },
      webEngine,
    ),
  );
  const granted = await useLicenseFor(later, document.license);
  expect(await outcome(verify({ region: sourceOf(good) }, granted, webEngine))).toBe("success");
  // Another device of the same person, with the old certificate, hears of it the same way.
  expect(await opens(await openAccount(away.home), true)).toBe("edition-invalid");
});
