import { RightsError } from "../../shared/errors.js";
import { type Agree, agreementIn, authorizationRequest } from "../../shared/protocol/authorization.js";
import { officeSignedInPath, officeSignInPath, pageClientId } from "../../shared/protocol/page-api.js";
import { officeCall } from "../office-call.js";

export interface DialogWay {
  /** Another person than the one this browser may be signed in as. */
  readonly anew: boolean;
  readonly signal: AbortSignal;
}

/** Characters of an answer; longer ones are nobody's. */
const maxAnswerChars = 8192;
const size = { height: 70, width: 35 };

/**
 * In a window that Office opens: a pane in a frame of another site shares neither storage nor channels with windows of its
 * own, and on a desktop it cannot open any. `state` ties the answer to the question, and the verifier stays in the pane.
 * @throws RightsError `sign-in-failed` (no window, closed, cancelled); `service-untrusted`; `office-silent`.
 */
export const inDialog =
  ({ anew, signal }: DialogWay): Agree =>
  async (place) => {
    const asked = { client_id: pageClientId, scope: "openid", resource: place.discovery.resource };
    const options = { asked: anew ? { ...asked, prompt: "login" } : asked };
    const request = await authorizationRequest(place, place.service + officeSignedInPath, options);
    const start = `${place.service}${officeSignInPath}#${encodeURIComponent(request.url.href)}`;
    const answer = await answerOf(await open(start, signal), signal);
    const callback = new URL(request.redirectUri);
    callback.search = answer;
    return agreementIn(callback, request, place);
  };

async function open(url: string, signal: AbortSignal): Promise<Office.Dialog> {
  const how = { ...size, promptBeforeOpen: false };
  const show = (done: (result: Office.AsyncResult<Office.Dialog>) => void) =>
    Office.context.ui.displayDialogAsync(url, how, done);
  try {
    return await officeCall<Office.Dialog>(show, { signal, late: (dialog) => dialog.close() });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new RightsError("sign-in-failed", "Office opened no window to sign in; allow it, and try again", { cause });
  }
}

/** What the window's last page said; closed before is cancelled. */
function answerOf(dialog: Office.Dialog, signal: AbortSignal): Promise<string> {
  const answered = new Promise<string>((resolve, reject) => {
    const cancelled = () => reject(new RightsError("sign-in-failed", "the sign-in was cancelled; nothing changed"));
    const { DialogMessageReceived, DialogEventReceived } = Office.EventType;
    dialog.addEventHandler(DialogMessageReceived, (event: object) => {
      const message = "message" in event ? event.message : undefined;
      if (typeof message === "string" && message.length <= maxAnswerChars) resolve(message);
    });
    dialog.addEventHandler(DialogEventReceived, cancelled);
    signal.addEventListener("abort", cancelled, { once: true });
    if (signal.aborted) cancelled();
  });
  return answered.finally(() => {
    try {
      dialog.close();
    } catch {
      // its person closed it
    }
  });
}
