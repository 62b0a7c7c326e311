import type { Account } from "./account.js";
import { type CurrentPolicy, currentPolicy } from "./policy-cache.js";

/** So old may labels be for what is protected by itself. */
const policyAgeMs = 5 * 60_000;
/** For so long one answer serves all who ask, also that the service is away. */
const answerMs = 10_000;

/** Labels and templates for who needs them a thousand times a minute: neither asked for nor unsealed each time. */
export class FreshPolicy {
  #kept: { readonly of: Account; readonly sinceMs: number; readonly answer: Promise<CurrentPolicy> } | null = null;

  /** @throws what `currentPolicy` throws; the next call then asks again. */
  get(account: Account, nowMs = Date.now()): Promise<CurrentPolicy> {
    const ageMs = nowMs - (this.#kept?.sinceMs ?? 0);
    if (this.#kept?.of === account && ageMs >= 0 && ageMs < answerMs) return this.#kept.answer;
    const kept = { of: account, sinceMs: nowMs, answer: currentPolicy(account, { maxAgeMs: policyAgeMs }) };
    this.#kept = kept;
    kept.answer.catch(() => {
      if (this.#kept === kept) this.#kept = null;
    });
    return kept.answer;
  }
}
