import type { Pages } from "./page.js";

const exits = ["refused", "signIn", "unreachable"] as const;

export const peoplePages: Pages = {
  "admin people list": {
    examples: [
      ["everybody", "seal admin people list"],
      ["whoever is called so", "seal admin people list --search lovelace"],
      ["for programs", "seal admin people list --json"],
    ],
    exits,
  },
  "admin people show": {
    examples: [
      ["by any address", "seal admin people show ada@contoso.example"],
      ["for programs", "seal admin people show ada@contoso.example --json"],
    ],
    exits,
  },
  "admin people add": {
    about: [
      "Prints a first password as the only line on standard output. Hand it over; it is kept nowhere, and they choose another at their first sign-in.",
    ],
    examples: [
      ["somebody new", "seal admin people add ada@contoso.example --name 'Ada Lovelace'"],
      ["with another address", "seal admin people add ada@contoso.example --alias a.lovelace@contoso.example"],
      ["who administers, too", "seal admin people add ivo@contoso.example --name 'Ivo Ortiz' --administrator"],
    ],
    exits,
  },
  "admin people set": {
    examples: [
      [
        "another name and address",
        "seal admin people set ada@contoso.example --name 'Ada Byron' --address byron@contoso.example",
      ],
      ["one address less", "seal admin people set ada@contoso.example --drop-alias a.lovelace@contoso.example"],
      ["no administrator any more", "seal admin people set ivo@contoso.example --no-administrator"],
    ],
    exits,
  },
  "admin people disable": {
    about: ["No sign-in and no license from now on. Licenses kept on their devices last until they end."],
    examples: [
      ["lock somebody out", "seal admin people disable bob@contoso.example"],
      ["for programs", "seal admin people disable bob@contoso.example --json"],
    ],
    exits,
  },
  "admin people enable": {
    examples: [
      ["let them in again", "seal admin people enable bob@contoso.example"],
      ["for programs", "seal admin people enable bob@contoso.example --json"],
    ],
    exits,
  },
  "admin people password": {
    about: ["The password there was ends. The new one is the only line on standard output, and kept nowhere."],
    examples: [
      ["for somebody who forgot theirs", "seal admin people password bob@contoso.example"],
      ["for programs", "seal admin people password bob@contoso.example --json"],
    ],
    exits,
  },
  "admin people remove": {
    about: [
      "Addresses and memberships go; the name stays with what they protected, which keeps opening for those it names. Somebody who may come back is better disabled.",
    ],
    examples: [
      ["by address", "seal admin people remove bob@contoso.example"],
      ["by id", "seal admin people remove 0c8b5a0e-5c8e-4f0e-9d6b-8f7a2f6f3f10"],
    ],
    exits,
  },
};
