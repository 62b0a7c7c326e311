import { type ByteSource, sourceOf } from "../shared/bytes.js";
import { codeOf, RightsError, type RightsErrorCode } from "../shared/errors.js";
import type { LabelsAnswer, LinkFileReport, WhoAmIAnswer } from "../shared/protocol/agent-answers.js";
import type { RequestOf, Wanted } from "../shared/protocol/agent-api.js";
import { linkPorts } from "../shared/protocol/agent-limits.js";
import type { FoundPerson } from "../shared/protocol/people-api.js";
import type { Carrier } from "./agent-carrier.js";
import { type Beginning, type JobOptions, type Result, runJob } from "./agent-job.js";
import { askForCode, greet, meetAgain, meetFirst, type Page } from "./agent-meeting.js";
import { type PairingStore, pairingStore } from "./agent-pairing.js";

export type { JobOptions, Result } from "./agent-job.js";

/** How the page stands with the agent on its computer, each a state with words of its own. */
export type AgentState =
  | "connected"
  | "not-paired"
  | "unreachable"
  /** It runs, and this browser does not trust its certificate. */
  | "certificate"
  /** The browser asks its user first, or was told not to let pages talk to programs on this computer. */
  | "browser-asks"
  | "browser-refused"
  /** Something else listens where the agent should. */
  | "untrusted"
  | "other-version"
  /** Nobody is signed in to it. */
  | "signed-out"
  /** This page was wrong too often, and has to wait a minute. */
  | "too-often"
  /** Too many pages are connected. */
  | "busy"
  /** It answers, and something is wrong with it. */
  | "failing";

export interface ClientOptions extends Omit<Page, "origin"> {
  readonly origin?: string;
  readonly store?: PairingStore;
}

export interface ProtectWish {
  readonly name: string;
  readonly wanted: Wanted;
  readonly generic?: boolean;
  readonly ppdf?: boolean;
  readonly justification?: string;
}

/**
 * The agent on this computer, for pages: found among the ports it may have, proven, and found again after the connection
 * was lost. Where WebSockets do not get through the same goes by POST.
 */
export class AgentClient {
  readonly #page: Page;
  readonly #store: PairingStore;
  #connected: Promise<Carrier> | null = null;

  constructor({ origin = location.origin, store = pairingStore(), ...page }: ClientOptions) {
    this.#page = { ...page, origin };
    this.#store = store;
  }

  /** Lets the agent show a code, where it has a display; elsewhere its person types `seal pair`. @throws as `pair`. */
  showCode = (): Promise<void> => this.#either((page) => askForCode(page));

  /** @param code - as the agent shows it. @throws RightsError `pairing-failed`, `agent-unreachable`, `agent-untrusted`, `version-mismatch`. */
  async pair(code: string): Promise<void> {
    const { carrier, pairing } = await this.#either((page) => meetFirst(page, code));
    await this.#store.set(pairing);
    this.close();
    this.#connected = Promise.resolve(carrier);
  }

  /** Forgets the agent here; the agent's list of paired pages is its person's. */
  async forget(): Promise<void> {
    this.close();
    await this.#store.clear();
  }

