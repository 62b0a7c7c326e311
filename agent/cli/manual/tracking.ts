import type { Pages } from "./page.js";

const asking = ["refused", "signIn", "unreachable", "damaged"] as const;
const requesting = ["refused", "signIn", "unreachable"] as const;

export const trackingPages: Pages = {
  grant: {
    about: [
      "Changes rights of all copies, also of those already sent, from the next license on. Names that are not mentioned keep what they have. - stands for a file that comes in on standard input.",
    ],
    examples: [
      ["give somebody rights", "seal grant plan.ptxt --grant bob@x.example:Reviewer"],
      ["and take another's away", "seal grant plan.ptxt --remove eve@x.example"],
      ["let it end in a month", "seal grant plan.ptxt --expires 30d"],
    ],
    exits: asking,
  },
  share: {
    about: [
      "A protected file gives them rights besides all it gave before, in every copy, also in those already sent. A clear file stays as it is, and gets a protected copy, for them and nobody else. Who is only named may look; WHO:RIGHTS says more, as with seal protect. All of it goes by mail to the people named, with a page that opens it in any browser; where no mail server is set (seal mail set), the mail is left as a draft.",
    ],
    examples: [
      ["with a person, to look", "seal share plan.docx --to bob@x.example --message 'as we said'"],
      [
        "with two, one of whom may edit",
        "seal share offer.pdf --to eve@y.example --to bob@x.example:Co-author --out to-send",
      ],
    ],
    exits: [...asking, "someFailed"],
  },
  track: {
    about: [
      "For whoever protected the file, its owner and administrators; newest first, at most a thousand events. - stands for standard input.",
    ],
    examples: [
      ["who opened it, and who was refused", "seal track plan.ptxt"],
      ["for programs", "seal track --json plan.ptxt"],
    ],
    exits: asking,
  },
  revoke: {
    about: [
      "Acts on all copies, also on those already sent. Licenses that were given for offline use open the file until they end; the answer says when that is.",
    ],
    examples: [
      ["withdraw it from everybody but its owner", "seal revoke plan.ptxt"],
      ["for programs", "seal revoke --json plan.ptxt"],
    ],
    exits: asking,
  },
  restore: {
    examples: [
      ["give back what was withdrawn", "seal restore plan.ptxt"],
      ["for programs", "seal restore --json plan.ptxt"],
    ],
    exits: asking,
  },
  "requests list": {
    about: ["About files you protected or own: what waits first, then what was answered, for 90 days."],
    examples: [
      ["who asks for what", "seal requests"],
      ["for programs", "seal requests list --json"],
    ],
    exits: requesting,
  },
  "requests ask": {
    about: [
      "For a file that refuses you, or gives you too little. Its owner sees your name, the name of the file and the reason; only the license goes to the service, never the file. Once you are let in, the same file opens. Asking again while it waits says it anew.",
    ],
    examples: [
      ["ask to read it", "seal requests ask plan.ptxt --reason 'I take over from Eve'"],
      ["for programs", "seal requests ask plan.ptxt --reason 'I take over from Eve' --json"],
    ],
    exits: asking,
  },
  "requests grant": {
    about: [
      "Changes the rights of every copy, as seal grant does: who asked gets these rights besides those they have, and everybody else keeps theirs.",
    ],
    examples: [
      ["let them look", "seal requests grant ID"],
      ["and edit, until a month from now for everybody", "seal requests grant ID --rights Reviewer --expires 30d"],
    ],
    exits: requesting,
  },
  "requests refuse": {
    about: ["Nothing changes; they may ask again."],
    examples: [
      ["say no", "seal requests refuse ID"],
      ["for programs", "seal requests refuse ID --json"],
    ],
    exits: requesting,
  },
};
