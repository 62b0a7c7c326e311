import type { Pages } from "./page.js";

const exits = ["refused", "signIn", "unreachable"] as const;

export const superPages: Pages = {
  "admin super ask": {
    about: [
      "For the people, or the group, that the service's configuration names as super users. Once enough administrators have approved, every file of the organisation opens for you as for its owner, also what was withdrawn or has ended, until the time is over. Each opening is on record as a super user's, with the reason, and owners see it in seal track. seal unprotect then takes the protection off.",
    ],
    examples: [
      ["ask", "seal admin super ask --reason 'case 4711, files of Eve Byron who left' --hours 4"],
      ["for programs", "seal admin super ask --reason 'case 4711, files of Eve Byron who left' --json"],
    ],
    exits,
  },
  "admin super status": {
    examples: [
      ["what you asked for", "seal admin super status"],
      ["for programs", "seal admin super status --json"],
    ],
    exits,
  },
  "admin super list": {
    examples: [
      ["what waits, is open, and was", "seal admin super list"],
      ["for programs", "seal admin super list --json"],
    ],
    exits,
  },
  "admin super approve": {
    about: ["Nobody approves what they asked for themselves, and each administrator counts once."],
    examples: [
      ["approve", "seal admin super approve ID"],
      ["for programs", "seal admin super approve ID --json"],
    ],
    exits,
  },
  "admin super end": {
    examples: [
      ["refuse it, or end it at once", "seal admin super end ID"],
      ["for programs", "seal admin super end ID --json"],
    ],
    exits,
  },
};
