import type { Pages } from "./page.js";

export const keyPages: Pages = {
  "admin keys list": {
    examples: [
      ["the keys of the organisation, the active one first", "seal admin keys list"],
      ["for programs", "seal admin keys list --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "admin keys roll": {
    about: [
      "The new key takes over at once, while the service runs. Devices follow by themselves; what was sealed to the key before opens for ever, so keep its file.",
    ],
    examples: [
      ["let a new key take over", "seal admin keys roll"],
      ["one that was brought with seal service keys import", "seal admin keys roll --to 7e76cf97d0b74b26"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "admin keys compromise": {
    about: [
      "From then on the key vouches only for licenses that were registered before, or are by whoever made them. It takes an archived key: roll first.",
    ],
    examples: [
      ["since now", "seal admin keys compromise 7e76 cf97 d0b7 4b26"],
      ["since the day it was stolen", "seal admin keys compromise 7e76cf97d0b74b26 --since 2027-03-01"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "service keys list": {
    about: ["Reads the database and the key files; no service needs to run, and no passphrase is asked for."],
    examples: [
      ["the keys of an organisation, as they lie here", "seal service keys list --config service.json"],
      ["for programs", "seal service keys list --config service.json --json"],
    ],
  },
  "service keys import": {
    about: [
      "Takes one RSA key of 2048, 3072 or 4096 bits from a PKCS#12 file and puts it beside the others. Nothing uses it before seal admin keys roll --to.",
      "With --archived it opens what was sealed to it by an earlier system, and never does anything else; then 1024 bits will do.",
    ],
    examples: [
      [
        "bring a key of your own",
        "seal service keys import tenant.p12 --config service.json --passphrase-file tenant.p12.pass",
      ],
      [
        "an old key, to open what was sealed to it",
        "seal service keys import old.p12 --config service.json --passphrase-file old.pass --archived",
      ],
    ],
  },
  "service keys export": {
    about: [
      "Whoever has the file and its passphrase can open everything that was sealed to this key. The key's id must be typed, or given on standard input.",
    ],
    examples: [
      [
        "a copy for the safe",
        "seal service keys export 7e76cf97d0b74b26 --config service.json --out tenant.p12 --passphrase-file tenant.p12.pass",
      ],
      ["see the ids first", "seal service keys list --config service.json"],
    ],
  },
};
