import { actionButton, actionField, addressField, passwordField, primaryButton, troubleBox } from "./fields.js";
import { escapeHtml, type Page, type Reader } from "./page.js";

/** Where the pages beside a sign-in are. */
export const passwordPath = "/oidc/password";

export interface SignInForm {
  /** What the address field begins with. */
  username?: string;
  /** What went wrong with the last try, a sentence. */
  trouble?: string;
}

export function signInPage({ say }: Reader, { username = "", trouble }: SignInForm = {}): Page {
  const address = { id: "username", label: say.address, autocomplete: "username", value: username };
  const password = { id: "password", label: say.password, autocomplete: "current-password" };
  const failed = trouble !== undefined;
  const body =
    `${troubleBox(trouble)}<form method="post">${actionField("sign-in")}` +
    addressField({ ...address, focus: username === "" }) +
    passwordField({ ...password, focus: username !== "", trouble: failed }, say) +
    `${primaryButton(say.signIn)}</form>${actionButton("cancel", say.cancel)}` +
    `<nav><a href="${passwordPath}">${escapeHtml(say.changePassword)}</a></nav>`;
  return { title: say.signIn, body };
}

/** What a device asks for that shows a code instead of opening a page itself. */
export interface AskingDevice {
  /** As people read it: `BCDF-GHJK`. */
  readonly code: string;
  readonly ip: string;
}

/** @param who - "Ada Lovelace (ada@contoso.example)". */
export function consentPage({ say }: Reader, who: string, device: AskingDevice | null): Page {
  const what = device === null ? say.consentHere(who) : say.consentDevice(who);
  const warning = device === null ? say.consentWarning : say.consentDeviceWarning;
  const shown = device === null ? "" : codeOf(device, say.askedFrom(device.ip));
  const body =
    `<p>${escapeHtml(what)}</p>${shown}<p>${escapeHtml(warning)}</p>` +
    `<form method="post">${actionField("consent")}${primaryButton(say.continue, true)}</form>` +
    actionButton("other-account", say.otherAccount) +
    actionButton("cancel", say.cancel);
  return { title: device === null ? say.consent : say.consentThere, body };
}

const codeOf = ({ code }: AskingDevice, askedFrom: string): string =>
  `<strong class="shown-code">${escapeHtml(code)}</strong><p class="help">${escapeHtml(askedFrom)}</p>`;
