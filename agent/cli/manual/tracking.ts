import type { Pages } from "./page.js";

const asking = ["refused", "signIn", "unreachable", "damaged"] as const;

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
};
