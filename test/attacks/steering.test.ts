import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Account } from "../../agent/account.js";
import { useLicenseFor } from "../../agent/consume-license.js";
import { newRawContentKey } from "../../shared/crypto/keys.js";
import { codeOf } from "../../shared/errors.js";
import { newId } from "../../shared/ids.js";
import { encodePublishingLicense } from "../../shared/license/publishing-license.js";
import { nodeHttp } from "../../shared/node/http.js";
import { useHttp } from "../../shared/protocol/http.js";
import { webHttp } from "../../shared/protocol/web-http.js";
import { outcome, publishAs, scratchOrganisation, signInAs } from "../agent/account/scratch-home.js";
import { Organisation } from "../license/organisation.js";
import { tappedService } from "./tapped-service.js";

/** Whatever a file names, and wherever the service points, nothing goes anywhere but to the enrolled service (T15). */

vi.setConfig({ testTimeout: 90_000 });

/** Hears everything that is sent to it. */
async function trap() {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

/** Where requests went; they go on as they are, by what programs ask with. */
function watchRequests(): { origins: () => string[] } {
  const asked = new Set<string>();
  useHttp((url, request) => {
    asked.add(new URL(url).origin);
    return nodeHttp(url, request);
  });
  onTestFinished(() => useHttp(webHttp));
  return { origins: () => [...asked] };
}

const addresses = (trapOrigin: string): string[] => [
  trapOrigin,
  "http://169.254.169.254/latest/meta-data",
  "http://[::1]:1",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "https://rms.trial.example@evil.example",
  "https://rms.trial.exаmple", // with a Cyrillic letter
  "//evil.example",
  "",
];

/** All that an agent asks its service about a file. */
async function doEverything(account: Account, license: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { service } = account;
  const acts = [
    () => useLicenseFor(account, license, { fresh: true }),
    () => service.register(license),
    () => service.track(license),
    () => service.documentPolicy(license),
    () => service.revoke(license),
  ];
  const outcomes: string[] = [];
  for (const act of acts) outcomes.push(await outcome(act()));
  return outcomes;
}

describe("an address inside a file", () => {
  it("of one's own organisation is never asked", async () => {
    const { signInAs } = await scratchOrganisation();
    const [writer, reader] = [await signInAs("writer"), await signInAs("colleague")];
    const { origin, heard } = await trap();
    const { origins } = watchRequests();
    let made = 0;
    for (const address of addresses(origin)) {
      const lured = { ...writer, info: { ...writer.info, service: address }, signer: writer.signer } as Account;
      const published = await publishAs(lured, [{ who: [reader.info.address], rights: ["VIEW"] }]).catch((error) => {
        expect(codeOf(error), address).toBe("license-malformed"); // the form of a license allows no such address
        return null;
      });
      if (published === null) continue;
      made++;
      const [used] = await doEverything(reader, published.license);
      expect(["success", "license-malformed"], address).toContain(used);
    }
    expect(made).toBeGreaterThan(3);
    expect([origins(), heard]).toEqual([[new URL(reader.info.api).origin], []]);
  });

  it("of an unknown organisation leads to no request at all", async () => {
    const { signInAs } = await scratchOrganisation();
    const reader = await signInAs("colleague");
    const { origin, heard } = await trap();
    const fabrikam = await Organisation.found();
    const eve = await fabrikam.person("eve");
    const plan = await fabrikam.publish(eve);
    const { origins } = watchRequests();
    for (const serviceAddress of addresses(origin)) {
      const contentId = newId();
      const of = {
        contentId,
        tenant: fabrikam.tenant,
        serviceAddress,
        issuedMs: Date.now(),
        cipher: "SEALWRIGHT.GCM1M",
      };
      const keys = {
        rawContentKey: newRawContentKey(),
        tenantKey: fabrikam.signer.publicKey,
        issuerSubject: eve.subject,
      };
      const policy = { ...plan.policy, family: contentId };
      const chain = [eve.licensorCertificate, fabrikam.serverCertificate];
      const made = await encodePublishingLicense({ ...of, ...keys, label: null, policy, chain }, eve.licensor).catch(
        () => null,
      );
      if (made === null) continue;
      expect(["license-untrusted", "license-malformed"]).toContain(await outcome(useLicenseFor(reader, made.bytes)));
    }
    expect([origins(), heard]).toEqual([[], []]);
  });
});

describe("a service that points elsewhere", () => {
  it.each([302, 303, 307])("with %i is not followed: neither license, proof nor token goes there", async (status) => {
    const { service, changes } = await tappedService();
    const [writer, reader] = [await signInAs(service, "writer"), await signInAs(service, "colleague")];
    const { license } = await publishAs(writer, [{ who: [reader.info.address], rights: ["VIEW"] }]);
    const { origin, heard } = await trap();
    const paths = ["use-licenses", "documents", "documents/track", "documents/policy", "documents/revoke"];
    for (const path of paths) changes[`/api/v1/${path}`] = { status, location: `${origin}/api/v1/${path}` };
    changes["/api/v1/account-certificates"] = { status, location: `${origin}/api/v1/account-certificates` };
    changes["/oidc/token"] = { status, location: `${origin}/oidc/token` };
    for (const result of await doEverything(reader, license)) expect(result).not.toBe("success");
    expect(await outcome(reader.renew({ always: true }))).not.toBe("success");
    expect(heard).toEqual([]);
    for (const path of Object.keys(changes)) delete changes[path];
    expect((await useLicenseFor(reader, license)).use.rights).toEqual(["VIEW"]);
  });
});
