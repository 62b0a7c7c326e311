import { createHash, KeyObject, randomBytes, sign } from "node:crypto";
import { join } from "node:path";
import { openAccount, secretsOf } from "../agent/account.js";
import { readAccountRecord } from "../agent/account-file.js";
import { openHome } from "../agent/home.js";
import { publish } from "../agent/publish.js";
import { signIn } from "../agent/sign-in.js";
import { DeviceCredentials } from "../agent/tokens.js";
import { type Bytes, toBase64 } from "../shared/bytes.js";
import { roles } from "../shared/rights.js";
import type { BenchTrial } from "./trial.js";

/** A signed-in device, with what its requests are made of. */
export interface Device {
  readonly token: string;
  readonly jwk: object;
  readonly proofKey: KeyObject;
  readonly accountCertificate: string;
}

/** A new device of the person in this role. */
async function signedIn(trial: BenchTrial, role: string, name: string) {
  const { user, password } = trial.people.find((person) => person.role === role)!;
  const home = await openHome(join(trial.root, name));
  await signIn(home, { address: trial.service, user, password });
  return openAccount(home);
}

export async function openDevice(trial: BenchTrial, role: string, name: string): Promise<Device> {
  const { home, info, certificates } = await signedIn(trial, role, name);
  const record = (await readAccountRecord(home))!;
  const credentials = new DeviceCredentials(home, secretsOf(home, info.subject).secrets, record);
  const token = await credentials.accessToken({ refresh: false });
  const { jwk, privateKey } = credentials.proofKey;
  return { token, jwk, proofKey: KeyObject.from(privateKey), accountCertificate: toBase64(certificates.account) };
}

/** Licenses of `count` documents that the writer lets the colleague view: a grant costs one unseal and one signature. */
export async function publishDocuments(trial: BenchTrial, count: number): Promise<Bytes[]> {
  const account = await signedIn(trial, "writer", "writer");
  const { info, certificates } = account;
  const publisher = {
    ...{ tenant: info.tenant, subject: info.subject, address: info.address, serviceAddress: info.service },
    ...{ tenantKey: certificates.tenantKey, signer: await account.signer() },
    ...{ licensorCertificate: certificates.licensor, serverCertificates: certificates.server },
    licensorUntilMs: certificates.licensorUntilMs,
  };
  const reader = trial.people.find(({ role }) => role === "colleague")!.user;
  const grants = [{ who: [reader], rights: [...roles.Viewer] }];
  const policy = { grants, until: null, offlineDays: 7, template: null };
  const licenses: Bytes[] = [];
  for (let i = 0; i < count; i++) {
    const publication = { policy, label: null, extension: ".txt", name: `Plan ${i}.txt` };
    licenses.push((await publish(publication, publisher, Date.now())).license);
  }
  return licenses;
}

const sha256 = (content: string): string => createHash("sha256").update(content).digest("base64url");
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Whole requests for use licenses, each with its own proof: good for a minute, and once. */
export async function makeRequests(
  service: string,
  devices: readonly Device[],
  licenses: readonly Bytes[],
  count: number,
): Promise<Buffer[]> {
  const nonce = (await fetch(new URL("/health", service))).headers.get("dpop-nonce")!;
  const bodies = licenses.map(toBase64);
  return Array.from({ length: count }, (_, i) => {
    const device = devices[i % devices.length]!;
    const license = bodies[i % bodies.length]!;
    const body = JSON.stringify({ license, accountCertificate: device.accountCertificate });
    return requestOf(new URL("/api/v1/use-licenses", service), device, body, nonce);
  });
}

function requestOf(url: URL, { token, jwk, proofKey }: Device, body: string, nonce: string): Buffer {
  const jti = randomBytes(16).toString("base64url");
  const times = { jti, htm: "POST", htu: url.href, iat: Math.floor(Date.now() / 1000), nonce };
  const signed = `${part({ typ: "dpop+jwt", alg: "ES256", jwk })}.${part({ ...times, bh: sha256(body), ath: sha256(token) })}`;
  const signature = sign("sha256", Buffer.from(signed), { key: proofKey, dsaEncoding: "ieee-p1363" });
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: DPoP ${token}`,
    `DPoP: ${signed}.${signature.toString("base64url")}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
}
