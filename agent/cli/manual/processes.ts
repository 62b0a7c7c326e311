import type { Pages } from "./page.js";

export const processPages: Pages = {
  agent: {
    about: ["Only watching needs it; every other command does its own work."],
    examples: [
      ["in the foreground", "seal agent"],
      ["with a home of its own", "SEALWRIGHT_HOME=/srv/seal seal agent"],
    ],
    exits: ["signIn"],
  },
  install: {
    about: [
      "Only for you, and only in your home: no administrator is needed. It says each thing it made; done again it changes nothing. On Linux it uses your systemd, or the desktop's autostart where there is none.",
    ],
    examples: [
      ["what it made, a line each", "seal install"],
      ["for a home of its own", "SEALWRIGHT_HOME=~/work-seal seal install"],
    ],
  },
  uninstall: {
    about: ["Leaves keys, licenses and watched folders alone; seal logout is for those."],
    examples: [
      ["take it all away", "seal uninstall"],
      ["for programs", "seal uninstall --json"],
    ],
  },
  "service run": {
    about: ["Says where it is once it answers, and ends on SIGTERM or Ctrl-C when the requests under way are done."],
    examples: [
      ["in the foreground", "seal service --config /etc/sealwright/service.json"],
      ["the service of a trial alone", "seal service --config sealwright-trial/service/service.json"],
    ],
  },
  "service backup": {
    about: [
      "The copy is of one moment, opened once and checked, and readable for its user only. The passphrase of the tenant key is not in it: keep that somewhere else.",
    ],
    examples: [
      ["into a folder of its own", "seal service backup --config /etc/sealwright/service.json --to /backup/2027-03-01"],
      [
        "every night, named by the day",
        "seal service backup --config /etc/sealwright/service.json --to /backup/$(date +%F)",
      ],
    ],
  },
  "service init": {
    about: [
      "Makes what is missing and writes nothing over; run again, it finishes what was cut off. The first administrator's password is printed once, as the only line on standard output.",
    ],
    examples: [
      [
        "an organisation with TLS of its own",
        "seal service init --config /etc/sealwright/service.json --admin ines@contoso.example --public-url https://rms.contoso.example:7443 --tls-certificate cert.pem --tls-key key.pem",
      ],
      ["to look around on this computer", "seal service init --config try/service.json --admin ines@contoso.example"],
      [
        "when every administrator's password is lost",
        "seal service init --config /etc/sealwright/service.json --admin ines@contoso.example --reset-password",
      ],
    ],
  },
  up: {
    about: [
      "A small organisation for a trial: service, agent, four people and one watched folder. Everything lies in one folder, and the same folder carries on.",
    ],
    examples: [
      ["start it, or carry on", "seal up"],
      ["elsewhere", "seal up --data /tmp/trial --port 8443"],
      ["for programs", "seal up --json"],
    ],
  },
};
