import { describe, expect, it } from "vitest";
import { equalBytes, fromBase64 } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { type EditPermit, parseEditPermit } from "../../../shared/license/edition.js";
import { parseDocument } from "../../../shared/license/xrml.js";
import { roles } from "../../../shared/rights.js";
import type { Template } from "../../../shared/template.js";
import { dayMs, minuteMs, secondTime } from "../../../shared/time.js";
import { refusalOf } from "./device.js";
import { scratchService, sharedService } from "./scratch-service.js";

const shared = sharedService();
const project = ["project@trial.example"];
const viewing = [{ who: project, rights: [...roles.Viewer] }];
const editing = [{ who: project, rights: [...roles["Co-author"]] }];

const permitOf = async (permit: string | null): Promise<EditPermit> =>
  parseEditPermit(await parseDocument(fromBase64(permit!, "internal")));

describe("a use license", () => {
  it("holds the content key, sealed to the device that asked", async () => {
    const { ada, bob } = shared().devices;
    const { license, rawContentKey } = await ada.publish({ grants: viewing });
    const { use } = await bob.use(license);
    const opened = await bob.account.unseal(use.sealedContentKey);
    const mine = await crypto.subtle.importKey("raw", rawContentKey, "HKDF", false, ["deriveBits"]);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new Uint8Array(0) };
    const [one, other] = await Promise.all([opened!, mine].map((key) => crypto.subtle.deriveBits(hkdf, key, 256)));
    expect(equalBytes(new Uint8Array(one!), new Uint8Array(other!))).toBe(true);
    expect(await ada.account.unseal(use.sealedContentKey)).toBeNull();
  });

  it("tells its reader what stands nowhere in clear in the file", async () => {
    const { ada, bob } = shared().devices;
    const label = (await bob.client.policy()).labels.find(({ names }) => names.en === "Project")!;
    const until = secondTime(Date.now() + 3 * dayMs);
    const obligations = [{ type: "watermark" as const, text: "for {name}" }];
    const wishes = { grants: viewing, name: "Übersicht.txt", label: label.id, until, obligations };
    const { license } = await ada.publish(wishes);
    const { use } = await bob.use(license);
    expect(use.terms).toMatchObject({
      author: { address: "ada@trial.example", name: "Ada Lovelace" },
      name: "Übersicht.txt",
      ext: ".txt",
      cipher: "SEALWRIGHT.GCM1M",
      label: "Confidential/Project",
      until,
      obligations,
    });
    expect(use.untilMs).toBe(Math.floor((Date.parse(until) - 1) / minuteMs) * minuteMs);
    expect(use.terms.offlineUntil).toBe(secondTime(use.untilMs));
    expect(new TextDecoder().decode(license)).not.toMatch(/bersicht|ada@|project@/i);
  });

  it("of a document that must be asked for each time is never stored", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants: viewing, offlineDays: 0 });
    const { use } = await bob.use(license);
    expect(use).toMatchObject({ mayStore: false, terms: { offlineUntil: null } });
    expect(use.untilMs - Date.now()).toBeLessThanOrEqual(15 * minuteMs);
  });

  it("is given to many at once", async () => {
    const { ada, bob } = shared().devices;
    const published = await Promise.all(Array.from({ length: 24 }, () => ada.publish({ grants: viewing })));
    const opened = await Promise.all(published.map(({ license }) => bob.use(license)));
    expect(opened.map(({ policy }) => policy.family)).toEqual(published.map(({ policy }) => policy.family));
  });
});

