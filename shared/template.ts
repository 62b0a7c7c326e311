import * as z from "zod";
import { isId } from "./ids.js";
import { Grant, type Identity, isNamed, Obligation, type Policy, type PolicyText, Who } from "./policy.js";
import { dayMs, secondTime } from "./time.js";

/** A text per language tag; `en` is always there and the last resort. */
export const Texts = z.record(z.string().min(2).max(35), z.string().max(2048)).refine((texts) => "en" in texts);
export type Texts = z.infer<typeof Texts>;

export const Expiry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("never") }),
  z.object({ type: z.literal("date"), date: z.string() }),
  z.object({ type: z.literal("days"), days: z.int().min(1).max(36_500) }),
]);
export type Expiry = z.infer<typeof Expiry>;

/** Whether something is offered, and to whom; what was protected with it works all the same. */
export const offering = {
  /** `archived`: not offered any more. Left out: published. */
  status: z.enum(["published", "archived"]).optional(),
  /** Who may choose it: addresses, groups, domains. Left out or empty: everybody. */
  scope: z.array(Who).max(100).optional(),
};

/** Whether a person may choose a label or template. */
export const isOffered = ({ status, scope = [] }: Pick<Template, "status" | "scope">, identity: Identity): boolean =>
  status !== "archived" && (scope.length === 0 || isNamed(scope, identity));

/** A named policy kept at the service, read again at each grant: changing it changes documents already out there. */
export const Template = z.object({
  id: z.string().refine(isId),
  names: Texts,
  descriptions: Texts.optional(),
  grants: z.array(Grant).max(1000),
  expiry: Expiry,
  offlineDays: z.int().min(-1).max(36_500),
  compatibility: z.literal("microsoft").optional(),
  obligations: z.array(Obligation).max(16).optional(),
  ...offering,
});
export type Template = z.infer<typeof Template>;

/** The end of access for a document issued at `issuedMs`, as a policy writes it. */
export function untilOf(expiry: Expiry, issuedMs: number): string | null {
  if (expiry.type === "never") return null;
  return expiry.type === "date" ? expiry.date : secondTime(issuedMs + expiry.days * dayMs);
}

/** The part of a policy that a template decides. */
export type TemplatePolicy = Pick<Policy, "grants" | "until" | "offlineDays" | "template" | "texts" | "obligations">;

export function policyOf(template: Template, issuedMs: number): TemplatePolicy {
  const texts: PolicyText[] = Object.entries(template.names).map(([lang, name]) => ({
    lang,
    name,
    description: template.descriptions?.[lang] ?? "",
  }));
  return {
    grants: template.grants,
    until: untilOf(template.expiry, issuedMs),
    offlineDays: template.offlineDays,
    template: template.id,
    texts,
    ...(template.obligations ? { obligations: template.obligations } : {}),
  };
}
