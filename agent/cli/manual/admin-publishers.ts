import type { Pages } from "./page.js";

const exits = ["refused", "signIn", "unreachable"] as const;

export const publisherPages: Pages = {
  "admin publishers list": {
    examples: [
      ["who may protect", "seal admin publishers list"],
      ["for programs", "seal admin publishers list --json"],
    ],
    exits,
  },
  "admin publishers set": {
    about: [
      "While an organisation begins with this, a few protect and everybody opens. Those who may not are told so when they try. Programs on their devices give up the certificate they protect with as soon as they hear of it; one that does not, or is never connected, can go on until that certificate ends, after a month at most.",
    ],
    examples: [
      ["a pilot group, and one person", "seal admin publishers set pilot@contoso.example ada@contoso.example"],
      ["for programs", "seal admin publishers set pilot@contoso.example --json"],
    ],
    exits,
  },
  "admin publishers everybody": {
    examples: [
      ["the pilot is over", "seal admin publishers everybody"],
      ["for programs", "seal admin publishers everybody --json"],
    ],
    exits,
  },
};
