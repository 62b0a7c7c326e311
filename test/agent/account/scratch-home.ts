import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type * as z from "zod";
import { type Account, openAccount } from "../../../agent/account.js";
import { type Home, openHome } from "../../../agent/home.js";
import { publish } from "../../../agent/publish.js";
import { signIn } from "../../../agent/sign-in.js";
import type { TrialRole } from "../../../service/trial.js";
import type { RightsErrorCode } from "../../../shared/errors.js";
import { codeOf } from "../../../shared/errors.js";
import type { Grant } from "../../../shared/policy.js";
import { removeFolder } from "../../folders.js";
import { type Ground, groundOf, lay } from "../../service/licensing/grounds.js";
import { preparedService, type ScratchService, scratchService } from "../../service/licensing/scratch-service.js";

/** Environment variables for one test, `null` for none; the machine's own password store is never touched. */
export function environment(variables: Record<string, string | null>): void {
  for (const [name, value] of Object.entries({ SEALWRIGHT_KEYSTORE: "file", ...variables })) {
    const before = process.env[name];
    if (value === null) delete process.env[name];
    else process.env[name] = value;
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sealwright-account-"));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** A new home for one test, its device key in files. */
export async function scratchHome(variables: Record<string, string | null> = {}): Promise<Home> {
  environment({ SEALWRIGHT_PASSPHRASE_FILE: null, ...variables });
  return openHome(join(await scratchFolder(), "home"));
}

export const outcome = (work: Promise<unknown>): Promise<"success" | RightsErrorCode> =>
  work.then(
    () => "success" as const,
    (error) => codeOf(error),
  );

/** A real service, and homes of its people. */
export async function scratchOrganisation() {
  const service = await scratchService();
  return { service, signInAs: (role: TrialRole, home?: Home) => signInAs(service, role, home) };
}

/** For each test of a file likewise, where these people have signed in already, each once. */
export function signedInOrganisation(roles: readonly TrialRole[]) {
  const next = preparedService(async (service) => {
    const homes = new Map<TrialRole, Ground>();
    for (const role of roles) homes.set(role, await groundOf((await signInAs(service, role)).home.path));
    return homes;
  });
  return async () => {
    const { prepared: homes, ...service } = await next();
    const accountOf = async (role: TrialRole): Promise<Account> => {
      const home = await scratchHome();
      await lay(homes.get(role)!, home.path);
      return openAccount(home);
    };
    return { service, accountOf, signInAs: (role: TrialRole, home?: Home) => signInAs(service, role, home) };
  };
}

export async function signInAs({ origin, people }: ScratchService, role: TrialRole, home?: Home): Promise<Account> {
  const at = home ?? (await scratchHome());
  await signIn(at, { address: origin, ...people[role] });
  return openAccount(at);
}

/** A document's license as `seal protect` makes it on the device. */
export async function publishAs(account: Account, grants: z.infer<typeof Grant>[], offlineDays = 7) {
  const { info, certificates } = account;
  const publisher = {
    tenant: info.tenant,
    subject: info.subject,
    address: info.address,
    serviceAddress: info.service,
    tenantKey: certificates.tenantKey,
    signer: await account.signer(),
    licensorCertificate: certificates.licensor,
    serverCertificates: certificates.server,
    licensorUntilMs: certificates.licensorUntilMs,
  };
  const policy = { grants, until: null, offlineDays, template: null };
  return publish({ policy, label: null, extension: ".txt", name: "plan.txt" }, publisher, Date.now());
}
