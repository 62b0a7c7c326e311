import { readdir } from "node:fs/promises";
import { reach } from "../../shared/protocol/service-client.js";
import { dayMs } from "../../shared/time.js";
import { openAccount, whoIsSignedIn } from "../account.js";
import type { Home } from "../home.js";
import { isTemporary } from "../small-file.js";
import { type Check, note, well, wrong } from "./finding.js";

/** Who is signed in, and what the service says to that. */

const patienceMs = 10_000;

/** Proofs of possession hold for a minute. */
const clockSkewMs = 60_000;
const soonMs = 10 * dayMs;

async function checkSignIn(home: Home) {
  const info = await whoIsSignedIn(home);
  if (info === null) return wrong("nobody is signed in", "seal login URL");
  return well(`${info.name} <${info.address}> at ${info.organisation} (${info.service})`);
}

async function checkCertificates(home: Home) {
  if ((await whoIsSignedIn(home)) === null) return null;
  const { certificates, info } = await openAccount(home);
  const untilMs = Math.min(certificates.accountUntilMs, certificates.licensorUntilMs ?? Number.POSITIVE_INFINITY);
  const day = new Date(untilMs).toISOString().slice(0, 10);
  if (untilMs <= Date.now()) return wrong(`ended on ${day}`, "any command that reaches the service renews them");
  if (certificates.licensor === null)
    return note(`until ${day}, to open files; your organisation lets only some protect`);
  return untilMs < Date.now() + soonMs
    ? note(`end on ${day}; the service renews them`)
    : well(`until ${day}${info.accountKeys === "roaming" ? "; the service keeps the account key" : ""}`);
}

async function checkService(home: Home) {
  const info = await whoIsSignedIn(home);
  if (info === null) return null;
  const signal = AbortSignal.timeout(patienceMs);
  const answer = await reach(new URL("/health", info.service).href, { signal }).catch(() => null);
  await answer?.drop();
  if (!answer?.ok)
    return wrong(`${info.service} cannot be reached`, "look at the network; what was opened before still opens");
  const differenceMs = Date.now() - Date.parse(answer.headers.get("date") ?? "");
  if (Math.abs(differenceMs) <= clockSkewMs) return well(`${info.service} answers, and the clocks agree`);
  const minutes = Math.round(Math.abs(differenceMs) / 60_000);
  const way = differenceMs > 0 ? "ahead" : "behind";
  return wrong(`this computer's clock is ${minutes} minutes ${way} of the service's`, "set the clock");
}

async function checkRegistrations(home: Home) {
  const waiting = (await readdir(home.outbox).catch(() => [])).filter((name) => !isTemporary(name)).length;
  if (waiting === 0) return well("the service has heard of everything");
  return note(`${waiting} wait until the service can be reached`);
}

export const accountChecks = (home: Home): Check[] => [
  { name: "signed in", look: () => checkSignIn(home) },
  { name: "certificates", look: () => checkCertificates(home) },
  { name: "service", look: () => checkService(home) },
  { name: "registrations", look: () => checkRegistrations(home) },
];
