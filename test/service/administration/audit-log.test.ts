import { describe, expect, it } from "vitest";
import type { AuditEntry, AuditListing } from "../../../shared/protocol/audit-api.js";
import { secondTime } from "../../../shared/time.js";
import { refusalOf } from "../licensing/device.js";
import { scratchService, sharedService } from "../licensing/scratch-service.js";

const shared = sharedService();
const list = (listing: Partial<AuditListing>) => shared().devices.ines.admin.listAudit(listing);
const latest = () => shared().service.parts.audit.events({ limit: 1 });

describe("the audit as administrators read it", () => {
  it("has who did what with which document, and whom it was refused", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({ grants: [{ who: ["bob@trial.example"], rights: ["VIEW"] }] });
    await bob.use(license);
    await refusalOf(olga.use(license));
    const { records } = await list({ action: "grant", limit: 2 });
    expect(records[0]).toMatchObject({ result: "access-denied", address: olga.certified.address, until: null });
    expect(records[1]).toMatchObject({ result: "done", subject: bob.certified.subject, detail: "VIEW" });
    const contentId = records[1]!.contentId!;
    const about = await list({ contentId });
    expect(about.records.map(({ result, address }) => [result, address])).toEqual([
      ["access-denied", olga.certified.address],
      ["done", bob.certified.address],
    ]);
    expect((await list({ contentId, result: "done" })).records).toHaveLength(1);
  });

  it("finds a person by id, and by an address they have or had", async () => {
    const { enrol } = await scratchService();
    const ines = await enrol("administrator");
    const bob = await enrol("colleague");
    const subject = bob.certified.subject;
    const addresses = ["robert@trial.example"];
    await ines.admin.changePerson({ who: subject, addresses });
    const seqs = async (who: string) => (await ines.admin.listAudit({ who })).records.map(({ seq }) => seq);
    const byId = await seqs(subject);
    expect(byId.length).toBeGreaterThan(0);
    expect(await seqs("Robert@trial.example")).toEqual(byId);
    expect((await seqs("bob@trial.example")).length).toBeGreaterThan(0);
    expect(await seqs("nobody@trial.example")).toEqual([]);
  });

  it("takes the first moment of a time range in, and the last one out", async () => {
    const all = (await list({ limit: 1000 })).records;
    const cut = secondTime(Date.parse(all[Math.floor(all.length / 2)]!.time));
    const [before, since] = [await list({ until: cut, limit: 1000 }), await list({ since: cut, limit: 1000 })];
    const numbers = (records: readonly AuditEntry[]) => records.map(({ seq }) => seq);
    const known = [...numbers(since.records), ...numbers(before.records)].filter((seq) => seq <= all[0]!.seq);
    expect(known).toEqual(numbers(all));
    expect(before.records.every(({ time }) => time < cut)).toBe(true);
  });

  it("is itself on record before it is read: who looked at what, and who took what away", async () => {
    const { records } = await list({ purpose: "export", order: "oldest", action: "grant", after: 3, limit: 5 });
    expect(records.every(({ seq, action }) => seq > 3 && action === "grant")).toBe(true);
    const [record] = await latest();
    const detail = "audit export: action grant, oldest first, behind record 3";
    expect(record).toMatchObject({ action: "administer", result: "done", name: "Ines Ortiz", detail });
    await list({ who: "bob@trial.example" });
    expect((await latest())[0]!.detail).toBe("audit list: who bob@trial.example, newest first");
  });

  it("gives the hash of the chain with each record: the newest is the head", async () => {
    const { records } = await list({ limit: 1 });
    const { head, intact } = await shared().service.parts.audit.verify();
    expect({ head, intact }).toEqual({ head: records[0]!.hash, intact: true });
  });

  it.each([
    { action: "everything" },
    { contentId: "../x" },
    { since: "yesterday" },
    { since: "2027-02-30T00:00:00Z" },
    { result: "done' or 1=1" },
    { limit: 0 },
    { limit: 1001 },
    { after: -1 },
    { after: 1.5 },
    { who: "@" },
    { order: "random" },
    { subject: "x" },
  ])("%j is refused as malformed", async (wrong) => {
    expect((await refusalOf(list(wrong as Partial<AuditListing>))).code).toBe("request-malformed");
  });
});
