import type { Pages } from "./page.js";

const exits = ["refused", "signIn", "unreachable"] as const;

export const guestPages: Pages = {
  "admin guests list": {
    about: [
      "Guests are people outside of the organisation whom some file names: they read it in the viewer, with a code that is mailed to them.",
    ],
    examples: [
      ["who came in", "seal admin guests list"],
      ["of one domain, for programs", "seal admin guests list --search @gmail.example --json"],
    ],
    exits,
  },
  "admin guests lock": {
    about: [
      "Files that name the address go on naming it; it gets no code, and what it is signed in with ends at once. An address that never came can be locked out as well.",
    ],
    examples: [
      ["no longer", "seal admin guests lock bob@gmail.example"],
      ["for programs", "seal admin guests lock bob@gmail.example --json"],
    ],
    exits,
  },
  "admin guests unlock": {
    examples: [
      ["again", "seal admin guests unlock bob@gmail.example"],
      ["for programs", "seal admin guests unlock bob@gmail.example --json"],
    ],
    exits,
  },
};
