/** A usage right by its name in the policy, upper case. Unknown names are kept and shown, and grant nothing known. */
export type Right = string;

/** Every right this project knows, in the order people are shown them; docs/rights.md says what each allows. */
export const knownRights = [
  "VIEW",
  "VIEWRIGHTSDATA",
  "COMMENT",
  "DOCEDIT",
  "EDIT",
  "PRINT",
  "EXTRACT",
  "AUDITEDEXTRACT",
  "REPLY",
  "REPLYALL",
  "FORWARD",
  "OBJMODEL",
  "EXPORT",
  "EDITRIGHTSDATA",
  "OWNER",
] as const;

const reading = ["VIEW", "VIEWRIGHTSDATA", "OBJMODEL", "REPLY", "REPLYALL"] as const;
const editing = [...reading, "EDIT", "DOCEDIT", "FORWARD"] as const;

/** Groups of rights under one name, as people give them. */
export const roles = {
  Viewer: reading,
  Reviewer: editing,
  "Co-author": [...editing, "EXTRACT", "PRINT"],
  "Co-owner": knownRights.filter((right) => right !== "AUDITEDEXTRACT"),
} as const satisfies Record<string, readonly Right[]>;

/** Do Not Forward: recipients read and reply, and nothing of the message leaves. */
export const doNotForward: readonly Right[] = [...reading, "EDIT", "DOCEDIT"];

/** Encrypt-Only: everything but taking the protection off. */
export const encryptOnly: readonly Right[] = knownRights.filter(
  (right) => right !== "EXPORT" && right !== "OWNER" && right !== "AUDITEDEXTRACT",
);

/** Policies for mail that go by their name and stand alone: one more right would undo what the name promises. */
export const namedPolicies = { "Do Not Forward": doNotForward, "Encrypt-Only": encryptOnly } as const;
export type NamedPolicy = keyof typeof namedPolicies;

/** The same with VIEW, which every other right presupposes, each once; those known come first, in their order. */
export function presupposingView(rights: readonly Right[]): Right[] {
  const all = new Set<Right>(["VIEW", ...rights]);
  const known: readonly Right[] = knownRights.filter((right) => all.has(right));
  return [...known, ...[...all].filter((right) => !known.includes(right))];
}

/** Whether `rights` allow `right`. OWNER allows all. */
export const holds = (rights: readonly Right[], right: Right): boolean =>
  rights.includes(right) || rights.includes("OWNER");
