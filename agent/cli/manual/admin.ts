import { auditPages } from "./admin-audit.js";
import { groupPages } from "./admin-groups.js";
import { guestPages } from "./admin-guests.js";
import { peoplePages } from "./admin-people.js";
import { publisherPages } from "./admin-publishers.js";
import { superPages } from "./admin-super.js";
import type { Pages } from "./page.js";

export const adminPages: Pages = {
  ...peoplePages,
  ...groupPages,
  ...guestPages,
  ...auditPages,
  ...publisherPages,
  ...superPages,
  "admin import": {
    about: [
      "CSV has the columns address, name, aliases, administrator and groups, of which only the first must be there; several aliases or groups stand in one field, with semicolons between. JSON has people and groups. What a line leaves out stays as it is.",
      "Standard output has the first passwords of those who are new, and nothing else.",
    ],
    examples: [
      ["see what would change", "seal admin import people.csv --dry-run"],
      ["bring everybody in, and keep the first passwords", "seal admin import people.csv > passwords.txt"],
      ["from another program", "directory-export | seal admin import - --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "admin policy export": {
    examples: [
      ["to a file, to change it", "seal admin policy export policy.json"],
      ["to another program", "seal admin policy export | jq '.labels[].names.en'"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "admin policy import": {
    about: [
      "The file is what export wrote, changed. It takes the place of everything there is, if nobody changed that meanwhile. A template holds for documents that are there already: what it gives less, they give less from the next opening on.",
      "What is not needed any more gets the status archived: nobody can choose it, and documents keep working.",
    ],
    examples: [
      ["see what would change, and for how many documents", "seal admin policy import policy.json --dry-run"],
      ["change it", "seal admin policy import policy.json"],
      ["and take out what is not in the file", "seal admin policy import policy.json --remove"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
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
};
