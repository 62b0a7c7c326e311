import type { Pages } from "./page.js";

export const adminPages: Pages = {
  "admin devices list": {
    examples: [
      ["somebody's devices", "seal admin devices list bob@contoso.example"],
      ["for programs", "seal admin devices list bob@contoso.example --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "admin devices remove": {
    examples: [
      ["remove one that was lost", "seal admin devices remove ID"],
      ["for programs", "seal admin devices remove ID --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "admin audit verify": {
    about: ["Keep the head that it prints somewhere else: later it proves that nothing before it was changed."],
    examples: [
      ["walk the whole chain", "seal admin audit verify"],
      ["for programs", "seal admin audit verify --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
};