  /**
   * Never throws: whatever is wrong is a state.
   * @param options.openMs - how long a connection may take to open: longer where the browser asks its user first.
   */
  async state({ openMs }: Pick<Page, "openMs"> = {}): Promise<AgentState> {
    try {
      if ((await this.#store.get()) === null || openMs !== undefined)
        await this.#either((page) => greet({ ...page, ...(openMs !== undefined && { openMs }) }));
      if ((await this.#store.get()) === null) return "not-paired";
      await this.whoami();
      return "connected";
    } catch (error) {
      const code = codeOf(error);
      if (code === "agent-unreachable") return (await browserWord()) ?? (await this.#whyUnreachable());
      return states[code] ?? "failing";
    }
  }

  /** Without TLS it answers nothing but that it wants TLS: then the certificate is what is wrong. */
  async #whyUnreachable(): Promise<AgentState> {
    for (const port of this.#page.ports ?? linkPorts) if (await answersPlainly(port)) return "certificate";
    return "unreachable";
  }

  whoami = (): Promise<WhoAmIAnswer> => this.#asking((carrier) => carrier.ask("whoami", {}));

  labels = (): Promise<LabelsAnswer> => this.#asking((carrier) => carrier.ask("labels", {}));

  /** Colleagues and groups by what is typed of a name. @throws RightsError `service-unreachable`, `rate-limited`. */
  async findPeople(search: string): Promise<readonly FoundPerson[]> {
    return (await this.#asking((carrier) => carrier.ask("find-people", { search }))).people;
  }

  /** Protects content; what comes out is the document, and perhaps its copy to look at. @throws RightsError what the agent says. */
  protect(content: ByteSource, wish: ProtectWish, options: JobOptions = {}): Promise<Result> {
    return this.#run((carrier) => carrier.ask("protect", { ...wish, size: content.size }), content, options);
  }

  /** Protects the document that is open, where it lies; once it was closed. @throws RightsError `path-refused`. */
  protectPath(wish: Omit<RequestOf<"protect-path">, "id" | "op">, options: JobOptions = {}): Promise<Result> {
    return this.#run((carrier) => carrier.ask("protect-path", wish), sourceOf(new Uint8Array(0)), options);
  }

  /** What a file is, and what may be done with it. */
  async inspect(content: ByteSource, name: string, options: JobOptions = {}): Promise<LinkFileReport> {
    const begin: Beginning = (carrier) => carrier.ask("inspect", { name, size: content.size });
    const { report } = await this.#run(begin, content, options);
    if (report === null) throw new RightsError("version-mismatch", "the agent on this computer is of another version");
    return report;
  }

  /** Its clear content, once the person agreed outside of this page. @throws RightsError `right-missing`, `consent-denied`. */
  unprotect(content: ByteSource, name: string, options: JobOptions & { justification?: string } = {}): Promise<Result> {
    const { justification, ...rest } = options;
    const begin: Beginning = (carrier) => carrier.ask("unprotect", { name, size: content.size, justification });
    return this.#run(begin, content, rest);
  }

  /**
   * Takes back access to what this page had protected, for everybody but its owner.
   * @returns the last moment at which somebody who has opened it can still do so, `null` where nobody has.
   * @throws RightsError `file-missing`, `service-unreachable`.
   */
  async withdraw(contentId: string): Promise<string | null> {
    return (await this.#asking((carrier) => carrier.ask("withdraw", { contentId }))).lastUse;
  }

  close(): void {
    this.#connected?.then(
      (carrier) => carrier.close(),
      () => undefined,
    );
    this.#connected = null;
  }

  #run(begin: Beginning, content: ByteSource, options: JobOptions): Promise<Result> {
    return runJob({ connect: () => this.#connect(), lost: (carrier) => this.#lost(carrier) }, begin, content, options);
  }

  /** Once more where the connection turned out to be gone. */
  async #asking<T>(work: (carrier: Carrier) => Promise<T>): Promise<T> {
    const carrier = await this.#connect();
    try {
      return await work(carrier);
    } catch (error) {
      if (codeOf(error) !== "agent-unreachable") throw error;
      this.#lost(carrier);
      return work(await this.#connect());
    }
  }

  #connect(): Promise<Carrier> {
    if (this.#connected === null) {
      const connected = this.#find();
      this.#connected = connected;
      connected.catch(() => {
        if (this.#connected === connected) this.#connected = null;
      });
    }
    return this.#connected;
  }

  async #find(): Promise<Carrier> {
    const pairing = await this.#store.get();
    if (pairing === null) throw new RightsError("not-paired", "this page and the agent have not met yet");
    return this.#either((page) => meetAgain(page, pairing));
  }

  /** By WebSocket; where nothing answers that, by POST. */
  async #either<T>(work: (page: Page) => Promise<T>): Promise<T> {
    try {
      return await work(this.#page);
    } catch (error) {
      if (codeOf(error) !== "agent-unreachable" || this.#page.byPost || (await browserWord()) !== null) throw error;
      return work({ ...this.#page, byPost: true });
    }
  }

  #lost(carrier: Carrier): void {
    carrier.close();
    this.#connected = null;
  }
}

const states: Partial<Record<RightsErrorCode, AgentState>> = {
  "not-paired": "not-paired",
  "rate-limited": "too-often",
  "agent-untrusted": "untrusted",
  "version-mismatch": "other-version",
  "sign-in-needed": "signed-out",
  "device-removed": "signed-out",
  busy: "busy",
};

const plainMs = 2000;

/** What it answers is not shown to this page; that it answers, is. */
const answersPlainly = (port: number): Promise<boolean> =>
  fetch(`http://localhost:${port}/`, {
    mode: "no-cors",
    credentials: "omit",
    signal: AbortSignal.timeout(plainMs),
  }).then(
    () => true,
    () => false,
  );

/** What browsers say of pages that talk to programs on this computer, under the names they had for it so far. */
const permissions = ["loopback-network", "local-network-access"];

async function browserWord(): Promise<AgentState | null> {
  for (const name of permissions) {
    const status = await navigator.permissions?.query({ name: name as PermissionName }).catch(() => null);
    if (status?.state === "denied") return "browser-refused";
    if (status?.state === "prompt") return "browser-asks";
    if (status) return null;
  }
  return null;
}
