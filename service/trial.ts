import { existsSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { RightsError } from "../shared/errors.js";
import { isId, newId } from "../shared/ids.js";
import { parseJson } from "../shared/json.js";
import { databasePath, defaults, encodeConfig, readConfig, type ServiceConfig } from "./config.js";
import { defaultPolicy } from "./founding/default-policy.js";
import { drawPassword } from "./founding/drawn-password.js";
import { makeTenantKey } from "./founding/ground.js";
import { hashPassword } from "./identity/passwords.js";
import { replaceFile } from "./private-files.js";
import { openStore, type Store } from "./store/store.js";

const roles = ["administrator", "writer", "colleague", "outsider"] as const;

export type TrialRole = (typeof roles)[number];

export interface TrialPerson {
  /** Address. */
  user: string;
  password: string;
  role: TrialRole;
}

/** The small organisation of `seal up`. */
export interface Trial {
  config: ServiceConfig;
  /** `config` as a file, for the service's own process. */
  configFile: string;
  /** What the watched folder is protected with: "Confidential/Project". */
  label: string;
  people: TrialPerson[];
}

const organisation = "Harbour Trial";
const domain = "trial.example";
const project = `project@${domain}`;

/** The outsider belongs to another organisation, so that "all employees" does not mean them either. */
const cast: Record<TrialRole, { user: string; name: string }> = {
  administrator: { user: `ines@${domain}`, name: "Ines Ortiz" },
  writer: { user: `ada@${domain}`, name: "Ada Lovelace" },
  colleague: { user: `bob@${domain}`, name: "Bob Fisher" },
  outsider: { user: "olga@outside.example", name: "Olga Novak" },
};

/** `trial.json`: what was drawn at random the first time. Passwords lie here in clear: it is a trial, and 0600. */
const Drawn = z.strictObject({
  tenant: z.string().refine(isId),
  people: z.array(z.strictObject({ id: z.string().refine(isId), role: z.enum(roles), password: z.string() })).length(4),
});
type Drawn = z.infer<typeof Drawn>;

/**
 * Make the trial organisation in `folder`, or find the one that is there; a first time that was cut off is finished.
 * @param port - of this computer, where the service will listen.
 * @throws RightsError state-damaged when `trial.json` is not one of ours.
 */
export async function prepareTrial(folder: string, port: number): Promise<Trial> {
  const dataFolder = resolve(folder);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await chmod(dataFolder, 0o700);
  const config = configOf(dataFolder, port);
  const configFile = join(dataFolder, "service.json");
  await replaceFile(configFile, encodeConfig(config));
  const drawn = await drawnOnce(join(dataFolder, "trial.json"));
  await makeTenantKey(config);
  await populate(config, drawn);
  const people = drawn.people.map(({ role, password }) => ({ user: cast[role].user, password, role }));
  return { config, configFile, label: "Confidential/Project", people };
}

/** The port a trial in `folder` listened on the last time; `null` where there was none. */
export async function keptPort(folder: string): Promise<number | null> {
  const configFile = join(resolve(folder), "service.json");
  return existsSync(configFile) ? (await readConfig(configFile)).listen.port : null;
}

const configOf = (dataFolder: string, port: number): ServiceConfig => ({
  ...defaults,
  organisation,
  publicUrl: new URL(`http://localhost:${port}`),
  listen: { host: "localhost", port },
  dataFolder,
  // no mail server for a trial: what would be mailed lies there to be looked at
  mail: { from: `sealwright@${domain}`, language: "en", folder: join(dataFolder, "mail") },
  tenantKey: pathToFileURL(join(dataFolder, "tenant.key")),
  tenantKeyPassphraseFile: join(dataFolder, "tenant.pass"),
});

async function drawnOnce(path: string): Promise<Drawn> {
  if (!existsSync(path)) {
    const people = roles.map((role) => ({ id: newId(), role, password: drawPassword() }));
    await replaceFile(path, `${JSON.stringify({ tenant: newId(), people }, null, 2)}\n`);
  }
  const drawn = Drawn.safeParse(parseJson(Uint8Array.from(await readFile(path)), "state-damaged"));
  if (drawn.success) return drawn.data;
  throw new RightsError("state-damaged", `${path} is damaged; remove the folder it is in to start the trial anew`);
}

async function populate(config: ServiceConfig, { tenant, people }: Drawn): Promise<void> {
  const store = await openStore({ path: databasePath(config), create: true });
  try {
    for (const person of people) await addPerson(store, person);
    const members = people.filter(({ role }) => role === "writer" || role === "colleague").map(({ id }) => id);
    await store.accounts.setGroup(project, "Project", members);
    const leading = { group: project, lead: cast.writer.user };
    if ((await store.policies.labels()).length === 0)
      await store.policies.put(defaultPolicy({ everyone: `@${domain}`, project: leading }));
    await store.settings.settle("tenant", tenant);
  } finally {
    await store.close();
  }
}

async function addPerson({ accounts }: Store, { id, role, password }: Drawn["people"][number]): Promise<void> {
  if (await accounts.find(id)) return;
  const { user, name } = cast[role];
  const passwordHash = await hashPassword(password);
  const administrator = role === "administrator";
  await accounts.add({ id, name, addresses: [user], administrator, state: "active", passwordHash });
}
