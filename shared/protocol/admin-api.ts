import * as z from "zod";
import { isId } from "../ids.js";
import { PolicyDocument } from "../policy-document.js";
import { address, who } from "./who.js";

/** Requests and answers for administrators, `/api/v1/admin`. docs/protocol.md says in words what each does. */

/** Bounds of what one request may bring; an organisation with more comes in several. */
export const maxImported = { people: 10_000, groups: 1000, members: 50_000 };
/** Addresses of one person, people and groups added to a group at once. */
const maxAddresses = 20;
const maxMembers = 1000;
const maxPage = 500;

const time = z.string().max(20);
const id = z.string().refine(isId, "an id is a lower-case GUID");
const name = z.string().trim().min(1).max(200);

const answeredAddress = z.string().max(254);

export const Listing = z.strictObject({
  /** A part of a name or an address. */
  search: z.string().trim().min(1).max(254).optional(),
  /** `next` of the answer before. */
  after: z.string().max(254).optional(),
  limit: z.int().min(1).max(maxPage).default(100),
});
export type Listing = z.infer<typeof Listing>;

/** `firstPassword`: they have not chosen one of their own since they were given one. */
export const AdminPerson = z.object({
  id,
  name: z.string(),
  addresses: z.array(answeredAddress),
  administrator: z.boolean(),
  state: z.enum(["active", "disabled"]),
  firstPassword: z.boolean(),
  groups: z.array(answeredAddress),
});
export type AdminPerson = z.infer<typeof AdminPerson>;

export const PeopleAnswer = z.object({ people: z.array(AdminPerson), next: z.string().nullable(), time });
export type PeopleAnswer = z.infer<typeof PeopleAnswer>;

export const PersonRequest = z.strictObject({ who });
export type PersonRequest = z.infer<typeof PersonRequest>;

export const PersonAnswer = z.object({ person: AdminPerson, time });
export type PersonAnswer = z.infer<typeof PersonAnswer>;

/** `password` is told once, and to be changed at the first sign-in. */
export const FirstPasswordAnswer = z.object({ person: AdminPerson, password: z.string().max(256), time });
export type FirstPasswordAnswer = z.infer<typeof FirstPasswordAnswer>;

/** `recycled`: an address may be one that was somebody else's before. */
const recycled = z.boolean().default(false);

/** `POST admin/people/add`. The first address is the one shown. */
export const AddPersonRequest = z.strictObject({
  addresses: z.array(address).min(1).max(maxAddresses),
  name,
  administrator: z.boolean().default(false),
  recycled,
});
export type AddPersonRequest = z.infer<typeof AddPersonRequest>;

/** `POST admin/people/change`: what is left out stays; `addresses` are all they have from now on. */
export const ChangePersonRequest = z.strictObject({
  who,
  name: name.optional(),
  addresses: z.array(address).min(1).max(maxAddresses).optional(),
  administrator: z.boolean().optional(),
  state: z.enum(["active", "disabled"]).optional(),
  recycled,
});
export type ChangePersonRequest = z.infer<typeof ChangePersonRequest>;

/** Somebody from outside; `last` came in. */
export const AdminGuest = z.object({
  id,
  address: answeredAddress,
  state: z.enum(["active", "locked"]),
  last: time.nullable(),
});
export type AdminGuest = z.infer<typeof AdminGuest>;

export const GuestsAnswer = z.object({ guests: z.array(AdminGuest), next: z.string().nullable(), time });
export type GuestsAnswer = z.infer<typeof GuestsAnswer>;

/** `POST admin/guests/lock`: also an address that never came. */
export const LockGuestRequest = z.strictObject({ address, isLockedOut: z.boolean() });
export type LockGuestRequest = z.infer<typeof LockGuestRequest>;

export const GuestAnswer = z.object({ guest: AdminGuest, time });
export type GuestAnswer = z.infer<typeof GuestAnswer>;

export const DoneAnswer = z.object({ time });
export type DoneAnswer = z.infer<typeof DoneAnswer>;

export const AdminGroup = z.object({ address: answeredAddress, name: z.string(), members: z.int() });
export type AdminGroup = z.infer<typeof AdminGroup>;

export const GroupsAnswer = z.object({ groups: z.array(AdminGroup), next: z.string().nullable(), time });
export type GroupsAnswer = z.infer<typeof GroupsAnswer>;

export const GroupRequest = z.strictObject({ address });
export type GroupRequest = z.infer<typeof GroupRequest>;

