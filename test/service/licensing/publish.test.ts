import { describe, expect, it } from "vitest";
import { type Bytes, collect, fromBase64, sourceOf, toBase64, toBase64url, utf8 } from "../../../shared/bytes.js";
import { signerOf } from "../../../shared/crypto/keys.js";
import { webEngine } from "../../../shared/crypto/web-engine.js";
import { newId } from "../../../shared/ids.js";
import { protect, readProtected, verify } from "../../../shared/protect.js";
import type { PublishRequest } from "../../../shared/protocol/service-api.js";
import { roles } from "../../../shared/rights.js";
import { dayMs, secondTime } from "../../../shared/time.js";
import { newKeys, refusalOf, spkiText, type TestDevice } from "./device.js";
import { sharedService } from "./scratch-service.js";

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: [...roles["Co-author"]] }];

type Asked = Partial<Omit<PublishRequest, "policy">> & { policy?: Partial<PublishRequest["policy"]> };

const requestOf = (device: TestDevice, { policy, ...more }: Asked = {}): PublishRequest => ({
  policy: { grants, until: null, offlineDays: 7, template: null, name: "plan.txt", ...policy },
  label: null,
  cipher: "SEALWRIGHT.GCM1M",
  ext: ".txt",
  accountCertificate: device.certified.accountCertificate,
  ...more,
});

const publish = async (device: TestDevice, asked: Asked = {}) => {
  const answer = await device.client.publish(requestOf(device, asked));
  const license = fromBase64(answer.license, "internal");
  return { answer, license, ...(await device.open(license, answer.useLicense)) };
};

async function* once(bytes: Bytes): AsyncGenerator<Bytes> {
  yield bytes;
}

describe("publishing at the service", () => {
  it("makes the caller issuer and owner, and gives them everything", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license, use, policy, verified } = await publish(ada);
    expect(use.rights).toEqual(["OWNER"]);
    expect(policy).toMatchObject({
      issuer: ada.certified.subject,
      owner: "ada@trial.example",
      family: verified.license.contentId,
      name: "plan.txt",
      grants,
    });
    expect(verified.issuer).toMatchObject({ subject: null, certificateSerial: null });
    expect((await bob.use(license)).use.rights).toContain("EDIT");
    expect((await refusalOf(olga.use(license))).code).toBe("access-denied");
  });

  it("lets a page protect with a key of its own: content, edition and permit hold together", async () => {
    const { ada, bob } = shared().devices;
    const page = await newKeys("sign");
    const { answer, license, verified, contentKey } = await publish(ada, { signingKey: spkiText(page.publicKey) });
    const published = { license, digest: verified.digest, contentKey, contentId: verified.license.contentId };
    const author = {
      principal: { kind: "person", subject: ada.certified.subject } as const,
      signer: signerOf(page.publicKey, page.privateKey),
      permit: new TextDecoder().decode(fromBase64(answer.permit, "internal")),
    };
    const wrapping = { container: "pfile", extension: ".txt", redirection: new Uint8Array(0) } as const;
    const file = { plaintext: once(utf8("hello")), wrapping };
    const save = { number: 1, previous: new Uint8Array(0), nowMs: Date.now() };
    const bytes = await collect(protect(file, published, author, save, webEngine));
    const { license: carried, region } = await readProtected(sourceOf(bytes));
    const reader = await bob.use(carried);
    const access = { verified: reader.verified, contentKey: reader.contentKey, trust: bob.trust };
    const edition = await verify({ region }, access, webEngine);
    expect(edition).toMatchObject({ number: 1, signer: { kind: "person", subject: ada.certified.subject } });
  });

  it("takes no content key, no issuer and no family from outside", async () => {
    const { ada } = shared().devices;
    for (const extra of [
      { sealedContentKey: "AAAA" },
      { issuer: newId() },
      { family: newId() },
      { contentKey: "AAAA" },
    ]) {
      const asked = requestOf(ada);
      const inside = { ...asked, policy: { ...asked.policy, ...extra } };
      for (const request of [{ ...asked, ...extra }, inside])
        expect((await refusalOf(ada.client.publish(request as PublishRequest))).code).toBe("request-malformed");
    }
  });

  it("draws a fresh content key and family each time", async () => {
    const { ada } = shared().devices;
    const [one, other] = [await publish(ada), await publish(ada)];
    expect(one.policy.family).not.toBe(other.policy.family);
    expect(one.verified.license.sealedContentKey).not.toEqual(other.verified.license.sealedContentKey);
  });

  it("follows label and template, whatever the caller would rather", async () => {
    const { ada, bob } = shared().devices;
    const { labels, templates } = await ada.client.policy();
    const label = labels.find(({ names }) => names.en === "Project")!;
    const template = templates.find(({ id }) => id === label.template)!;
    const policy = { template: template.id, grants: [], offlineDays: -1, until: secondTime(Date.now() + dayMs) };
    const { license, policy: written } = await publish(ada, { label: label.id, policy });
    expect(written).toMatchObject({ grants: template.grants, offlineDays: template.offlineDays, until: null });
    expect((await bob.use(license)).use.terms.label).toBe("Confidential/Project");
    const without = requestOf(ada, { label: label.id, policy: { template: null } });
    expect((await refusalOf(ada.client.publish(without))).code).toBe("protect-denied");
  });

  it.each([
    ["label", { label: newId() }, "protect-denied"],
    ["template", { policy: { template: newId() } }, "protect-denied"],
    ["cipher", { cipher: "MICROSOFT.CBC4K" as "SEALWRIGHT.GCM1M" }, "request-malformed"],
    ["extension", { ext: "../x" }, "request-malformed"],
    ["end", { policy: { until: "2027-02-30T00:00:00Z" } }, "policy-malformed"],
    ["grant", { policy: { grants: [{ who: ["Not An Address"], rights: ["VIEW"] }] } }, "request-malformed"],
    ["right", { policy: { grants: [{ who: ["a@x.example"], rights: ["view"] }] } }, "request-malformed"],
    ["offline days", { policy: { offlineDays: 1.5 } }, "request-malformed"],
    ["signing key", { signingKey: toBase64url(new Uint8Array(294)) }, "request-malformed"],
    ["account certificate", { accountCertificate: toBase64(utf8("x")) }, "account-mismatch"],
    ["base64", { accountCertificate: "AA=" }, "request-malformed"],
  ])("refuses an unknown or impossible %s", async (_what, asked, code) => {
    const { ada } = shared().devices;
    expect((await refusalOf(ada.client.publish(requestOf(ada, asked as Asked)))).code).toBe(code);
  });

  it("refuses more names than a policy may hold", async () => {
    const { ada } = shared().devices;
    const names = (from: number) => Array.from({ length: 501 }, (_, at) => `a${from + at}@x.example`);
    const many = [0, 501].map((from) => ({ who: names(from), rights: ["VIEW"] }));
    expect((await refusalOf(publish(ada, { policy: { grants: many } }))).code).toBe("policy-malformed");
  });
});
