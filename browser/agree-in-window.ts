import { RightsError } from "../shared/errors.js";
import { type Agree, agreementIn, answers, authorizationRequest } from "../shared/protocol/authorization.js";
import { pageClientId, signedInChannel, signedInPath } from "../shared/protocol/page-api.js";

export interface WindowWay {
  /** Another person than the one this browser may be signed in as. */
  readonly anew: boolean;
  /** Ends the waiting, when the person gives up. */
  readonly signal: AbortSignal;
}

/** Characters of an answer; longer ones are nobody's. */
const maxAnswerChars = 8192;

/**
 * In a window of its own, so that the file that was chosen stays where it is. Call it while a click is being handled.
 * Browsers cut the tie between the two windows on the way through the sign-in, so the answer comes by a channel that
 * all pages of this origin hear: `state` says to which of them it belongs, and without the verifier nobody can use it.
 * @throws RightsError `sign-in-failed` (no window, cancelled); `service-untrusted`.
 */
export function inWindow({ anew, signal }: WindowWay): Agree {
  const opened = window.open("about:blank", "_blank", "popup,width=480,height=720");
  return async (place) => {
    if (opened === null)
      throw new RightsError("sign-in-failed", "this browser opened no window to sign in; allow it, and try again");
    const asked = { client_id: pageClientId, scope: "openid", resource: place.discovery.resource };
    const options = { asked: anew ? { ...asked, prompt: "login" } : asked };
    const request = await authorizationRequest(place, place.service + signedInPath, options);
    const answered = answerTo((callback) => answers(callback, request), request.redirectUri, signal);
    opened.location.replace(request.url);
    try {
      return agreementIn(await answered, request, place);
    } finally {
      opened.close();
    }
  };
}

function answerTo(isOurs: (callback: URL) => boolean, redirectUri: string, signal: AbortSignal): Promise<URL> {
  const channel = new BroadcastChannel(signedInChannel);
  const answered = new Promise<URL>((resolve, reject) => {
    channel.onmessage = ({ data }) => {
      if (typeof data !== "string" || data.length > maxAnswerChars) return;
      const callback = new URL(redirectUri);
      callback.search = data;
      if (isOurs(callback)) resolve(callback);
    };
    const cancelled = () => reject(new RightsError("sign-in-failed", "the sign-in was cancelled; nothing changed"));
    if (signal.aborted) cancelled();
    signal.addEventListener("abort", cancelled, { once: true });
  });
  return answered.finally(() => channel.close());
}