/** `POST admin/groups/add`, and `admin/groups/change` for another name. */
export const NamedGroupRequest = z.strictObject({ address, name });
export type NamedGroupRequest = z.infer<typeof NamedGroupRequest>;

/** `POST admin/groups/members`: people, by id or address, and groups that come in or go out. */
export const MembersRequest = z.strictObject({
  address,
  add: z.array(who).max(maxMembers).default([]),
  remove: z.array(who).max(maxMembers).default([]),
});
export type MembersRequest = z.infer<typeof MembersRequest>;

export const GroupMember = z.object({
  kind: z.enum(["person", "group"]),
  address: answeredAddress,
  name: z.string(),
});
export type GroupMember = z.infer<typeof GroupMember>;

/** A group with who is in it directly. */
export const GroupAnswer = z.object({ group: AdminGroup, members: z.array(GroupMember), time });
export type GroupAnswer = z.infer<typeof GroupAnswer>;

/** A person of an import: found by any of the addresses, else new. What is left out stays as it is. */
export const ImportedPerson = z.strictObject({
  address,
  aliases: z
    .array(address)
    .max(maxAddresses - 1)
    .optional(),
  name: name.optional(),
  administrator: z.boolean().optional(),
  /** Groups they are in; other memberships stay. */
  groups: z.array(address).max(100).optional(),
});
export type ImportedPerson = z.infer<typeof ImportedPerson>;

/** A group of an import; with `members` exactly those. */
export const ImportedGroup = z.strictObject({
  address,
  name: name.optional(),
  members: z.array(who).max(maxImported.members).optional(),
});
export type ImportedGroup = z.infer<typeof ImportedGroup>;

/** People and groups as a file has them. */
export const Organisation = z.strictObject({
  people: z.array(ImportedPerson).max(maxImported.people).default([]),
  groups: z.array(ImportedGroup).max(maxImported.groups).default([]),
});

/** `POST admin/import`: all of it, or nothing. Who is not named stays as they are. */
export const ImportRequest = Organisation.extend({
  recycled,
  /** Say what would change, and change nothing. */
  dryRun: z.boolean().default(false),
});
export type ImportRequest = z.infer<typeof ImportRequest>;

export const ImportChange = z.object({
  kind: z.enum(["person", "group"]),
  address: answeredAddress,
  /** In words, like `added` or `name: Ada Byron`. */
  change: z.string().max(2048),
});
export type ImportChange = z.infer<typeof ImportChange>;

/** `passwords`: of the people who are new; none for a dry run. */
export const ImportAnswer = z.object({
  changes: z.array(ImportChange),
  passwords: z.array(z.object({ address: answeredAddress, password: z.string().max(256) })),
  time,
});
export type ImportAnswer = z.infer<typeof ImportAnswer>;

/** `GET admin/publishers`: who may protect. Those who left are not named, so the list may be empty and not be `everybody`. */
export const PublishersAnswer = z.object({ everybody: z.boolean(), publishers: z.array(GroupMember), time });
export type PublishersAnswer = z.infer<typeof PublishersAnswer>;

/** `POST admin/publishers/set`: people and groups, all of them from now on; none for everybody. */
export const SetPublishersRequest = z.strictObject({ publishers: z.array(who).max(maxMembers) });
export type SetPublishersRequest = z.infer<typeof SetPublishersRequest>;

/** `GET admin/policy`: all of it, as a file to change and bring back. */
export const PolicyDocumentAnswer = z.object({ policy: PolicyDocument, time });
export type PolicyDocumentAnswer = z.infer<typeof PolicyDocumentAnswer>;

/** `POST admin/policy/import`. `policy.version` is that of the policy it was made from. */
export const ImportPolicyRequest = z.strictObject({
  policy: PolicyDocument,
  /** What is not in it goes, unless documents are known that use it. */
  remove: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});
export type ImportPolicyRequest = z.infer<typeof ImportPolicyRequest>;

export const PolicyChange = z.object({
  kind: z.enum(["policy", "label", "template"]),
  /** Id of the label or template. */
  id: id.nullable(),
  name: z.string(),
  /** In words: `added`, `removed`, or the names of the fields that changed. */
  change: z.string(),
  /** Whether somebody may do less with documents that are there already. */
  shrinks: z.boolean(),
  /** Documents known to use it. */
  documents: z.int(),
});
export type PolicyChange = z.infer<typeof PolicyChange>;

/** `version`: of the policy as it is now. */
export const ImportPolicyAnswer = z.object({ version: z.int(), changes: z.array(PolicyChange), time });
export type ImportPolicyAnswer = z.infer<typeof ImportPolicyAnswer>;
