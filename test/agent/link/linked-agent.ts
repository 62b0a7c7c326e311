import { writeFile } from "node:fs/promises";
import { onTestFinished } from "vitest";
import type { Account } from "../../../agent/account.js";
import { nodeEngine } from "../../../agent/bulk/node-engine.js";
import { type Link, openLink } from "../../../agent/link/link.js";
import type { LinkParts } from "../../../agent/link/link-parts.js";
import { PromisedDocuments } from "../../../agent/link/promised.js";
import { currentPolicy } from "../../../agent/policy-cache.js";
import { openProtector } from "../../../agent/protector.js";
import { openJournal } from "../../../agent/work/journal.js";
import { usePrimitives } from "../../../shared/crypto/primitives.js";
import { nodePrimitives } from "../../../shared/node/primitives.js";
import { freePort } from "../../free-port.js";
import { environment, signedInOrganisation } from "../account/scratch-home.js";
import { type Paired, RawPage } from "./raw-page.js";

const organisation = signedInOrganisation(["writer"]);

export const pageOrigin = "https://addin.contoso.example";

/** The link of somebody signed in to a real service, in this process, so that a test can look inside. */
export interface LinkedAgent {
  readonly link: Link;
  readonly parts: LinkParts;
  readonly account: Account;
  readonly port: number;
  readonly licenses: Uint8Array[];
  /** Somebody else signed in meanwhile, or elsewhere. */
  become(account: Account): void;
  pair(): Promise<Paired>;
  /** A connection both of whose sides are proven. */
  page(paired: Paired): Promise<RawPage>;
}

export async function linkedAgent(
  settings: { origins?: readonly string[]; ports?: readonly number[] } = {},
): Promise<LinkedAgent> {
  usePrimitives(nodePrimitives);
  environment({ DISPLAY: null, WAYLAND_DISPLAY: null, BROWSER: null });
  const account = await (await organisation()).accountOf("writer");
  const ports = settings.ports ?? [await freePort(), await freePort()];
  await writeFile(account.home.linkSettings, JSON.stringify({ origins: [pageOrigin], ...settings, ports }));
  const engine = nodeEngine(null);
  const protector = await openProtector(account, engine, await openJournal(account.home.path));
  const licenses: Uint8Array[] = [];
  let now = account;
  const parts: LinkParts = {
    home: account.home,
    version: "0.0.0",
    engine,
    promised: new PromisedDocuments(account.home),
    account: () => now,
    signedIn: async () => now,
    expect: () => undefined,
    forProtecting: async () => ({ current: await currentPolicy(account), protector, account }),
    protected: (license) => void licenses.push(license),
    copyLater: async () => undefined,
  };
  const link = await openLink(parts);
  onTestFinished(() => link.close());
  const { port } = link;
  return {
    link,
    parts,
    account,
    port,
    licenses,
    become(other) {
      now = other;
    },
    async pair() {
      const page = await RawPage.open(port, { origin: pageOrigin });
      const paired = await page.pair(link.newCode().code);
      page.socket.terminate();
      if (typeof paired === "string") throw new Error(paired);
      return paired;
    },
    async page(paired) {
      const page = await RawPage.open(port, { origin: pageOrigin });
      const failed = await page.authenticate(paired);
      if (failed !== null) throw new Error(failed);
      return page;
    },
  };
}
