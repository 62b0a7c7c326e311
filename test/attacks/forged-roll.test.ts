import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openAccount } from "../../agent/account.js";
import { openHome } from "../../agent/home.js";
import { fromBase64, toBase64, utf8 } from "../../shared/bytes.js";
import type { Signer } from "../../shared/crypto/keys.js";
import {
  encodeAccountCertificate,
  encodeLicensorCertificate,
  encodeServerLicensorCertificate,
  parseAccountCertificate,
  parseLicensorCertificate,
} from "../../shared/license/certificates.js";
import { encodeServerCertificates, parseDocument, parseServerCertificates } from "../../shared/license/xrml.js";
import { discover } from "../../shared/protocol/service-client.js";
import { dayMs } from "../../shared/time.js";
import { newSigner } from "../license/organisation.js";
import { seal } from "../scenarios/seal.js";
import type { ScratchService } from "../service/licensing/scratch-service.js";
import { scratchFolder } from "../service/scratch.js";
import { type Answer, type Change, type Changes, tappedService } from "./tapped-service.js";

/** Who sits between a real agent and its service, without the tenant key, and says that there is another (threat T6). */

vi.setConfig({ testTimeout: 120_000 });

const documentsIn = (certificates: unknown) => parseServerCertificates(fromBase64(String(certificates), "internal"));
const decoded = (text: unknown) => parseDocument(fromBase64(String(text), "internal"));

/** Certificates of the same person and keys, signed by whoever is at it. */
async function recertified(answer: Answer, by: Signer): Promise<Answer> {
  const account = await parseAccountCertificate(await decoded(answer.accountCertificate));
  const licensor = await parseLicensorCertificate(await decoded(answer.licensorCertificate));
  const { address, dpop } = account;
  const rac = await encodeAccountCertificate({ ...account, address: address ?? "", dpop }, by);
  const clc = await encodeLicensorCertificate(licensor, by);
  return { ...answer, accountCertificate: toBase64(utf8(rac)), licensorCertificate: toBase64(utf8(clc)) };
}

async function certificateOf(key: Signer, generation: number, by: Signer, tenant: string, serviceAddress: string) {
  const times = { issuedMs: Date.now(), untilMs: Date.now() + 365 * dayMs };
  const of = { serial: crypto.randomUUID(), tenant, serviceAddress, generation, key: key.publicKey };
  return encodeServerLicensorCertificate({ ...of, ...times }, by);
}

/** What the tenant key signs, whatever it is. */
function tenantSigner({ service }: ScratchService): Signer {
  const { custody } = service.parts.tenant.keyring.active;
  return { publicKey: custody.publicKey, sign: (message) => custody.sign(message) };
}

/** A person's real agent at the command line, signed in through the tap, with a document of the writer's. */
async function agents({ service, origin }: { service: ScratchService; origin: string }) {
  const root = await scratchFolder();
  const home = (role: string) => join(root, role);
  const as = (role: string, ...args: string[]) => seal(args, { home: home(role), cwd: root });
  for (const role of ["writer", "colleague"] as const) {
    const { user, password } = service.people[role];
    const login = ["login", origin, "--user", user, "--password-stdin"];
    expect(await seal(login, { home: home(role), input: password })).toMatchObject({ code: 0 });
  }
  const path = join(root, "plan.dwg");
  await writeFile(path, "the plan");
  const made = await as("writer", "protect", path, "--label", "Confidential/Project");
  expect(made.code, made.err).toBe(0);
  return { root, home, as, path: `${path}.pfile` };
}

type Agents = Awaited<ReturnType<typeof agents>>;

/** The agent refuses, keeps what it had, and goes on as before once nobody lies to it. */
async function checkRefused({ as, home, path }: Agents, changes: Changes, reason: RegExp): Promise<void> {
  const record = () => readFile(join(home("colleague"), "account.json"), "utf8");
  const before = await record();
  const refused = await as("colleague", "cat", path);
  expect([refused.code, refused.text]).toEqual([1, ""]);
  expect(refused.err).toMatch(reason);
  const told = JSON.parse((await as("colleague", "rights", "--json", path)).text);
  expect(told).toMatchObject({ state: "failed", code: "service-untrusted" });
  expect(await record()).toBe(before);
  for (const end of Object.keys(changes)) delete changes[end];
  const opened = await as("colleague", "cat", path);
  expect([opened.code, opened.text]).toEqual([0, "the plan"]);
  expect(await record()).toBe(before);
}

/** As a service does that no longer takes the certificates there are: the agent asks for others. */
const outdated = { status: 403, code: "account-mismatch" };

