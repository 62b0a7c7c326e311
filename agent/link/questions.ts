import { randomUUID } from "node:crypto";
import { RightsError } from "../../shared/errors.js";
import { limits } from "./limits.js";

/** What a person is asked outside of the page that wants it, since a page could press its own buttons. */
export interface Question {
  readonly id: string;
  /** Who asks: origin and name of the paired page. */
  readonly origin: string;
  readonly client: string;
  /** Which file is to be unprotected, and whose it is. */
  readonly file: string;
  readonly owner: string;
  readonly untilMs: number;
}

interface Open {
  readonly question: Question;
  answer(allowed: boolean): void;
}

/** Questions that wait for a person; silence is a no. */
export class Questions {
  readonly #open = new Map<string, Open>();
  readonly #show: (question: Question) => void;

  /** @param show - brings one before the person, where there is a way. */
  constructor(show: (question: Question) => void) {
    this.#show = show;
  }

  /** @throws RightsError `consent-denied`, `busy`, `cancelled`. */
  async ask(about: Omit<Question, "id" | "untilMs">, signal: AbortSignal): Promise<void> {
    if (this.#open.size >= limits.questions)
      throw new RightsError("busy", "enough questions wait for an answer already; answer those first");
    const question = { ...about, id: randomUUID(), untilMs: Date.now() + limits.questionMs };
    const allowed = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), limits.questionMs).unref();
      signal.addEventListener("abort", () => resolve(false), { once: true });
      const answer = (given: boolean) => {
        clearTimeout(timer);
        resolve(given);
      };
      this.#open.set(question.id, { question, answer });
      this.#show(question);
    }).finally(() => this.#open.delete(question.id));
    if (signal.aborted) throw new RightsError("cancelled", "this was cancelled");
    if (!allowed) throw new RightsError("consent-denied", `nobody at this computer agreed to unprotect ${about.file}`);
  }

  list(): Question[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  find(id: string): Question | null {
    return this.#open.get(id)?.question ?? null;
  }

  /** @returns whether it still waited. */
  answer(id: string, allowed: boolean): boolean {
    const open = this.#open.get(id);
    open?.answer(allowed);
    return open !== undefined;
  }
}
