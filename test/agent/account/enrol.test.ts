import { beforeAll, describe, expect, it } from "vitest";
import { certify, pinOf } from "../../../agent/enrol.js";
import { toBase64, utf8 } from "../../../shared/bytes.js";
import type { Signer } from "../../../shared/crypto/keys.js";
import { newId } from "../../../shared/ids.js";
import {
  encodeAccountCertificate,
  encodeLicensorCertificate,
  encodeServerLicensorCertificate,
} from "../../../shared/license/certificates.js";
import { encodeChain } from "../../../shared/license/xrml.js";
import { dayMs, secondTime } from "../../../shared/time.js";
import { newSigner, nowMs, Organisation } from "../../license/organisation.js";
import { outcome } from "./scratch-home.js";

let contoso: Organisation;
let [account, licensor, other, newer, attacker]: Signer[] = [];

beforeAll(async () => {
  contoso = await Organisation.found();
  [account, licensor, other, newer, attacker] = await Promise.all(Array.from({ length: 5 }, newSigner));
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
  accountKey?: Signer;
  licensorKey?: Signer;
  dpop?: string;
  accountSubject?: string;
  licensorSubject?: string;
  chain?: () => Promise<string[]>;
  untilMs?: number;
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
    time: secondTime(nowMs),
  };
}

const enrol = (answer: Answer) => {
  const halves = { account: account!.publicKey.spki, licensor: licensor!.publicKey.spki, dpop: "thumbprint" };
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
    const halves = { account: account!.publicKey.spki, licensor: licensor!.publicKey.spki, dpop: "thumbprint" };
    const pinned = { ...pinOf(contoso.trust), generation: 2 };
    expect(await outcome(certify({ certify: () => answerOf({}) }, halves, pinned))).toBe("service-untrusted");
  });
});
