import { domainOf, normalizeAddress } from "../../shared/address.js";
import { codeOf } from "../../shared/errors.js";
import type { Grant } from "../../shared/policy.js";
import type { Recipient } from "./mail.js";

/** What a recipient will meet when they open what is attached. */
export interface Meeting {
  readonly who: string;
  /** guest: by a mailed code, in a browser. none: guests are let in nowhere. unnamed: the label does not name them. */
  readonly what: "guest" | "none" | "unnamed" | "no-address";
}

export interface Circle {
  /** The sender's own address. */
  readonly own: string;
  /** Whom the label names; `null` where it names those the mail goes to. */
  readonly grants: readonly Grant[] | null;
  /** Whether the service lets people from elsewhere in. */
  readonly letsGuestsIn: boolean;
}

/** Those recipients for whom opening is not a matter of course. */
export const meetingsOf = (recipients: readonly Recipient[], circle: Circle): Meeting[] =>
  recipients.flatMap((recipient) => {
    const what = meetingOf(recipient, circle);
    return what === null ? [] : [{ who: recipient.address || recipient.name, what }];
  });

function meetingOf({ address, isExternal }: Recipient, { own, grants, letsGuestsIn }: Circle): Meeting["what"] | null {
  const normal = normalized(address);
  if (normal === null) return "no-address";
  const isGuest = isExternal || domainOf(normal) !== domainOf(own);
  const names = grants?.flatMap(({ who }) => who) ?? [normal];
  // a group's people are not known here: somebody of one's own may be in one
  if (isGuest && !names.includes(normal) && !names.includes(`@${domainOf(normal)}`)) return "unnamed";
  if (!isGuest) return null;
  return letsGuestsIn ? "guest" : "none";
}

function normalized(address: string): string | null {
  try {
    return normalizeAddress(address);
  } catch (error) {
    if (codeOf(error) !== "address-malformed") throw error;
    return null;
  }
}
