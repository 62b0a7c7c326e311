import type { Pages } from "./page.js";

const exits = ["refused", "signIn", "unreachable"] as const;

export const groupPages: Pages = {
  "admin groups list": {
    examples: [
      ["every group", "seal admin groups list"],
      ["for programs", "seal admin groups list --search legal --json"],
    ],
    exits,
  },
  "admin groups show": {
    examples: [
      ["who is in it", "seal admin groups show legal@contoso.example"],
      ["for programs", "seal admin groups show legal@contoso.example --json"],
    ],
    exits,
  },
  "admin groups add": {
    about: ["Labels and permissions name a group by its address, which is nobody else's."],
    examples: [
      ["a new group", "seal admin groups add legal@contoso.example --name Legal"],
      ["for programs", "seal admin groups add legal@contoso.example --json"],
    ],
    exits,
  },
  "admin groups set": {
    examples: [
      ["another name", "seal admin groups set legal@contoso.example --name 'Legal affairs'"],
      ["for programs", "seal admin groups set legal@contoso.example --name Legal --json"],
    ],
    exits,
  },
  "admin groups remove": {
    examples: [
      ["for good", "seal admin groups remove legal@contoso.example"],
      [
        "after a look at who is in it",
        "seal admin groups show legal@contoso.example && seal admin groups remove legal@contoso.example",
      ],
    ],
    exits,
  },
  "admin groups members add": {
    examples: [
      ["people", "seal admin groups members add legal@contoso.example ada@contoso.example bob@contoso.example"],
      ["another group", "seal admin groups members add board@contoso.example legal@contoso.example"],
    ],
    exits,
  },
  "admin groups members remove": {
    examples: [
      ["one of them", "seal admin groups members remove legal@contoso.example bob@contoso.example"],
      ["for programs", "seal admin groups members remove legal@contoso.example bob@contoso.example --json"],
    ],
    exits,
  },
};
