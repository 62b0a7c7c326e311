import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../../shared/bytes.js";
import { sha256 } from "../../../shared/crypto/keys.js";
import {
  certificateHeader,
  encodeMailStamp,
  stampHeader,
  verifyMailStamp,
} from "../../../shared/license/mail-stamp.js";
import { nowMs, Organisation, type Person } from "../../license/organisation.js";

/** What a mail gate believes, and what it does not. */

let contoso: Organisation;
let ada: Person;
const digestOf = (text: string) => sha256(utf8(text));
const label = "2096f6a2-d2f7-48be-b329-b73aaa526e5d";

beforeAll(async () => {
  contoso = await Organisation.found();
  ada = await contoso.person("ada");
});

async function stamped(texts: readonly string[], by: Person = ada, tenant = contoso.tenant) {
  const digests = await Promise.all(texts.map(digestOf));
  const device = { signer: by.licensor, certificate: utf8(by.licensorCertificate) };
  return encodeMailStamp({ tenant, label, atMs: nowMs }, digests, device);
}
const verified = async (headers: ReadonlyMap<string, string>, texts: readonly string[], trust = contoso.trust) =>
  verifyMailStamp((name) => headers.get(name) ?? null, await Promise.all(texts.map(digestOf)), trust);

describe("the stamp of a mail", () => {
  it("holds for its attachments in any order, and says who stamped it, when, and under which label", async () => {
    const headers = await stamped(["plan", "budget"]);
    expect(await verified(headers, ["budget", "plan"])).toEqual({
      tenant: contoso.tenant,
      label,
      atMs: nowMs,
      subject: ada.subject,
    });
  });

  it("fits into headers as mail programs take them", async () => {
    const headers = await stamped(Array.from({ length: 499 }, (_, at) => `${at}`));
    for (const [name, value] of headers) {
      expect(name.length + value.length).toBeLessThan(998);
      expect(value).toMatch(/^[ -~]+$/);
    }
    expect([...headers.keys()]).toContain(certificateHeader(4));
  });

  it.each([
    ["one more", ["plan", "budget", "clear"]],
    ["one less", ["plan"]],
    ["another", ["plan", "clear"]],
    ["one twice", ["plan", "budget", "budget"]],
  ])("does not hold for a mail with %s", async (_what, texts) => {
    const headers = await stamped(["plan", "budget"]);
    await expect(verified(headers, texts)).rejects.toMatchObject({ code: "license-untrusted" });
  });

  it("does not hold once its label or time is another", async () => {
    const headers = await stamped(["plan"]);
    for (const [from, to] of [
      [label, "00000000-0000-4000-8000-000000000001"],
      ["2026-11-24", "2026-11-23"],
      ["v=1", "v=2"],
    ] as const) {
      const changed = new Map(headers).set(stampHeader, headers.get(stampHeader)!.replace(from, to));
      await expect(verified(changed, ["plan"])).rejects.toMatchObject({ code: "license-untrusted" });
    }
  });

  it("is believed of devices of the organisation alone", async () => {
    const fabrikam = await Organisation.found();
    const eve = await fabrikam.person("eve");
    await expect(verified(await stamped(["plan"], eve), ["plan"])).rejects.toMatchObject({ code: "license-untrusted" });
    const theirs = await stamped(["plan"], eve, fabrikam.tenant);
    await expect(verified(theirs, ["plan"])).rejects.toMatchObject({ code: "license-untrusted" });
    expect(await verified(theirs, ["plan"], fabrikam.trust)).toMatchObject({ subject: eve.subject });
  });

  it("is not there in a mail without one", async () => {
    expect(await verified(new Map(), ["plan"])).toBeNull();
  });
});
