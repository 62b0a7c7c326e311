import { codeOf, type RightsErrorCode } from "../shared/errors.js";
import type { Found, NearbyAgent } from "./nearby-agent.js";
import type { Session } from "./session.js";

/** How far pane and agent are with meeting: by a code that the agent shows, and its person types here. */
export interface Pairing {
  /** `by-hand`: the agent can show nothing by itself, so its person lets it in a terminal. */
  readonly step: "offered" | "showing" | "shown" | "by-hand" | "checking";
  /** Why it did not work. */
  readonly trouble: PairingTrouble | null;
}

export type PairingTrouble = "no-code" | "wrong-code" | "too-often" | "signed-out" | "gone";

const troubles: Partial<Record<RightsErrorCode, PairingTrouble>> = {
  "pairing-failed": "wrong-code",
  "rate-limited": "too-often",
  "sign-in-needed": "signed-out",
};

const nothingYet: Found = { standing: "looking", who: null };

/** The pane's side of the agent: how it stands, and how they meet. */
export class AgentSide {
  found: Found = nothingYet;
  /** While they meet. */
  pairing: Pairing | null = null;
  readonly #agent: NearbyAgent;
  readonly #changed: () => void;
  readonly #met: () => Promise<void>;
  /** Whether the person would rather do without it. */
  #isUnwanted = false;

  /** @param met - is told once they have. */
  constructor(agent: NearbyAgent, changed: () => void, met: () => Promise<void>) {
    this.#agent = agent;
    this.#changed = changed;
    this.#met = met;
  }

  /**
   * Never throws. @param session - of this pane, `null`: nobody is signed in.
   * @param options.isAsked - a person wants it now.
   */
  async look(session: Session | null, options: { readonly isAsked?: boolean } = {}): Promise<void> {
    if (options.isAsked) this.#isUnwanted = false;
    this.found = nothingYet;
    this.#changed();
    this.found = await this.#agent.look(session?.by === "page" ? session.person.address : null, options);
    const mustMeet = this.found.standing === "not-paired" && session === null && !this.#isUnwanted;
    if (mustMeet) this.pairing ??= { step: "offered", trouble: null };
    this.#changed();
  }

  /** As the agent's person; `null` unless it is connected, and this pane may work as them. */
  session(): Session | null {
    const { standing, who } = this.found;
    return standing === "connected" && who !== null && !this.#isUnwanted ? this.#agent.session(who) : null;
  }

  /** From where the pane does without the agent, or with another than it was paired with. */
  async begin(): Promise<void> {
    this.#isUnwanted = false;
    this.#become("offered");
    await this.#agent.forget();
  }

  /** The person would rather do without it. */
  leave(): void {
    this.#isUnwanted = true;
    this.pairing = null;
  }

  async showCode(): Promise<void> {
    this.#become("showing");
    await this.#try(async () => this.#become((await this.#agent.showCode()) ? "shown" : "by-hand"));
  }

  async pair(code: string): Promise<void> {
    if (code.trim() === "") return this.#become("shown", "no-code");
    this.#become("checking");
    await this.#try(async () => {
      await this.#agent.pair(code);
      this.pairing = null;
      await this.#met();
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.pairing !== null) this.#become("shown", troubles[codeOf(error)] ?? "gone");
    }
  }

  #become(step: Pairing["step"], trouble: PairingTrouble | null = null): void {
    this.pairing = { step, trouble };
    this.#changed();
  }
}
