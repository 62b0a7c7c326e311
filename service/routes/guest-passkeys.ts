import type { FastifyPluginAsync } from "fastify";
import {
  AskPasskeyAnswer,
  AskPasskeyRequest,
  KeepPasskeyAnswer,
  KeepPasskeyRequest,
  OfferPasskeyAnswer,
  OfferPasskeyRequest,
  RedeemPasskeyAnswer,
  RedeemPasskeyRequest,
} from "../../shared/protocol/passkey-api.js";
import type { Passkeys } from "../guests/passkeys.js";
import { endpoint } from "./endpoint.js";
import { visitorOf } from "./guest-codes.js";

const ask = { about: "what a passkey of somebody outside is to sign", message: AskPasskeyRequest, isOpen: true };
const redeem = { about: "come in by a passkey", message: RedeemPasskeyRequest, isOpen: true };
const offer = { about: "begin a passkey of a guest", message: OfferPasskeyRequest, isForGuests: true };
const keep = { about: "keep a guest's passkey for next time", message: KeepPasskeyRequest, isForGuests: true };

/** Before anybody is signed in. */
export const passkeyEntryRoutes =
  (passkeys: Passkeys): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "POST /guest-passkeys/ask", { ...ask, answer: AskPasskeyAnswer }, (request, message) =>
      passkeys.ask(message, visitorOf(request)),
    );
    endpoint(app, "POST /guest-passkeys/redeem", { ...redeem, answer: RedeemPasskeyAnswer }, (request, message) =>
      passkeys.redeem(message, visitorOf(request)),
    );
  };

/** For guests who are in. */
export const passkeyRoutes =
  (passkeys: Passkeys): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "POST /guest-passkeys/offer", { ...offer, answer: OfferPasskeyAnswer }, ({ caller }) =>
      passkeys.offer(caller),
    );
    endpoint(app, "POST /guest-passkeys/keep", { ...keep, answer: KeepPasskeyAnswer }, ({ caller }, message) =>
      passkeys.keep(message, caller),
    );
  };
