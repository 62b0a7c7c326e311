import type { AgentClient, JobOptions } from "../browser/agent-client.js";
import { RightsError } from "../shared/errors.js";
import { extensionOf } from "../shared/format/extension.js";
import { writtenGrants } from "../shared/grants.js";
import type { Wanted } from "../shared/protocol/agent-api.js";
import type { FileToCome, ProtectedCopy, ProtectJob, Protector, Wish } from "./protector.js";

/** What of the agent's client is used here. */
export type Agent = Pick<AgentClient, "protect" | "protectPath" | "withdraw">;

/** Has the agent on this computer protect: as the person who is signed in there. */
export class ViaAgent implements Protector {
  readonly by = "agent";
  readonly isReady: () => Promise<boolean>;
  readonly #agent: Agent;

  /** @param isReady - whether it is connected, and the agent of the person this pane protects for. */
  constructor(agent: Agent, isReady: () => Promise<boolean>) {
    this.#agent = agent;
    this.isReady = isReady;
  }

  async protect(job: ProtectJob, progress: (share: number) => void, signal: AbortSignal): Promise<ProtectedCopy> {
    const wish = { name: contentName(job), ...asked(job) };
    const made = await untilAborted(signal, (options) =>
      this.#agent.protect(job.content, wish, { ...options, progress }),
    );
    const { contentId } = made;
    const [document, pages] = (["document", "copy"] as const).map((role) =>
      made.files.find((one) => one.role === role),
    );
    if (document === undefined || contentId === null)
      throw new RightsError("version-mismatch", "the agent on this computer is of another version; update both");
    return {
      name: document.name,
      content: document.content,
      pages: pages === undefined ? null : { name: pages.name, content: pages.content },
      withdraw: () => this.#agent.withdraw(contentId),
    };
  }

  protectFile = async (path: string, wish: Wish, signal: AbortSignal): Promise<FileToCome> => {
    const end = new AbortController();
    let waits: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    const progress: JobOptions["progress"] = (_share, state) => state === "waiting" && waits();
    const made = this.#agent
      .protectPath({ path, ...asked(wish) }, { progress, signal: end.signal })
      .then(() => undefined);
    const cancel = async () => {
      end.abort();
      await made.catch(() => undefined); // it was given up, or is over already
    };
    await untilAborted(signal, () => Promise.race([waiting, made])).catch(async (error) => {
      await cancel();
      throw error;
    });
    return { name: wish.name, made, cancel };
  };
}

const contentName = ({ name, form }: ProtectJob): string =>
  form === "pdf" ? `${name.slice(0, name.length - extensionOf(name).length)}.pdf` : name;

const asked = (wish: Wish) => ({
  wanted: wantedOf(wish),
  ...(wish.reason !== null && { justification: wish.reason }),
});

/** A label speaks for itself, by what it is at the service when the agent protects; own permissions go along. */
function wantedOf({ label, policy }: Wish): Wanted {
  const named = label === null ? {} : { label: label.id };
  const { template, until, offlineDays } = policy;
  if (template !== null) return label === null ? { template } : named;
  return { ...named, grant: writtenGrants(policy), expires: until ?? "never", offline: String(offlineDays) };
}

/** @throws what `signal` was aborted with, whatever the agent makes of it. */
async function untilAborted<T>(signal: AbortSignal, work: (options: JobOptions) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([work({ signal }), aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
