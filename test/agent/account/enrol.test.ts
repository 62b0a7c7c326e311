import { beforeAll, describe, expect, it } from "vitest";
import { certify, pinOf } from "../../../agent/enrol.js";
import { toBase64, toBase64url, utf8 } from "../../../shared/bytes.js";
import { onItsWay, sealAccountKey } from "../../../shared/crypto/account-key.js";
import type { PublicKey, Signer } from "../../../shared/crypto/keys.js";
import { newId } from "../../../shared/ids.js";
import {
  encodeAccountCertificate,
  encodeLicensorCertificate,
  encodeServerLicensorCertificate,
} from "../../../shared/license/certificates.js";
import { encodeChain } from "../../../shared/license/xrml.js";
import { dayMs, secondTime } from "../../../shared/time.js";
import { newSigner, nowMs, Organisation } from "../../license/organisation.js";
import { newKeys } from "../../service/licensing/device.js";
import { outcome } from "./scratch-home.js";

let contoso: Organisation;
let [licensor, other, newer, attacker]: Signer[] = [];
/** What the device opens with, and an account key that the service made for the person. */
let [account, shared]: Awaited<ReturnType<typeof newKeys>>[] = [];

beforeAll(async () => {
  contoso = await Organisation.found();
  [licensor, other, newer, attacker] = await Promise.all(Array.from({ length: 4 }, newSigner));
  [account, shared] = [await newKeys("unseal"), await newKeys("unseal")];
});

const times = { issuedMs: nowMs - dayMs, untilMs: nowMs + 30 * dayMs };
const subject = newId();

const serverCertificate = (key: Signer, generation: number, by: Signer) =>
  encodeServerLicensorCertificate(
    {
      serial: newId(),
      tenant: contoso.tenant,
      serviceAddress: "https://rms.contoso.example",
      generation,
      ...times,
      key: key.publicKey,
    },
    by,
  );

/** What a service answers; right but for what a test changes. */
interface Answer {
  signer?: Signer;
  accountKey?: { publicKey: PublicKey };
  licensorKey?: Signer;
  dpop?: string;
  accountSubject?: string;
  licensorSubject?: string;
  handed?: () => Promise<string>;
  chain?: () => Promise<string[]>;
  untilMs?: number;
  compromised?: string[];
}

async function answerOf(answer: Answer) {
  const { signer = contoso.signer, dpop = "thumbprint", accountSubject = subject, licensorSubject = subject } = answer;
  const of = {
    serial: newId(),
    tenant: contoso.tenant,
    issuedMs: times.issuedMs,
    untilMs: answer.untilMs ?? times.untilMs,
  };
  const forAccount = { ...of, subject: accountSubject, address: "ada@contoso.example", dpop };
  const accountKey = (answer.accountKey ?? account!).publicKey;
  const licensorKey = (answer.licensorKey ?? licensor!).publicKey;
  const encoded = (text: string) => toBase64(utf8(text));
  return {
    subject,
    address: "ada@contoso.example",
    name: "Ada",
    accountCertificate: encoded(await encodeAccountCertificate({ ...forAccount, key: accountKey }, signer)),
    licensorCertificate: encoded(
      await encodeLicensorCertificate({ ...of, subject: licensorSubject, key: licensorKey }, signer),
    ),
    serverCertificates: toBase64(encodeChain((await answer.chain?.()) ?? [contoso.serverCertificate])),
    accountKey: (await answer.handed?.()) ?? null,
    compromised: answer.compromised ?? [],
    time: secondTime(nowMs),
  };
}

const halvesOfDevice = () => ({
  account: account!.publicKey.spki,
  licensor: licensor!.publicKey.spki,
  dpop: "thumbprint",
  unsealing: async () => account!.privateKey,
});

const enrol = (answer: Answer) => {
  const halves = halvesOfDevice();
  return certify({ certify: () => answerOf(answer) }, halves, pinOf(contoso.trust));
};

