import * as z from "zod";
import { utf8 } from "./bytes.js";
import { RightsError } from "./errors.js";
import { Label, labelPath, textIn } from "./label.js";
import { encodePolicy } from "./policy.js";
import { policyOf, Template, type Texts } from "./template.js";

/** Labels, templates and what holds for all of them, as one file: docs/operating.md, "Labels and templates". */
export const PolicyDocument = z.strictObject({
  /** Of the policy this was made from. */
  version: z.int().min(0),
  /** Nothing goes without a label. */
  mandatory: z.boolean().default(false),
  templates: z.array(z.strictObject(Template.shape)).max(500),
  labels: z.array(z.strictObject(Label.shape)).max(500),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

/** All of it, so that it fits into one request and one answer. */
const maxBytes = 1024 * 1024;

/**
 * What the shapes alone do not say, of the whole: everything that is named is there, names tell labels apart, and no
 * license could be made that nobody reads. @throws RightsError `policy-malformed` with the first fault.
 */
export function checkPolicy(document: PolicyDocument): void {
  if (utf8(JSON.stringify(document)).length > maxBytes) throw wrong("the policy is longer than 1 MiB");
  const { templates, labels } = document;
  refuseTwice(templates, ({ id }) => id, "two templates have the id");
  refuseTwice(labels, ({ id }) => id, "two labels have the id");
  refuseTwice(labels, ({ order }) => String(order), "two labels have the order");
  for (const template of templates) checkTemplate(template);
  for (const label of labels) checkLabel(label, document);
  checkNames(document);
  if (labels.filter((label) => label.default).length > 1) throw wrong("two labels are the default");
}

const wrong = (message: string, cause?: unknown): RightsError =>
  new RightsError("policy-malformed", message, { cause });

const named = (names: Texts): string => `"${textIn(names)}"`;

function refuseTwice<T>(list: readonly T[], keyOf: (one: T) => string, words: string): void {
  const seen = new Set<string>();
  for (const key of list.map(keyOf)) {
    if (seen.has(key)) throw wrong(`${words} ${key}`);
    seen.add(key);
  }
}

/** A license made with it must be one that every reader takes. */
function checkTemplate(template: Template): void {
  const somebody = "00000000-0000-4000-8000-000000000000";
  const fields = { v: 1, issuer: somebody, owner: "somebody@contoso.example", family: somebody, ext: "" } as const;
  try {
    encodePolicy({ ...fields, ...policyOf(template, 0) });
  } catch (cause) {
    const why = cause instanceof RightsError ? cause.message : "it is over its bounds";
    throw wrong(`no license can be made with the template ${named(template.names)}: ${why}`, cause);
  }
}

function checkLabel(label: Label, { labels, templates }: PolicyDocument): void {
  const { id, names, parent, template } = label;
  if (Object.values(names).some((name) => name.includes("/") || name.trim() === ""))
    throw wrong(
      `the label ${named(names)} is empty or has a slash in its name, which stands between a label and the one above it`,
    );
  if (template !== null && !templates.some((one) => one.id === template))
    throw wrong(`the label ${named(names)} has a template that is not there: ${template}`);
  if (parent === null) return;
  const above = labels.find((one) => one.id === parent);
  if (above === undefined) throw wrong(`the label ${named(names)} is below one that is not there: ${parent}`);
  if (above.id === id || above.parent !== null)
    throw wrong(
      `the label ${named(names)} is below ${named(above.names)}, which is not at the top; there are two levels`,
    );
  if (above.default) throw wrong(`the label ${named(above.names)} is the default, but has others below it`);
}

/** In every language, upper and lower case alike: who names one on the command line means one. */
function checkNames({ labels, templates }: PolicyDocument): void {
  const published = labels.filter(({ status }) => status !== "archived");
  const languages = new Set([...labels, ...templates].flatMap(({ names }) => Object.keys(names)));
  for (const language of languages) {
    const pathOf = (label: Label) => labelPath(labels, label, language).toLowerCase();
    refuseTwice(published, pathOf, `two labels have the name (${language})`);
    const offered = templates.filter(({ status }) => status !== "archived");
    refuseTwice(
      offered,
      ({ names }) => textIn(names, language).toLowerCase(),
      `two templates have the name (${language})`,
    );
  }
}
