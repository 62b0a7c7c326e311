import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type * as z from "zod";
import {
  AmendAnswer,
  AmendRequest,
  ClearLabelAnswer,
  ClearLabelRequest,
  DocumentPolicyAnswer,
  DocumentRequest,
  DocumentsAnswer,
  RegisterAnswer,
  RelabelRequest,
  RevokeAnswer,
  TrackAnswer,
} from "../../shared/protocol/service-api.js";
import { amend, documentPolicy } from "../licensing/amend.js";
import { list, register, restore, revoke, track } from "../licensing/documents.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { relabel, relabelClear } from "../licensing/relabel.js";
import { endpoint } from "./endpoint.js";

export const documentRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    const about = aboutDocument(app, parts);
    endpoint(app, "GET /documents", { about: "what the caller registered", answer: DocumentsAnswer }, ({ caller }) =>
      list(parts, caller),
    );
    about("POST /documents", "register a document", RegisterAnswer, register);
    about("POST /documents/track", "what happened to a document", TrackAnswer, track);
    about("POST /documents/revoke", "withdraw a document with its copies", RevokeAnswer, revoke);
    about("POST /documents/restore", "let a document open again", RevokeAnswer, restore);
    about("POST /documents/policy", "the policy in force", DocumentPolicyAnswer, documentPolicy);
    const amended = { about: "change the policy of every copy", message: AmendRequest, answer: AmendAnswer };
    endpoint(app, "POST /documents/amend", amended, ({ caller }, message) => amend(parts, caller, message));
    const relabelled = { about: "tell that a copy has another label", message: RelabelRequest, answer: RegisterAnswer };
    endpoint(app, "POST /documents/relabel", relabelled, ({ caller }, message) => relabel(parts, caller, message));
    const clear = {
      about: "tell that a clear file has another label",
      message: ClearLabelRequest,
      answer: ClearLabelAnswer,
    };
    endpoint(app, "POST /clear-labels", clear, ({ caller }, message) => relabelClear(parts, caller, message));
  };

type Act<Answer> = (parts: Parts, asker: Asker, message: DocumentRequest) => Promise<Answer>;

/** Most take a license and nothing else. */
const aboutDocument =
  (app: FastifyInstance, parts: Parts) =>
  <Answer>(address: `POST /${string}`, about: string, answer: z.ZodType<Answer>, act: Act<Answer>): void =>
    endpoint(app, address, { about, message: DocumentRequest, answer }, ({ caller }, message) =>
      act(parts, caller, message),
    );
