import type * as z from "zod";
import {
  type AddPersonRequest,
  type ChangePersonRequest,
  DoneAnswer,
  FirstPasswordAnswer,
  GroupAnswer,
  type GroupRequest,
  GroupsAnswer,
  GuestAnswer,
  GuestsAnswer,
  ImportAnswer,
  ImportPolicyAnswer,
  type ImportPolicyRequest,
  type ImportRequest,
  type Listing,
  type LockGuestRequest,
  type MembersRequest,
  type NamedGroupRequest,
  PeopleAnswer,
  PersonAnswer,
  type PersonRequest,
  PolicyDocumentAnswer,
  PublishersAnswer,
  type SetPublishersRequest,
} from "./admin-api.js";
import { type AuditListing, AuditPage, AuditVerification } from "./audit-api.js";
import { DevicesAnswer, RemoveDeviceAnswer } from "./device-api.js";
import { KeysAnswer } from "./key-api.js";
import { SuperAccessAnswer, SuperAccessesAnswer } from "./super-api.js";

/** A request to the service, as `ServiceClient` sends it. */
export type Call = <T extends { time: string }>(
  method: string,
  path: string,
  schema: z.ZodType<T>,
  request?: unknown,
) => Promise<T>;

/** What administrators ask of the service; docs/protocol.md, "For administrators". */
export class AdminClient {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  verifyAudit = () => this.#call("GET", "/admin/audit/verification", AuditVerification);
  listAudit = (request: z.input<typeof AuditListing>) => this.#post("audit/list", AuditPage, request);

  listPeople = (request: z.input<typeof Listing>) => this.#post("people/list", PeopleAnswer, request);
  showPerson = (request: PersonRequest) => this.#post("people/show", PersonAnswer, request);
  addPerson = (request: z.input<typeof AddPersonRequest>) => this.#post("people/add", FirstPasswordAnswer, request);
  changePerson = (request: z.input<typeof ChangePersonRequest>) => this.#post("people/change", PersonAnswer, request);
  givePassword = (request: PersonRequest) => this.#post("people/password", FirstPasswordAnswer, request);
  removePerson = (request: PersonRequest) => this.#post("people/remove", DoneAnswer, request);

  listGuests = (request: z.input<typeof Listing>) => this.#post("guests/list", GuestsAnswer, request);
  lockGuest = (request: LockGuestRequest) => this.#post("guests/lock", GuestAnswer, request);

  listGroups = (request: z.input<typeof Listing>) => this.#post("groups/list", GroupsAnswer, request);
  showGroup = (request: GroupRequest) => this.#post("groups/show", GroupAnswer, request);
  addGroup = (request: NamedGroupRequest) => this.#post("groups/add", GroupAnswer, request);
  renameGroup = (request: NamedGroupRequest) => this.#post("groups/change", GroupAnswer, request);
  changeMembers = (request: z.input<typeof MembersRequest>) => this.#post("groups/members", GroupAnswer, request);
  removeGroup = (request: GroupRequest) => this.#post("groups/remove", DoneAnswer, request);

  exportPolicy = () => this.#call("GET", "/admin/policy", PolicyDocumentAnswer);
  importPolicy = (request: z.input<typeof ImportPolicyRequest>) =>
    this.#post("policy/import", ImportPolicyAnswer, request);

  publishers = () => this.#call("GET", "/admin/publishers", PublishersAnswer);
  setPublishers = (request: z.input<typeof SetPublishersRequest>) =>
    this.#post("publishers/set", PublishersAnswer, request);

  superAccess = () => this.#call("GET", "/admin/super-access", SuperAccessesAnswer);
  approveSuperAccess = (id: string) => this.#post("super-access/approve", SuperAccessAnswer, { id });
  endSuperAccess = (id: string) => this.#post("super-access/end", SuperAccessAnswer, { id });

  devicesOf = (person: string) => this.#post("devices", DevicesAnswer, { person });
  removeAnyDevice = (device: string) => this.#post("devices/remove", RemoveDeviceAnswer, { device });

  keys = () => this.#call("GET", "/admin/keys", KeysAnswer);
  rollKey = (to: string | null) => this.#post("keys/roll", KeysAnswer, { to });
  compromiseKey = (key: string, since: string | null) => this.#post("keys/compromise", KeysAnswer, { key, since });

  importOrganisation = (request: z.input<typeof ImportRequest>) => this.#post("import", ImportAnswer, request);

  #post<T extends { time: string }>(path: string, schema: z.ZodType<T>, request: unknown): Promise<T> {
    return this.#call("POST", `/admin/${path}`, schema, request);
  }
}
