import { minPasswordCharacters } from "../password-rules.js";
import {
  actionButton,
  actionField,
  addressField,
  type Field,
  passwordField,
  primaryButton,
  troubleBox,
} from "./fields.js";
import { escapeHtml, type Page, type Reader } from "./page.js";

/** Which field is to be looked at, and why. */
export interface PasswordMistake {
  readonly field: "current" | "new";
  readonly sentence: string;
}

/** Whoever knows the current password changes it, signed in or not. */
export function changePasswordPage(reader: Reader, username = "", mistake?: PasswordMistake): Page {
  const { say } = reader;
  const isWrong = mistake?.field === "current";
  const address = { id: "username", label: say.address, autocomplete: "username", value: username };
  const current = { id: "password", label: say.currentPassword, autocomplete: "current-password" };
  const body =
    `${troubleBox(mistake?.sentence)}<form method="post">${actionField("change-password")}` +
    addressField({ ...address, focus: username === "" }) +
    passwordField({ ...current, focus: username !== "", trouble: isWrong }, say) +
    newPasswordFields(reader, mistake?.field === "new") +
    `<p class="help">${escapeHtml(say.passwordEnds)}</p>${primaryButton(say.save)}</form>`;
  return { title: say.changePassword, body };
}

/** Within a sign-in, after the password that was given to the person: they choose their own. */
export function chooseOwnPage(reader: Reader, username: string, mistake?: PasswordMistake): Page {
  const { say } = reader;
  // For password managers, which keep the new password under this name.
  const name = `<input type="text" name="username" autocomplete="username" value="${escapeHtml(username)}" readonly hidden>`;
  const body =
    `${troubleBox(mistake?.sentence)}<p>${escapeHtml(say.chooseOwnWhy)}</p>` +
    `<form method="post">${actionField("choose-password")}${name}` +
    `${newPasswordFields(reader, mistake !== undefined, true)}${primaryButton(say.save)}</form>` +
    actionButton("cancel", say.cancel);
  return { title: say.chooseOwn, body };
}

function newPasswordFields({ say }: Reader, trouble: boolean, focus = false): string {
  const both = { autocomplete: "new-password", trouble } satisfies Partial<Field>;
  return (
    passwordField({ ...both, id: "new-password", label: say.newPassword, help: "rule", focus }, say) +
    `<p class="help" id="rule">${escapeHtml(say.passwordRule(minPasswordCharacters))}</p>` +
    passwordField({ ...both, id: "again", label: say.again }, say)
  );
}
