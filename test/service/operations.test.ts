import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditHeadPath, databasePath } from "../../service/config.js";
import { openSqlite } from "../../service/store/sqlite.js";
import { refusalOf } from "./licensing/device.js";
import { scratchService, sharedService } from "./licensing/scratch-service.js";

/** What whoever runs the service can ask it, and what strangers cannot. */

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

const ready = async (origin: string) => {
  const response = await fetch(`${origin}/ready`);
  return [response.status, await response.json()];
};

describe("ready", () => {
  it("is a service that writes, signs, and goes on with an audit that is intact", async () => {
    expect(await ready(shared().origin)).toEqual([200, { status: "ready" }]);
  });

  it("is not one whose store takes no writes", async () => {
    const { origin, service, log } = await scratchService();
    Object.assign(service.parts.store.proofs, { claim: () => Promise.reject(new Error("disk full at /var/lib/x")) });
    expect(await ready(origin)).toEqual([503, { status: "unavailable", part: "store" }]);
    expect(log.join("")).toContain("disk full at /var/lib/x");
  });

  it("is not one whose tenant key signs no more", async () => {
    const { origin, service } = await scratchService();
    await service.parts.tenant.keyring.close();
    expect(await ready(origin)).toEqual([503, { status: "unavailable", part: "custody" }]);
  });

  it.each<[string, string]>([
    [
      "its last record was changed",
      `update audit set record = replace(record, '"done"', '"gone"') where seq = (select max(seq) from audit)`,
    ],
    ["records are missing at its end", "delete from audit"],
  ])("is not one whose audit shows that %s", async (_what, change) => {
    const { origin, service, config, enrol } = await scratchService();
    await enrol("writer");
    await service.parts.audit.close(); // the anchor is written
    const { writing, reading } = openSqlite({ path: databasePath(config), create: false });
    const { sql } = await import("kysely");
    await sql.raw(change).execute(writing);
    await Promise.all([writing.destroy(), reading.destroy()]);
    expect(await ready(origin)).toEqual([503, { status: "unavailable", part: "audit" }]);
  });

  it("is not one whose audit ends before its anchor", async () => {
    const { origin, service, config } = await scratchService();
    await service.parts.audit.close();
    await writeFile(auditHeadPath(config), `4711 ${"0".repeat(64)}\n`);
    expect(await ready(origin)).toEqual([503, { status: "unavailable", part: "audit" }]);
  });

  it("is looked into once a second at most, whoever asks how often", async () => {
    const { origin, service } = await scratchService();
    let writes = 0;
    const { claim } = service.parts.store.proofs;
    Object.assign(service.parts.store.proofs, {
      claim: (...given: Parameters<typeof claim>) => {
        writes += 1;
        return claim.apply(service.parts.store.proofs, given);
      },
    });
    const startMs = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => ready(origin)));
    expect(writes).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - startMs) / 1000));
  });
});

