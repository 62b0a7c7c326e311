import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditHeadPath, databasePath, encodeConfig, parseConfig, readConfig } from "../../service/config.js";
import { utf8 } from "../../shared/bytes.js";
import { scratchFolder } from "./scratch.js";

const good = {
  organisation: "Contoso",
  publicUrl: "https://rms.contoso.example",
  listen: { host: "127.0.0.1", port: 7443 },
  dataFolder: "/var/lib/sealwright",
  tenantKey: "file:///var/lib/sealwright/tenant.key",
  tenantKeyPassphraseFile: "/etc/sealwright/pass",
};
const tls = { certificateFile: "/etc/sealwright/cert.pem", keyFile: "/etc/sealwright/key.pem" };
const provider = {
  id: "contoso",
  name: "Contoso",
  issuer: "https://login.contoso.example/tenant",
  clientId: "sealwright",
  domains: ["contoso.example", "bücher.example"],
};
const other = { ...provider, id: "other", issuer: "https://login.other.example", domains: ["other.example"] };
const parse = (config: object) => parseConfig(utf8(JSON.stringify(config)));

describe("the configuration", () => {
  it("is read with its defaults, and written as it is read", () => {
    const config = parse(good);
    expect(config).toMatchObject({ accountCertificateDays: 31, groupCacheMinutes: 180, logLevel: "warn" });
    expect([config.tls, config.trustedProxies]).toEqual([undefined, []]);
    expect(config.publicUrl.origin).toBe("https://rms.contoso.example");
    expect(databasePath(config)).toBe("/var/lib/sealwright/sealwright.db");
    expect(auditHeadPath(config)).toBe("/var/lib/sealwright/audit.head");
    expect(parseConfig(utf8(encodeConfig(config)))).toEqual(config);
  });

  it.each<[string, object, string]>([
    ["an unknown key", { ...good, debug: true }, "debug"],
    ["an unknown key further in", { ...good, listen: { ...good.listen, tls: 1 } }, "listen"],
    ["a missing key", { ...good, tenantKey: undefined }, "tenantKey"],
    ["http elsewhere than on loopback", { ...good, publicUrl: "http://rms.contoso.example" }, "publicUrl"],
    ["a look-alike of loopback", { ...good, publicUrl: "http://127.0.0.1.evil.example" }, "publicUrl"],
    ["a public address with a path", { ...good, publicUrl: "https://contoso.example/rms" }, "publicUrl"],
    ["a public address with a password", { ...good, publicUrl: "https://a:b@contoso.example" }, "publicUrl"],
    ["an address open to other computers", { ...good, listen: { host: "0.0.0.0", port: 1 } }, "listen.host"],
    [
      "an address open to others, and no certificate",
      { ...good, listen: { host: "rms.contoso.example", port: 1 } },
      "tls",
    ],
    ["half a certificate", { ...good, tls: { certificateFile: "/c" } }, "tls"],
    ["a certificate that is not where it seems", { ...good, tls: { certificateFile: "c", keyFile: "/k" } }, "tls"],
    ["a certificate for plain http", { ...good, tls, publicUrl: "http://localhost" }, "publicUrl"],
    ["a proxy that is none", { ...good, trustedProxies: ["everybody"] }, "trustedProxies.0"],
    ["a range that is none", { ...good, trustedProxies: ["10.0.0.0/8", "10.0.0.0/33"] }, "trustedProxies.1"],
    ["nobody who could sign in", { ...good, passwords: false }, "passwords"],
    ["a provider of another shape", { ...good, providers: [{ ...provider, secret: "x" }] }, "providers.0"],
    ["an id that is no part of an address", { ...good, providers: [{ ...provider, id: "../x" }] }, "providers.0.id"],
    ["a provider by plain http", { ...good, providers: [{ ...provider, issuer: "http://a.example" }] }, "providers.0"],
    ["an issuer with a query", { ...good, providers: [{ ...provider, issuer: "https://a.example?x" }] }, "providers.0"],
    [
      "a provider that speaks for nobody",
      { ...good, providers: [{ ...provider, domains: [] }] },
      "providers.0.domains",
    ],
    ["a domain that is none", { ...good, providers: [{ ...provider, domains: ["a b"] }] }, "providers.0.domains.0"],
    ["a relative secret", { ...good, providers: [{ ...provider, clientSecretFile: "x" }] }, "providers.0"],
    ["two providers of one id", { ...good, providers: [provider, { ...other, id: "contoso" }] }, "providers"],
    [
      "two providers of one issuer",
      { ...good, providers: [provider, { ...other, issuer: provider.issuer }] },
      "providers",
    ],
    ["a domain of two", { ...good, providers: [provider, { ...other, domains: ["Contoso.Example"] }] }, "providers"],
    [
      "super users and their group",
      { ...good, superUsers: { people: ["a@x.example"], group: "g@x.example" } },
      "superUsers",
    ],
    ["super users that are nobody", { ...good, superUsers: { people: [] } }, "superUsers.people"],
    ["super users by no address", { ...good, superUsers: { group: "auditors" } }, "superUsers.group"],
    ["nobody who approves", { ...good, superUsers: { group: "g@x.example", approvals: 0 } }, "superUsers.approvals"],
    ["super access for ever", { ...good, superUsers: { group: "g@x.example", maxHours: 169 } }, "superUsers.maxHours"],
    ["groups older than a day", { ...good, groupCacheMinutes: 1441 }, "groupCacheMinutes"],
    ["a level that is none", { ...good, logLevel: "chatty" }, "logLevel"],
    ["a port that is none", { ...good, listen: { host: "::1", port: 70000 } }, "listen.port"],
    ["a relative folder", { ...good, dataFolder: "data" }, "dataFolder"],
    ["a key that is not in a file", { ...good, tenantKey: "https://x.example/key" }, "tenantKey"],
    ["certificates for ever", { ...good, accountCertificateDays: 367 }, "accountCertificateDays"],
    ["certificates for parts of days", { ...good, accountCertificateDays: 1.5 }, "accountCertificateDays"],
    ["an empty name", { ...good, organisation: " " }, "organisation"],
  ])("with %s stops the start and names the field", (_name, config, field) => {
    expect(() => parse(config)).toThrow(
      expect.objectContaining({ code: "config-invalid", message: expect.stringContaining(field) }),
    );
  });

  it("has super users only where it names them; it then takes two to approve, for eight hours", () => {
    expect(parse(good).superUsers).toBeUndefined();
    const config = parse({ ...good, superUsers: { people: ["Audit@Contoso.example"] } });
    expect(config.superUsers).toEqual({ people: ["audit@contoso.example"], approvals: 2, maxHours: 8 });
    expect(parseConfig(utf8(encodeConfig(config)))).toEqual(config);
  });

  it("names other providers, their domains in one spelling", () => {
    const config = parse({ ...good, passwords: false, providers: [provider, other] });
    expect(config.providers[0]).toEqual({
      ...provider,
      domains: ["contoso.example", "xn--bcher-kva.example"],
      verifiedClaim: "email_verified",
    });
    expect(parse({ ...good, providers: [{ ...provider, issuer: "http://localhost:8080/" }] }).passwords).toBe(true);
    expect(parseConfig(utf8(encodeConfig(config)))).toEqual(config);
  });

  it("allows plain http on this computer", () => {
    for (const publicUrl of ["http://localhost:7443", "http://127.0.0.1:1", "http://[::1]:7443"])
      expect(parse({ ...good, publicUrl }).publicUrl.protocol).toBe("http:");
  });

  it("allows other computers once there is a certificate, and proxies by address or range", () => {
    expect(parse({ ...good, tls, listen: { host: "0.0.0.0", port: 443 } }).listen.host).toBe("0.0.0.0");
    const trustedProxies = ["10.0.0.0/8", "fd00::/8", "192.0.2.1"];
    const config = parse({ ...good, tls, trustedProxies });
    expect(config.trustedProxies).toEqual(trustedProxies);
    expect(parseConfig(utf8(encodeConfig(config)))).toEqual(config);
  });

  it("is refused when two values have one name, and when it is missing", async () => {
    expect(() => parseConfig(utf8('{"organisation":"a","organisation":"b"}'))).toThrow();
    const path = join(await scratchFolder(), "config.json");
    await expect(readConfig(path)).rejects.toMatchObject({ code: "file-missing" });
    await writeFile(path, JSON.stringify(good));
    expect((await readConfig(path)).organisation).toBe("Contoso");
  });
});
