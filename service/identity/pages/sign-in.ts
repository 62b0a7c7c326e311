import { actionButton, actionField, addressField, passwordField, primaryButton, troubleBox } from "./fields.js";
import { escapeHtml, type Page, type Reader } from "./page.js";

/** Where the pages beside a sign-in are. */
export const passwordPath = "/oidc/password";

export interface SignInForm {
  /** What the address field begins with. */
  username?: string;
  /** What went wrong with the last try, a sentence. */
  trouble?: string | undefined;
}

/** The ways in which people can sign in. */
export interface Ways {
  /** With a password of this service. */
  readonly passwords: boolean;
  /** With another provider: its name, and where to go. */
  readonly others: readonly { readonly name: string; readonly path: string }[];
}

export function signInPage(reader: Reader, { passwords, others }: Ways, form: SignInForm = {}): Page {
  const { say } = reader;
  const links = others.map(({ name, path }) => linkButton(path, say.continueWith(name), !passwords));
  const body =
    troubleBox(form.trouble) +
    (passwords ? passwordForm(reader, form) : "") +
    (passwords && links.length > 0 ? `<p class="or">${escapeHtml(say.or)}</p>` : "") +
    links.join("") +
    actionButton("cancel", say.cancel) +
    (passwords ? `<nav><a href="${passwordPath}">${escapeHtml(say.changePassword)}</a></nav>` : "");
  return { title: say.signIn, body };
}

function passwordForm({ say }: Reader, { username = "", trouble }: SignInForm): string {
  const address = { id: "username", label: say.address, autocomplete: "username", value: username };
  const password = { id: "password", label: say.password, autocomplete: "current-password" };
  return (
    `<form method="post">${actionField("sign-in")}${addressField({ ...address, focus: username === "" })}` +
    passwordField({ ...password, focus: username !== "", trouble: trouble !== undefined }, say) +
    `${primaryButton(say.signIn)}</form>`
  );
}

/**
 * A link, not a form: where a form leads, by however many redirects, browsers let a page restrict, and another
 * provider may lead to further places.
 */
const linkButton = (path: string, text: string, primary: boolean): string =>
  `<a class="button${primary ? " primary" : ""}" href="${escapeHtml(path)}">${escapeHtml(text)}</a>`;

/** On the way to another provider, by itself. */
export function goOnPage({ say }: Reader, name: string, url: URL): Page {
  return { title: say.goingOn(name), body: linkButton(url.href, say.continue, true), refresh: url.href };
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