describe("metrics", () => {
  const token = async () => (await readFile(join(shared().config.dataFolder, "metrics.token"), "utf8")).trim();
  const metrics = async (authorization?: string) => {
    const response = await fetch(`${shared().origin}/metrics`, { headers: authorization ? { authorization } : {} });
    return { status: response.status, text: await response.text() };
  };

  it("are for who can read the token in the data folder, and nobody else", async () => {
    expect((await stat(join(shared().config.dataFolder, "metrics.token"))).mode & 0o777).toBe(0o600);
    for (const wrong of [undefined, "Bearer ", "Bearer x", `bearer ${await token()}`, `Basic ${await token()}`])
      expect(await metrics(wrong)).toEqual({ status: 401, text: '{"code":"sign-in-needed"}' });
    expect((await metrics(`Bearer ${await token()}`)).status).toBe(200);
  });

  it("count decisions, time requests, commits and the tenant key, and tell of the process", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({ grants });
    await bob.use(license);
    await refusalOf(olga.use(license));
    const { text } = await metrics(`Bearer ${await token()}`);
    expect(text).toContain('sealwright_decisions_total{action="grant",result="done"} 1\n');
    expect(text).toContain('sealwright_decisions_total{action="grant",result="access-denied"} 1\n');
    expect(text).toMatch(
      /^sealwright_request_seconds_count\{route="\/api\/v1\/use-licenses",method="POST",status="200"\} \d+$/m,
    );
    expect(text).toMatch(/^sealwright_rsa_seconds_count\{operation="unseal"\} [1-9]/m);
    expect(text).toMatch(/^sealwright_commit_seconds_sum \d+\.\d+$/m);
    expect(text).toMatch(/^sealwright_rsa_waiting 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]\d+$/m);
  });

  it("are in the form of Prometheus: each with help and type, buckets that only grow, the last with all", async () => {
    const { text } = await metrics(`Bearer ${await token()}`);
    const names = new Set([...text.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name));
    for (const line of text
      .trimEnd()
      .split("\n")
      .filter((one) => !one.startsWith("#"))) {
      const [, name] =
        /^([a-z_0-9]+?)(?:_bucket|_sum|_count)?(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? [0-9.e+-]+$/.exec(line) ??
        [];
      expect(names.has(name) || names.has(`${name}_count`), line).toBe(true);
    }
    const series = [...text.matchAll(/^sealwright_rsa_seconds_bucket\{operation="sign",le="([^"]+)"\} (\d+)$/gm)];
    const counts = series.map(([, , count]) => Number(count));
    expect(series.at(-1)![1]).toBe("+Inf");
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
  });

  it("never tell of people and documents", async () => {
    const { people, devices } = shared();
    const { license, policy } = await devices.ada.publish({ grants });
    await devices.bob.use(license);
    await fetch(`${shared().origin}/nowhere/${people.writer.user}`);
    const { text } = await metrics(`Bearer ${await token()}`);
    for (const secret of ["trial.example", "Ada", "nowhere", devices.ada.certified.subject, policy.family])
      expect(text).not.toContain(secret);
  });
});

describe("the log", () => {
  it("has one line a request at level info: what, how it ended, how long; no query, no address, no secrets", async () => {
    const { origin, log, devices } = shared();
    const before = log.length;
    const response = await fetch(`${origin}/health?code=secret-code`, {
      headers: { authorization: "Bearer secret-token" },
    });
    const line = log.slice(before).find((one) => one.includes(response.headers.get("x-request-id")!))!;
    expect(JSON.parse(line)).toMatchObject({
      route: "/health",
      method: "GET",
      status: 200,
      tookMs: expect.any(Number),
    });
    await devices.bob.client.policy();
    const all = log.filter((one) => !one.includes("listening at")).join("");
    const token = await devices.bob.credentials.accessToken({ refresh: false });
    for (const secret of ["secret-", "127.0.0.1", "::1", token.split(".")[2]!, shared().people.colleague.password])
      expect(all).not.toContain(secret);
  });

  const hostile = 'x\n{"level":50,"msg":"forged"}\r\u001b[2J\u0085\u2028\u202e\u009b31m';

  it("stays one line of JSON whatever strangers put where they can", async () => {
    const { origin, log } = shared();
    const before = log.length;
    const quoted = encodeURIComponent(hostile);
    await fetch(`${origin}/${quoted}?${quoted}`);
    await fetch(`${origin}/api/v1/${quoted}`, {
      method: "POST",
      body: hostile,
      headers: { "user-agent": quoted, "x-request-id": quoted },
    });
    await fetch(`${origin}/oidc/auth?client_id=${quoted}&redirect_uri=${quoted}`, { redirect: "manual" });
    const { policies } = shared().service.parts.store;
    const { labels } = policies;
    Object.assign(policies, {
      labels: () => Promise.reject(Object.assign(new Error(hostile), { name: hostile, code: hostile })),
    });
    await refusalOf(shared().devices.bob.client.policy()).catch(() => {});
    Object.assign(policies, { labels });
    const lines = log.slice(before);
    expect(lines.some((line) => line.includes("forged"))).toBe(true);
    for (const line of lines) {
      expect(line).toMatch(/^\{[^\p{Cc}\u2028\u2029\u202a-\u202e]*\}\n$/u);
      expect(JSON.parse(line)).toHaveProperty("level");
    }
  });
});
