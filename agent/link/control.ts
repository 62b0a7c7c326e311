import type { LinkAsk } from "../control.js";
import type { Link } from "./link.js";

/** What the command line asks of the link, over the control socket. */
export async function answerOfLink(request: LinkAsk, link: Link | null): Promise<unknown> {
  if (link === null) return null;
  switch (request.ask) {
    case "link":
      return { port: link.port };
    case "pair": {
      const { code, untilMs } = link.newCode();
      return { code, untilMs };
    }
    case "pairing":
      return link.codeState(request.code);
    case "unpaired":
      await link.endPairing(request.id);
      return {};
    case "questions":
      return link.questions();
    case "answer":
      return link.answer(request.id, request.allow);
  }
}
