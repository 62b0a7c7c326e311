import { primaryButton, troubleBox } from "./fields.js";
import { escapeHtml, type Page, type Reader } from "./page.js";

/** Characters of a code at most, as somebody may type it. */
const maxTyped = 32;

export interface CodeForm {
  /** Against forms of other sites; the provider checks it. */
  readonly secret: string;
  /** What the field begins with. */
  readonly code?: string | undefined;
  readonly trouble?: string | undefined;
}

/** Where a device's code is entered. One step: the person compares it here, and agrees after signing in. */
export function codePage({ say }: Reader, action: string, { secret, code = "", trouble }: CodeForm): Page {
  const isGiven = code !== "" && trouble === undefined;
  const input =
    `<label for="user_code">${escapeHtml(say.code)}</label><div class="field"><input class="code" id="user_code" ` +
    `name="user_code" required maxlength="${maxTyped}" autocomplete="one-time-code" autocapitalize="characters" ` +
    `spellcheck="false" value="${escapeHtml(code.slice(0, maxTyped))}"${isGiven ? "" : " autofocus"}` +
    `${trouble === undefined ? "" : ' aria-invalid="true" aria-describedby="trouble"'}></div>`;
  const body =
    `${troubleBox(trouble)}<p>${escapeHtml(isGiven ? say.compareCode : say.enterCode)}</p>` +
    `<form method="post" action="${escapeHtml(action)}"><input type="hidden" name="xsrf" value="${escapeHtml(secret)}">` +
    `<input type="hidden" name="confirm" value="yes">${input}${primaryButton(say.continue, isGiven)}</form>`;
  return { title: say.connectDevice, body };
}
