import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, relative, resolve } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { findLabel } from "../../shared/label.js";
import { openAccount, whoIsSignedIn } from "../account.js";
import { openHome } from "../home.js";
import { currentPolicy } from "../policy-cache.js";
import { signIn } from "../sign-in.js";
import { addWatch, readWatches } from "../watches.js";
import { isAbandoned, isOwner, type Owner, thisProcess } from "../work/owner.js";
import { end, programs, type Started, start } from "./child.js";
import { exits } from "./exit.js";
import { untilEnd } from "./processes.js";
import { sample } from "./sample.js";
import { print, printJson, say } from "./say.js";

interface Person {
  user: string;
  password: string;
  role: "administrator" | "writer" | "colleague" | "outsider";
}

/** What `--json` prints; the names are a contract with programs. */
interface UpAnswer {
  service: string;
  folder: string;
  label: string;
  home: string;
  people: Person[];
}

interface Running {
  owner: Owner;
  service: number;
  agent: number;
  answer: UpAnswer;
}

const defaultPort = 7443;

/** `seal up`: service, agent and one watched folder on this machine, for a trial; the same data carries on. */
export async function up(options: { data: string; port?: string; json?: boolean }): Promise<number> {
  const data = resolve(options.data);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const running = await readRunning(data);
  if (running !== null) {
    announce(running.answer, options);
    return exits.done;
  }
  const port = await choosePort(data, options.port);
  const service = await start(programs.service, ["--trial", join(data, "service"), "--port", String(port)]);
  const started: Started[] = [service];
  try {
    const answer = await prepare(data, service);
    const env = { ...process.env, SEALWRIGHT_HOME: answer.home };
    const agent = await start(programs.agent, [], env);
    started.push(agent);
    await sample(data, answer.folder);
    await writeRunning(data, { owner: thisProcess, service: service.process.pid!, agent: agent.process.pid!, answer });
    announce(answer, options);
    return await untilEnd(started);
  } finally {
    await Promise.all(started.map(end));
    await rm(runningFile(data), { force: true });
  }
}

const runningFile = (data: string): string => join(data, "running.json");

/** What another process says of this data, if it lives. */
async function readRunning(data: string): Promise<Running | null> {
  try {
    const running = JSON.parse(await readFile(runningFile(data), "utf8")) as Running;
    return isOwner(running.owner) && !isAbandoned(running.owner, "up", 0) ? running : null;
  } catch {
    return null;
  }
}

async function writeRunning(data: string, running: Running): Promise<void> {
  const temporary = `${runningFile(data)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(running), { mode: 0o600 });
  await rename(temporary, runningFile(data));
}

/** The port asked for, else the one of last time; kept, since protected files name it. */
async function choosePort(data: string, asked: string | undefined): Promise<number> {
  const file = join(data, "port");
  const kept = await readFile(file, "utf8").catch(() => String(defaultPort));
  const port = Number(asked ?? kept);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new RightsError("usage", `${asked ?? kept} is not a port`);
  if (asked !== undefined && existsSync(file) && Number(kept) !== port)
    throw new RightsError(
      "usage",
      `this data was made for port ${kept}, and its protected files name it; leave out --port, or name other --data`,
    );
  await checkFree(port);
  await writeFile(file, String(port));
  return port;
}

function checkFree(port: number): Promise<void> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", (cause) =>
      reject(new RightsError("busy", `port ${port} is taken by another program; choose one with --port`, { cause })),
    );
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/** Signs the writer in and watches the folder, where that has not been done before. */
async function prepare(data: string, service: Started): Promise<UpAnswer> {
  const { ready, people, label } = service.ready as { ready: string; people: Person[]; label: string };
  const folder = join(data, "Protected");
  const home = await openHome(join(data, "home"));
  await mkdir(folder, { recursive: true });
  const writer = people.find(({ role }) => role === "writer")!;
  if ((await whoIsSignedIn(home)) === null)
    await signIn(home, { address: ready, user: writer.user, password: writer.password });
  if (!(await readWatches(home)).some((watch) => watch.folder === folder)) {
    const { labels } = await currentPolicy(await openAccount(home));
    await addWatch(home, { folder, label: findLabel(labels, label)!.id, existing: true });
  }
  return { service: ready, folder, label, home: home.path, people };
}

function announce(answer: UpAnswer, { json, data }: { json?: boolean; data: string }): void {
  if (json) printJson(answer);
  else for (const line of welcome(answer, resolve(data))) print(line);
  if (!json) say("everything runs until you press Ctrl-C; the same command carries on later");
}

/** What to try next, as lines to copy. */
function welcome({ service, folder, label, people }: UpAnswer, data: string): string[] {
  const person = (role: Person["role"]) => people.find((one) => one.role === role)!;
  const [writer, colleague, outsider] = [person("writer"), person("colleague"), person("outsider")];
  const here = (path: string) => relative(process.cwd(), path) || ".";
  const quoted = (path: string) => `'${here(path).replaceAll("'", "'\\''")}'`;
  const welcomeFile = quoted(join(folder, "Welcome.ptxt"));
  const as = ({ role }: Person) =>
    `SEALWRIGHT_HOME=${quoted(join(data, role === "writer" ? "home" : role))} npx --no seal`;
  const login = (one: Person) =>
    `printf '%s' '${one.password}' | ${as(one)} login ${service} --user ${one.user} --password-stdin`;
  return [
    "",
    `  Sealwright is running at ${service}`,
    `  Whatever you put into ${here(folder)} becomes protected: ${label}. Welcome.txt already has.`,
    `  You are signed in as the writer, ${writer.user}.`,
    "",
    "  Protect a file of yours:",
    `    cp YOUR-FILE ${quoted(folder)}`,
    "",
    `  Open it as the colleague, ${colleague.user}:`,
    `    ${login(colleague)}`,
    `    ${as(colleague)} cat ${welcomeFile}`,
    "",
    `  Fail to open it as the outsider, ${outsider.user}:`,
    `    ${login(outsider)}`,
    `    ${as(outsider)} cat ${welcomeFile}`,
    "",
    "  Open it in any browser, as the colleague: choose the file there, and sign in:",
    `    ${service}/view`,
    "",
    "  What the service would mail, it writes down instead. The newest:",
    `    ls -t ${quoted(join(data, "service", "mail"))}/*.eml | head -1 | xargs cat`,
    "",
    "  See who opened it, and withdraw it, also copies already sent:",
    `    ${as(writer)} track ${welcomeFile}`,
    `    ${as(writer)} revoke ${welcomeFile}`,
    "",
  ];
}
