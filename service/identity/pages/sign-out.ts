import { primaryButton } from "./fields.js";
import { escapeHtml, messagePage, type Page, type Reader } from "./page.js";

/** @param secret - against forms of other sites; the provider checks it. */
export function signOutPage({ say }: Reader, action: string, secret: string): Page {
  const body =
    `<p>${escapeHtml(say.signOutWhat)}</p><form method="post" action="${escapeHtml(action)}">` +
    `<input type="hidden" name="xsrf" value="${escapeHtml(secret)}"><input type="hidden" name="logout" value="yes">` +
    `${primaryButton(say.signOut, true)}</form>`;
  return { title: say.signOut, body };
}

export const signedOutPage = ({ say }: Reader): Page => messagePage(say.signedOut, say.closeWindow, "good");
