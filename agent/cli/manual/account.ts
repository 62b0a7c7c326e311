import type { Pages } from "./page.js";

export const accountPages: Pages = {
  login: {
    about: [
      "The password is one line of standard input. It goes to the service at this address and nowhere else; keys of this device are made at the first sign-in and never leave it.",
    ],
    examples: [
      [
        "to an organisation",
        "seal login https://rms.contoso.example --user ada@contoso.example --password-stdin < password",
      ],
      [
        "to a trial on this machine",
        "printf '%s' PASSWORD | seal login http://localhost:7443 --user bob@trial.example --password-stdin",
      ],
      ["for programs", "seal login https://rms.contoso.example --json"],
    ],
    exits: ["signIn", "unreachable"],
  },
  logout: {
    about: [
      "Erases the keys of this device, kept licenses and tokens. Protected files stay as they are; the next sign-in makes new keys.",
    ],
    examples: [
      ["forget who is signed in", "seal logout"],
      ["in another home", "SEALWRIGHT_HOME=/srv/seal seal logout"],
      ["for programs", "seal logout --json"],
    ],
  },
  whoami: {
    examples: [
      ["who is signed in", "seal whoami"],
      ["for programs", "seal whoami --json"],
    ],
    exits: ["signIn"],
  },
  "devices list": {
    examples: [
      ["the devices you are signed in on, this one marked", "seal devices list"],
      ["for programs", "seal devices list --json"],
    ],
    exits: ["signIn", "unreachable"],
  },
  "devices remove": {
    about: [
      "For one that is lost, sold or replaced: it gets no license any more, at once. What was protected on it stays readable.",
    ],
    examples: [
      ["find its id, and remove it", "seal devices list; seal devices remove ID"],
      ["for programs", "seal devices remove ID --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "mail set": {
    about: [
      "smtps:// is encrypted from the first byte, smtp:// before anything is said. Address and password are kept under the key of this device, as your keys are, until you sign out.",
    ],
    examples: [
      ["with a password", "seal mail set smtps://ada@mail.contoso.example --password-stdin < password"],
      ["from another address", "seal mail set smtp://relay.contoso.example:587 --from plans@contoso.example"],
    ],
    exits: ["signIn"],
  },
  "mail show": {
    examples: [
      ["which one is set", "seal mail show"],
      ["for programs", "seal mail show --json"],
    ],
    exits: ["signIn"],
  },
  "mail forget": {
    examples: [
      ["make drafts from now on", "seal mail forget"],
      ["for programs", "seal mail forget --json"],
    ],
    exits: ["signIn"],
  },
  labels: {
    examples: [
      ["all labels you can choose from", "seal labels"],
      ["for programs", "seal labels --json"],
    ],
    exits: ["signIn", "unreachable"],
  },
};