describe("an edit permit", () => {
  it("comes with the right to edit what another published, for the device's licensor key", async () => {
    const { ada, bob } = shared().devices;
    const { license, digest } = await ada.publish({ grants: editing });
    const { permit, use } = await bob.use(license);
    const parsed = await permitOf(permit);
    expect(parsed.key.kid).toBe(bob.licensor.publicKey.kid);
    expect(parsed.subject).toBe(bob.certified.subject);
    expect(equalBytes(parsed.licenseDigest, digest)).toBe(true);
    expect([parsed.fromMs, parsed.untilMs]).toEqual([use.fromMs, use.untilMs]);
  });

  it("does not come without the right to edit, nor for the key that issued the license", async () => {
    const { ada, bob } = shared().devices;
    const [read, edited] = [await ada.publish({ grants: viewing }), await ada.publish({ grants: editing })];
    expect((await bob.use(read.license)).permit).toBeNull();
    expect((await ada.use(edited.license)).permit).toBeNull();
  });

  it("comes for the issuer's other device", async () => {
    const { ada } = shared().devices;
    const other = await shared().enrol("writer");
    const { license } = await ada.publish({ grants: [] });
    const { permit } = await other.use(license);
    expect((await permitOf(permit)).key.kid).toBe(other.licensor.publicKey.kid);
  });
});

describe("a document under a template", () => {
  const templateWith = (more: Partial<Template>): Template => ({
    id: newId(),
    names: { en: "Project" },
    grants: viewing,
    expiry: { type: "never" },
    offlineDays: 7,
    ...more,
  });

  it("follows the template as it is at each grant", async () => {
    const { service, devices } = shared();
    const { ada, bob, olga } = devices;
    const { policies } = service.parts.store;
    const template = templateWith({});
    await policies.put({ templates: [template] });
    const obligations = [{ type: "watermark" as const, text: "old" }];
    const { license } = await ada.publish({ grants: editing, template: template.id, offlineDays: 30, obligations });
    const first = await bob.use(license);
    expect(first.use.rights).not.toContain("EDIT");
    expect(first.use.untilMs).toBeLessThanOrEqual(Date.now() + 7 * dayMs);
    expect(first.use.terms).not.toHaveProperty("obligations");

    const watermark = [{ type: "watermark" as const, text: "new" }];
    const grants = [{ who: ["olga@outside.example"], rights: ["VIEW", "EDIT"] }];
    await policies.put({ templates: [{ ...template, grants, offlineDays: 0, obligations: watermark }] });
    expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
    const { use } = await olga.use(license);
    expect(use).toMatchObject({ rights: ["VIEW", "EDIT"], mayStore: false, terms: { obligations: watermark } });
  });

  it("counts a template's days from when the document was protected", async () => {
    const { service, devices } = shared();
    const template = templateWith({ expiry: { type: "days", days: 2 } });
    await service.parts.store.policies.put({ templates: [template] });
    const issuedMs = Math.floor(Date.now() / minuteMs) * minuteMs - 3 * minuteMs;
    const { license } = await devices.ada.publish({ template: template.id, issuedMs });
    expect((await devices.bob.use(license)).use.terms.until).toBe(secondTime(issuedMs + 2 * dayMs));
  });

  it("opens for nobody but issuer and owner once the template is gone", async () => {
    const { service, devices } = shared();
    const { ada, bob } = devices;
    const template = templateWith({});
    await service.parts.store.policies.put({ templates: [template] });
    const { license } = await ada.publish({ grants: viewing, template: template.id });
    expect((await bob.use(license)).use.rights).toContain("VIEW");
    await service.parts.store.write((tx) => tx.deleteFrom("templates").where("id", "=", template.id).execute());
    expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
    expect((await ada.use(license)).use.rights).toEqual(["OWNER"]);
  });
});

describe("the end of a document", () => {
  it("ends everybody's access but the issuer's, and says when it was", async () => {
    const { enrol, clock } = await scratchService();
    const [ada, bob] = [await enrol("writer"), await enrol("colleague")];
    const untilMs = Date.now() + 5 * minuteMs;
    const { license } = await ada.publish({ grants: viewing, until: secondTime(untilMs) });
    expect((await bob.use(license)).use.untilMs).toBeLessThanOrEqual(untilMs);
    clock.now = () => Date.now() + 5 * minuteMs;
    const refused = await refusalOf(bob.use(license));
    const day = new Date(untilMs).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
    expect(refused.answer).toMatchObject({
      code: "access-expired",
      message: `access to this file ended on ${day}`,
      offers: ["ask-owner"],
    });
    expect((await ada.use(license)).use.untilMs).toBeGreaterThan(untilMs);
  });
});
