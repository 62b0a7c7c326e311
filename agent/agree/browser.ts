import { RightsError } from "../../shared/errors.js";
import { type Agree, agreementIn, answers, authorizationRequest } from "../../shared/protocol/authorization.js";
import { listenOnLoopback } from "./loopback.js";

export interface BrowserWay {
  /** Who is expected to sign in. */
  readonly user?: string;
  /** Shows the person this page. */
  open(url: URL): void;
  /** How long they may take. */
  readonly limitMs?: number;
}

/** As long as a sign-in at the service lives. */
const defaultLimitMs = 15 * 60_000;

/**
 * In the person's browser on this computer: the provider sends it back to a port of the loopback, on which we listen
 * for that one answer (RFC 8252 §7.3).
 * @throws RightsError `sign-in-failed` (cancelled, or nobody agreed in time), `service-untrusted`.
 */
export const inBrowser =
  ({ user, open, limitMs = defaultLimitMs }: BrowserWay): Agree =>
  async (place) => {
    const listening = await listenOnLoopback();
    try {
      const request = await authorizationRequest(place, listening.redirectUri, user === undefined ? {} : { user });
      const answered = listening.answer((callback) => answers(callback, request));
      open(request.url);
      const callback = await within(answered, limitMs);
      return { ...agreementIn(callback, request, place), done: listening.close };
    } catch (error) {
      listening.close(false);
      throw error;
    }
  };

async function within<T>(answered: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RightsError("sign-in-failed", tooLate)), limitMs);
  });
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}

const tooLate = "nobody finished the sign-in in the browser, so it has ended; try again";
