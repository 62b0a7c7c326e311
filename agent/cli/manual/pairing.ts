import type { Pages } from "./page.js";

export const pairingPages: Pages = {
  "pair code": {
    about: [
      "A page, such as the add-in of Word, lets the agent on this computer do its work once both know a code. Only pages of the service you are signed in to can be paired, and those that link.json in the home names. The agent has to be running: seal agent.",
    ],
    examples: [
      ["show a code, and wait for the page", "seal pair code"],
      ["the same, shorter", "seal pair"],
      ["for programs", "seal pair code --json"],
    ],
    exits: ["signIn"],
  },
  "pair list": {
    examples: [
      ["the paired pages, each with its id", "seal pair list"],
      ["for programs", "seal pair list --json"],
    ],
    exits: ["signIn"],
  },
  "pair remove": {
    about: ["At once: what it has open ends, and what it had begun is erased."],
    examples: [
      ["stop listening to a page", "seal pair remove 3f0c4f5e-9d0a-4b43-9b0e-2f1c5a7d6e21"],
      ["for programs", "seal pair remove 3f0c4f5e-9d0a-4b43-9b0e-2f1c5a7d6e21 --json"],
    ],
    exits: ["signIn"],
  },
  "pair questions": {
    about: [
      "A page gets clear content only when you agree outside of it. Where there is a display your browser asks; what nobody answers within two minutes is refused.",
    ],
    examples: [
      ["what waits for an answer", "seal pair questions"],
      ["for programs", "seal pair questions --json"],
    ],
  },
  "pair allow": {
    examples: [
      ["let the page have the document without protection", "seal pair allow 0c9a6f4e-52d7-4c1c-8f6a-0d6a4c1f9b7e"],
      ["for programs", "seal pair allow 0c9a6f4e-52d7-4c1c-8f6a-0d6a4c1f9b7e --json"],
    ],
  },
  "pair deny": {
    examples: [
      ["leave the document protected", "seal pair deny 0c9a6f4e-52d7-4c1c-8f6a-0d6a4c1f9b7e"],
      ["for programs", "seal pair deny 0c9a6f4e-52d7-4c1c-8f6a-0d6a4c1f9b7e --json"],
    ],
  },
};
