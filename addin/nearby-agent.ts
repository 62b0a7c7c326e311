import type { AgentClient, AgentState } from "../browser/agent-client.js";
import { codeOf } from "../shared/errors.js";
import type { WhoAmIAnswer } from "../shared/protocol/agent-answers.js";
import type { Protector } from "./protector.js";
import { agentSession, type Session } from "./session.js";
import { ViaAgent } from "./via-agent.js";

/**
 * How the agent on this computer stands with the pane. All but `connected` are reasons why it does not protect here: each
 * has its own words, and something to do next.
 */
export type Standing =
  | AgentState
  | "looking"
  /** It is signed in at another service than the one this pane is from. */
  | "other-service"
  /** It is signed in as somebody else than this pane. */
  | "other-person";

/** What was found when the pane looked. */
export interface Found {
  readonly standing: Standing;
  /** Whose agent it is, where it says so. */
  readonly who: WhoAmIAnswer | null;
}

/** What of the agent's client the pane uses. */
export type Client = Pick<
  AgentClient,
  "state" | "whoami" | "labels" | "findPeople" | "showCode" | "pair" | "forget" | "protect" | "protectPath" | "withdraw"
>;

/** A person decides about a browser's question. */
const patienceMs = 60_000;

/** The agent on this computer, as the pane deals with it. */
export class NearbyAgent {
  readonly #client: Client;
  readonly #service: string;

  /** @param service - the origin this pane is from. */
  constructor(client: Client, service: string) {
    this.#client = client;
    this.#service = service;
  }

  /**
   * Never throws. @param address - who is signed in in this pane, `null`: nobody.
   * @param options.isAsked - a person wants it now: a question of the browser's is waited for.
   */
  async look(address: string | null, { isAsked = false } = {}): Promise<Found> {
    const standing = await this.#client.state(isAsked ? { openMs: patienceMs } : {});
    if (standing !== "connected") return { standing, who: null };
    const who = await this.#client.whoami().catch(() => null);
    if (who === null) return { standing: "unreachable", who };
    if (originOf(who.service) !== this.#service) return { standing: "other-service", who };
    return { standing: address === null || address === who.address ? "connected" : "other-person", who };
  }

  /** Lets it show a code. @returns whether it could: else its person lets it, with `seal pair`. */
  showCode = (): Promise<boolean> =>
    this.#client.showCode().then(
      () => true,
      (error) => {
        if (codeOf(error) !== "pairing-failed") throw error;
        return false;
      },
    );

  /** @throws RightsError `pairing-failed`, `rate-limited`, and as `look` says. */
  pair = (code: string): Promise<void> => this.#client.pair(code);

  forget = (): Promise<void> => this.#client.forget();

  session = (who: WhoAmIAnswer): Session => agentSession(this.#client, who, this.protectorFor(who.address));

  /** Protects for this person, and is not ready while somebody else is signed in at the agent. */
  protectorFor = (address: string): Protector =>
    new ViaAgent(this.#client, async () => (await this.look(address)).standing === "connected");
}

function originOf(service: string): string {
  return URL.canParse(service) ? new URL(service).origin : "";
}
