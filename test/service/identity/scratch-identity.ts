import { dirname, join } from "node:path";
import Fastify from "fastify";
import { onTestFinished } from "vitest";
import { openAudit } from "../../../service/audit.js";
import type { ProviderConfig } from "../../../service/config.js";
import { EmbeddedDirectory } from "../../../service/directory/embedded.js";
import { openCallers } from "../../../service/identity/callers.js";
import { hashPassword } from "../../../service/identity/passwords.js";
import { identityRoutes, issuerOf } from "../../../service/identity/provider.js";
import type { Ask } from "../../../service/identity/providers/answer.js";
import { newId } from "../../../shared/ids.js";
import { freePort } from "../../free-port.js";
import { scratchStore } from "../scratch.js";

export const audience = "urn:sealwright:11111111-1111-4111-8111-111111111111";
export const password = "correct horse battery staple";

/** Other providers of a scratch service, as its configuration names them. */
export interface Others {
  providers: ProviderConfig[];
  passwords?: boolean;
  ask?: Ask;
  /** Where the service is, when the provider has to know before. */
  publicUrl?: URL;
}

/** A real service on a free port: the OpenID provider, two people, and what identifies callers. */
export async function scratchIdentity(clock: { now: () => number } = { now: Date.now }, others?: Others) {
  const now = () => clock.now();
  const store = await scratchStore(now);
  const publicUrl = others?.publicUrl ?? new URL(`http://127.0.0.1:${await freePort()}`);
  const audit = await openAudit({ store, headFile: join(dirname(store.path), "audit.head"), now });
  onTestFinished(() => audit.close());
  const directory = new EmbeddedDirectory(store.accounts);
  const people = { ada: newId(), bob: newId() };
  const passwordHash = await hashPassword(password);
  for (const [name, id] of Object.entries(people)) {
    const addresses = [`${name}@trial.example`];
    await store.accounts.add({ id, name, addresses, administrator: false, state: "active", passwordHash });
  }
  const app = Fastify();
  const organisation = 'Trial & <b>"Sons"</b>';
  const options = { store, directory, audit, publicUrl, organisation, audience, now };
  await app.register(
    await identityRoutes({
      ...options,
      ...(others ? { others: { ...others, passwords: others.passwords ?? true } } : {}),
    }),
  );
  await app.listen({ host: "127.0.0.1", port: Number(publicUrl.port) });
  onTestFinished(async () => {
    await app.close();
    await audit.close();
  });
  const issuer = issuerOf(publicUrl);
  const callers = await openCallers({ store, issuer, audience, now });
  return { store, audit, directory, people, publicUrl, issuer, callers, clock };
}

export type ScratchIdentity = Awaited<ReturnType<typeof scratchIdentity>>;
