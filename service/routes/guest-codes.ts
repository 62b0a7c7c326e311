import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import { languageOf } from "../../shared/language.js";
import {
  GuestCodeAnswer,
  GuestCodeRequest,
  RedeemCodeAnswer,
  RedeemCodeRequest,
} from "../../shared/protocol/guest-api.js";
import type { GuestDoor } from "../guests/door.js";
import type { Visitor } from "../guests/entrance.js";
import { endpoint } from "./endpoint.js";

const ask = { about: "mail a code to somebody outside, if the license names them", message: GuestCodeRequest };
const redeem = { about: "come in by a mailed code", message: RedeemCodeRequest };

/** Before anybody is signed in: what is asked here proves nothing but what is in the request. */
export const guestCodeRoutes =
  (door: GuestDoor): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "POST /guest-codes", { ...ask, answer: GuestCodeAnswer, isOpen: true }, (request, message) =>
      door.ask(message, visitorOf(request)),
    );
    endpoint(
      app,
      "POST /guest-codes/redeem",
      { ...redeem, answer: RedeemCodeAnswer, isOpen: true },
      (request, message) => door.redeem(message, visitorOf(request)),
    );
  };

export const visitorOf = ({ ip, id, headers }: FastifyRequest): Visitor => ({
  ip,
  requestId: id,
  language: languageOf(headers["accept-language"]),
});
