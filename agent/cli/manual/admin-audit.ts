import type { Pages } from "./page.js";

const exits = ["refused", "signIn", "unreachable"] as const;

export const auditPages: Pages = {
  "admin audit list": {
    about: [
      "Each line is one decision: its number, when, what was asked for, how it ended, who asked, about which document, and more. Looking is a decision, too, and stands there afterwards.",
    ],
    examples: [
      ["the newest", "seal admin audit list"],
      ["what was refused to somebody", "seal admin audit list --who bob@contoso.example --result access-denied"],
      ["who opened a document this year", "seal admin audit list --content-id ID --action grant --since 2027-01-01"],
    ],
    exits,
  },
  "admin audit export": {
    about: [
      "The oldest first, one record a line, as CSV or as one JSON object a line. A name that a spreadsheet would take for a formula gets an apostrophe before it in CSV, and what would break a line is written out. A file is for its owner alone, and removed again if the export breaks off.",
      "The hash of a record is the head of the audit up to there, as seal admin audit verify prints it.",
    ],
    examples: [
      ["all of it, for the archive", "seal admin audit export audit.jsonl"],
      ["a month, for a spreadsheet", "seal admin audit export march.csv --since 2027-03-01 --until 2027-04-01"],
      ["to another program", "seal admin audit export - | jq .result"],
    ],
    exits,
  },
  "admin audit verify": {
    about: ["Keep the head that it prints somewhere else: later it proves that nothing before it was changed."],
    examples: [
      ["walk the whole chain", "seal admin audit verify"],
      ["for programs", "seal admin audit verify --json"],
    ],
    exits,
  },
};
