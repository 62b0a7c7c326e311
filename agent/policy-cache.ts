import * as z from "zod";
import { utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { PolicyAnswer } from "../shared/protocol/service-api.js";
import type { Account } from "./account.js";
import { keepNames } from "./known-names.js";

export interface CurrentPolicy extends PolicyAnswer {
  /** Whether this is what was kept, because the service could not be reached or was not asked. */
  readonly isKept: boolean;
}

const file = "policy";
const Kept = z.object({
  v: z.literal(1),
  keptMs: z.number(),
  answer: PolicyAnswer.extend({ tag: z.string().max(128).nullable().default(null) }),
});
type Kept = z.infer<typeof Kept>;

/**
 * Labels and templates of the person: the service's, or what it said last while it is away.
 * @param options.maxAgeMs - what was kept and is younger is taken without asking; 0 if left out.
 * @throws RightsError `service-unreachable` when it is away and never answered before; `sign-in-needed`.
 */
export async function currentPolicy(account: Account, { maxAgeMs = 0 } = {}): Promise<CurrentPolicy> {
  const kept = await readKept(account);
  const ageMs = kept === null ? Number.POSITIVE_INFINITY : Date.now() - kept.keptMs;
  if (kept !== null && ageMs >= 0 && ageMs < maxAgeMs) return { ...kept.answer, isKept: true };
  try {
    const answer = await account.service.policy(kept?.answer);
    await keepNames(account.home, answer).catch(() => undefined); // nothing but completion is the poorer
    await keep(account, { v: 1, keptMs: Date.now(), answer });
    return { ...answer, isKept: false };
  } catch (error) {
    const isAway = error instanceof RightsError && error.code === "service-unreachable";
    if (isAway && kept !== null) return { ...kept.answer, isKept: true };
    throw error;
  }
}

const keep = ({ secrets }: Account, kept: Kept) => secrets.write(file, utf8(JSON.stringify(kept)));

/** What cannot be read is not there: the service has the original. */
async function readKept({ secrets }: Account): Promise<Kept | null> {
  try {
    const bytes = await secrets.read(file);
    return bytes && Kept.parse(parseJson(bytes, "state-damaged"));
  } catch (error) {
    if (error instanceof RightsError && error.code !== "state-damaged") throw error;
    return null;
  }
}
