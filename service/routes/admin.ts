import type { FastifyPluginAsync } from "fastify";
import type * as z from "zod";
import {
  AddPersonRequest,
  ChangePersonRequest,
  DoneAnswer,
  FirstPasswordAnswer,
  GroupAnswer,
  GroupRequest,
  GroupsAnswer,
  GuestAnswer,
  GuestsAnswer,
  ImportAnswer,
  ImportPolicyAnswer,
  ImportPolicyRequest,
  ImportRequest,
  Listing,
  LockGuestRequest,
  MembersRequest,
  NamedGroupRequest,
  PeopleAnswer,
  PersonAnswer,
  PersonRequest,
  PolicyDocumentAnswer,
  PublishersAnswer,
  SetPublishersRequest,
} from "../../shared/protocol/admin-api.js";
import { AuditListing, AuditPage, AuditVerification } from "../../shared/protocol/audit-api.js";
import {
  DevicesAnswer,
  DevicesOfRequest,
  RemoveDeviceAnswer,
  RemoveDeviceRequest,
} from "../../shared/protocol/device-api.js";
import { listAudit, verifyAudit } from "../administration/audit-log.js";
import { listDevicesOf, removeAnyDevice } from "../administration/devices.js";
import { addGroup, changeMembers, listGroups, removeGroup, renameGroup, showGroup } from "../administration/groups.js";
import { listGuests, lockGuest } from "../administration/guests.js";
import { importOrganisation } from "../administration/import.js";
import {
  addPerson,
  changePerson,
  givePassword,
  listPeople,
  removePerson,
  showPerson,
} from "../administration/people.js";
import { exportPolicy, importPolicy } from "../administration/policy.js";
import { listPublishers, setPublishers } from "../administration/publishers.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

/** What a request of an administrator asks for, and what answers it. */
type Act<Message, Answer> = (parts: Parts, asker: Asker, message: Message) => Promise<Answer>;

/** What administrators do, each under an address of its own below `/admin`; who they are is for each to check. */
export const adminRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    const post = <M, A>(path: string, about: string, [message, answer]: [z.ZodType<M>, z.ZodType<A>], act: Act<M, A>) =>
      endpoint(app, `POST /admin/${path}`, { about, message, answer }, (request, body) =>
        act(parts, request.caller, body),
      );

    post("people/list", "people, page by page", [Listing, PeopleAnswer], listPeople);
    post("people/show", "one person", [PersonRequest, PersonAnswer], showPerson);
    post("people/add", "a new person, with a first password", [AddPersonRequest, FirstPasswordAnswer], addPerson);
    post("people/change", "change a person", [ChangePersonRequest, PersonAnswer], changePerson);
    post("people/password", "another first password", [PersonRequest, FirstPasswordAnswer], givePassword);
    post("people/remove", "remove a person for good", [PersonRequest, DoneAnswer], removePerson);

    post("guests/list", "guests, page by page", [Listing, GuestsAnswer], listGuests);
    post("guests/lock", "lock an address out as a guest, or let it in", [LockGuestRequest, GuestAnswer], lockGuest);

    post("groups/list", "groups, page by page", [Listing, GroupsAnswer], listGroups);
    post("groups/show", "one group, with its members", [GroupRequest, GroupAnswer], showGroup);
    post("groups/add", "a new group", [NamedGroupRequest, GroupAnswer], addGroup);
    post("groups/change", "give a group another name", [NamedGroupRequest, GroupAnswer], renameGroup);
    post("groups/members", "put into a group and take out of it", [MembersRequest, GroupAnswer], changeMembers);
    post("groups/remove", "remove a group for good", [GroupRequest, DoneAnswer], removeGroup);

    post("import", "people and groups, all or nothing", [ImportRequest, ImportAnswer], importOrganisation);
    post("devices", "somebody's devices", [DevicesOfRequest, DevicesAnswer], listDevicesOf);
    post("devices/remove", "remove anybody's device", [RemoveDeviceRequest, RemoveDeviceAnswer], removeAnyDevice);

    const policy = { about: "labels and templates as a file", answer: PolicyDocumentAnswer };
    endpoint(app, "GET /admin/policy", policy, ({ caller }) => exportPolicy(parts, caller));
    post("policy/import", "replace labels and templates", [ImportPolicyRequest, ImportPolicyAnswer], importPolicy);

    const publishers = { about: "who may protect", answer: PublishersAnswer };
    endpoint(app, "GET /admin/publishers", publishers, ({ caller }) => listPublishers(parts, caller));
    post("publishers/set", "say who may protect", [SetPublishersRequest, PublishersAnswer], setPublishers);

    post("audit/list", "records of the audit, page by page", [AuditListing, AuditPage], listAudit);
    const verification = { about: "whether the audit is as it was written", answer: AuditVerification };
    endpoint(app, "GET /admin/audit/verification", verification, ({ caller }) => verifyAudit(parts, caller));
  };