describe("what a service certifies", () => {
  it("is believed when it is about this device's keys and leads to the pinned one", async () => {
    const { certified } = await enrol({});
    const { kid, generation } = pinOf(contoso.trust);
    expect(certified).toMatchObject({ subject, kid, generation, serverCertificates: [contoso.serverCertificate] });
  });

  it("may be signed by a newer key that the pinned one announced; then the generation has gone up", async () => {
    const chain = async () => [contoso.serverCertificate, await serverCertificate(newer!, 2, contoso.signer)];
    const { certified } = await enrol({ signer: newer, chain });
    expect([certified.kid, certified.generation]).toEqual([contoso.signer.publicKey.kid, 2]);
  });

  it.each<[string, () => Answer]>([
    ["another account key", () => ({ accountKey: other })],
    ["another licensor key", () => ({ licensorKey: other })],
    ["another proof key", () => ({ dpop: "another" })],
    ["an account certificate of somebody else", () => ({ accountSubject: newId() })],
    ["a licensor certificate of somebody else", () => ({ licensorSubject: newId() })],
    ["certificates that have ended", () => ({ untilMs: nowMs })],
    ["certificates of a key nobody announced", () => ({ signer: attacker })],
    [
      "a chain without the pinned key",
      () => ({ signer: attacker, chain: async () => [await serverCertificate(attacker!, 1, attacker!)] }),
    ],
    [
      "a key put in front of the pinned one",
      () => ({
        signer: attacker,
        chain: async () => [
          await serverCertificate(attacker!, 1, attacker!),
          await serverCertificate(contoso.signer, 2, attacker!),
        ],
      }),
    ],
    [
      "a newer key that announced itself",
      () => ({
        signer: attacker,
        chain: async () => [contoso.serverCertificate, await serverCertificate(attacker!, 2, attacker!)],
      }),
    ],
  ])("is not believed with %s", async (_what, answer) => {
    expect(await outcome(enrol(answer()))).toBe("service-untrusted");
  });

  it("is not believed once a newer key was seen and the service goes back to the older", async () => {
    const halves = halvesOfDevice();
    const pinned = { ...pinOf(contoso.trust), generation: 2 };
    expect(await outcome(certify({ certify: () => answerOf({}) }, halves, pinned))).toBe("service-untrusted");
  });
});

/** A private half as a service hands it over, to whom and as what it says. */
async function handed(pair = shared!, to = account!.publicKey, as = pair.publicKey): Promise<string> {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return toBase64(await sealAccountKey(pkcs8, to, onItsWay(as, to)));
}

describe("an account key that the service hands over", () => {
  it("is believed when it opens on this device and is the one certified, and is kept sealed", async () => {
    const { certified } = await enrol({ accountKey: shared!, handed });
    const sealed = expect.stringMatching(/^[A-Za-z0-9+/=]{2000,2200}$/);
    expect(certified.roaming).toEqual({ device: toBase64url(account!.publicKey.spki), sealed });
    expect((await enrol({})).certified.roaming).toBeNull();
  });

  it.each<[string, () => Answer]>([
    ["a certificate about another", () => ({ accountKey: other!, handed })],
    ["a certificate about the device's own", () => ({ handed })],
    [
      "another private half",
      () => ({ accountKey: shared!, handed: () => handed(account, account!.publicKey, shared!.publicKey) }),
    ],
    ["one sealed to another device", () => ({ accountKey: shared!, handed: () => handed(shared, other!.publicKey) })],
    ["one that is no sealed key", () => ({ accountKey: shared!, handed: async () => "AAAA" })],
    ["one that is no base64", () => ({ accountKey: shared!, handed: async () => "*" })],
  ])("is not believed with %s", async (_what, answer) => {
    expect(await outcome(enrol(answer()))).toBe("service-untrusted");
  });
});

describe("a tenant key that others may have", () => {
  const chain = async () => [contoso.serverCertificate, await serverCertificate(newer!, 2, contoso.signer)];
  const named = () => [contoso.signer.publicKey.kid];

  it("is remembered, also when the service is silent about it later", async () => {
    const { certified } = await enrol({ signer: newer!, chain, compromised: [...named(), "another"] });
    expect(certified.compromised).toEqual(named());
    const pinned = { ...pinOf(contoso.trust), generation: 2, newest: newer!.publicKey.kid, compromised: named() };
    const silent = await certify({ certify: () => answerOf({ signer: newer!, chain }) }, halvesOfDevice(), pinned);
    expect(silent.certified.compromised).toEqual(named());
  });

  it("certifies nobody", async () => {
    expect(await outcome(enrol({ chain, compromised: named() }))).toBe("service-untrusted");
  });
});
