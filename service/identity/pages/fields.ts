import type { Messages } from "./messages.js";
import { escapeHtml } from "./page.js";

/** Pieces that several pages are made of. */

const troubleId = "trouble";

/** What went wrong with the last try; the field that has the focus refers to it, so that it is read out. */
export const troubleBox = (trouble: string | undefined): string =>
  trouble === undefined ? "" : `<p role="alert" class="trouble" id="${troubleId}">${escapeHtml(trouble)}</p>`;

/** The field a form is told apart by, as a program fills it in. */
export const actionField = (action: string): string => `<input type="hidden" name="action" value="${action}">`;

export interface Field {
  readonly id: string;
  readonly label: string;
  readonly autocomplete: string;
  readonly value?: string;
  readonly focus?: boolean;
  /** The last try failed, and this field is to be looked at. */
  readonly trouble?: boolean;
  /** Id of a text that helps. */
  readonly help?: string;
}

const attributesOf = ({ id, autocomplete, focus, trouble, help }: Field): string => {
  const described = [trouble ? troubleId : "", help ?? ""].filter(Boolean).join(" ");
  return (
    `id="${id}" name="${id}" required autocomplete="${autocomplete}"${focus ? " autofocus" : ""}` +
    `${trouble ? ' aria-invalid="true"' : ""}${described ? ` aria-describedby="${described}"` : ""}`
  );
};

export const addressField = (field: Field): string =>
  `<label for="${field.id}">${escapeHtml(field.label)}</label><div class="field"><input type="email" maxlength="254" ` +
  `autocapitalize="none" spellcheck="false" value="${escapeHtml(field.value ?? "")}" ${attributesOf(field)}></div>`;

export const passwordField = (field: Field, { show, hide }: Messages): string =>
  `<label for="${field.id}">${escapeHtml(field.label)}</label><div class="field"><input type="password" ` +
  `maxlength="1024" ${attributesOf(field)}><button type="button" hidden data-shows="${field.id}" data-show="${show}" ` +
  `data-hide="${hide}">${show}</button></div>`;

/** @param focus - the page begins there: it asks for nothing else. */
export const primaryButton = (text: string, focus = false): string =>
  `<button class="primary"${focus ? " autofocus" : ""}>${escapeHtml(text)}</button>`;

/** A button that is a form of its own, for what needs none of the fields. */
export const actionButton = (action: string, text: string): string =>
  `<form method="post">${actionField(action)}<button>${escapeHtml(text)}</button></form>`;