describe("a roll that the tenant key knows nothing of", () => {
  it("announced by the new key itself, with certificates to match, is refused, and the agent goes on with the old", async () => {
    const tapped = await tappedService();
    const { changes, origin, service } = tapped;
    const all = await agents(tapped);
    const attacker = await newSigner();
    const { tenant } = await discover(origin);
    const forge: Change = async (answer) => {
      const shown = await documentsIn(answer.serverCertificates);
      const next = await certificateOf(attacker, shown.length + 1, attacker, tenant, service.origin);
      const chain = toBase64(encodeServerCertificates([...shown.map(({ text }) => text), next]));
      return { ...(await recertified(answer, attacker)), serverCertificates: chain };
    };
    Object.assign(changes, { "/use-licenses": outdated, "/account-certificates": forge });
    await checkRefused(all, changes, /another key than the one trusted/);
  });

  it("in the place of the key there was, with the same number, is refused", async () => {
    const tapped = await tappedService();
    const { changes, origin } = tapped;
    const all = await agents(tapped);
    const attacker = await newSigner();
    const { tenant } = await discover(origin);
    const chain = toBase64(encodeServerCertificates([await certificateOf(attacker, 1, attacker, tenant, origin)]));
    const forge: Change = async (answer) => ({ ...(await recertified(answer, attacker)), serverCertificates: chain });
    Object.assign(changes, { "/use-licenses": outdated, "/account-certificates": forge });
    await checkRefused(all, changes, /another key than the one trusted/);
  });

  it.each([
    ["for another number", 3, (tenant: string) => tenant],
    ["for another tenant", 2, () => crypto.randomUUID()],
  ])("that the old key did sign, but %s, is refused", async (_what, generation, tenantOf) => {
    const tapped = await tappedService();
    const { changes, service, origin } = tapped;
    const all = await agents(tapped);
    const attacker = await newSigner();
    const { tenant } = await discover(origin);
    const forge: Change = async (answer) => {
      const [shown] = await documentsIn(answer.serverCertificates);
      const next = await certificateOf(attacker, generation, tenantSigner(service), tenantOf(tenant), origin);
      const chain = toBase64(encodeServerCertificates([shown!.text, next]));
      return { ...(await recertified(answer, attacker)), serverCertificates: chain };
    };
    Object.assign(changes, { "/use-licenses": outdated, "/account-certificates": forge });
    await checkRefused(all, changes, /another key than the one trusted/);
  });

  it("is refused at the next sign-in too, before the password goes anywhere", async () => {
    const tapped = await tappedService();
    const { changes, service, origin } = tapped;
    const { home, path, as } = await agents(tapped);
    const attacker = await newSigner();
    const asked: string[] = [];
    const { tenant } = await discover(origin);
    changes["/.well-known/sealwright"] = async (answer) => ({
      ...answer,
      certificates: toBase64(encodeServerCertificates([await certificateOf(attacker, 1, attacker, tenant, origin)])),
    });
    changes["/oidc/auth"] = (answer) => {
      asked.push("asked");
      return answer;
    };
    const { user, password } = service.people.colleague;
    const login = ["login", origin, "--user", user, "--password-stdin"];
    const refused = await seal(login, { home: home("colleague"), input: password });
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("another key than the one trusted")]);
    expect(asked).toEqual([]);
    expect((await as("colleague", "cat", path)).text).toBe("the plan");
  });
});

describe("keys of two organisations, exchanged", () => {
  it("are refused by the agents of both, and so are each other's documents", async () => {
    const [contoso, fabrikam] = [await tappedService(), await tappedService()];
    const [one, other] = [await agents(contoso), await agents(fabrikam)];
    const shownBy = async ({ origin }: { origin: string }) => (await discover(origin)).certificates;
    const [ofContoso, ofFabrikam] = [await shownBy(contoso), await shownBy(fabrikam)];
    const swap = (by: { service: ScratchService }, certificates: string): Change => {
      return async (answer) => ({
        ...(await recertified(answer, tenantSigner(by.service))),
        serverCertificates: certificates,
      });
    };
    Object.assign(contoso.changes, { "/use-licenses": outdated, "/account-certificates": swap(fabrikam, ofFabrikam) });
    Object.assign(fabrikam.changes, { "/use-licenses": outdated, "/account-certificates": swap(contoso, ofContoso) });
    await checkRefused(one, contoso.changes, /another key than the one trusted/);
    await checkRefused(other, fabrikam.changes, /another key than the one trusted/);

    const foreign = await one.as("colleague", "cat", other.path);
    expect([foreign.code, foreign.text]).toEqual([6, ""]);
    expect(foreign.err).toMatch(/belongs to another organisation/);
    const account = await openAccount(await openHome(one.home("colleague")));
    expect([...account.trust.keys]).toHaveLength(1);
  });
});
