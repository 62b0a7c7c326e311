import type { Pages } from "./page.js";

const opening = ["refused", "signIn", "unreachable", "damaged"] as const;

export const filePages: Pages = {
  protect: {
    about: [
      "Who may open the file is said by a label, by a template, or by permissions of one's own; without any of these the organisation's default label counts. The clear file goes only once the protected one was written and read back. A folder means the files in it, and - stands for standard input and output.",
    ],
    examples: [
      ["under a label of the organisation", "seal protect plan.txt --label Confidential/Project"],
      [
        "for two people, for a month, with a page that opens in any browser",
        "seal protect plan.txt --grant bob@x.example:VIEW+PRINT --grant eve@x.example:Reviewer --expires 30d --html",
      ],
      ["in a pipe", "tar c reports | seal protect - --label Confidential/Project > reports.tar.pfile"],
    ],
    exits: ["refused", "signIn", "unreachable", "someFailed"],
  },
  label: {
    about: [
      "A clear file is protected under the label. Where the label protects nothing, it is written into a clear Office document, which stays as it is otherwise; --remove takes it off. A protected one gets a new publishing license and content key where it lies; it stays in its family, so that it can still be withdrawn with all copies. That takes EXPORT or EDITRIGHTSDATA. With the label it has already, its issuer gives it a new key only. A folder means the files in it, and - stands for standard input and output.",
    ],
    examples: [
      ["another label", "seal label plan.ptxt --label 'Confidential/All employees'"],
      [
        "a less sensitive one, where the organisation asks why",
        "seal label plan.ptxt --label Confidential/Project --justification 'the offer is public now'",
      ],
      ["in a pipe", "seal label - --label Confidential/Project < plan.ptxt > copy.ptxt"],
    ],
    exits: [...opening, "someFailed"],
  },
  open: {
    about: [
      "The content is decrypted to a private folder and opened by the user's own program; it is erased once no program has it. With the right EDIT each save is protected in the document's place, as its next edition; without EXPORT the program then reaches neither the network nor other files. With VIEW alone the viewer shows it.",
    ],
    examples: [
      ["with the program the system would choose", "seal open plan.ptxt"],
      ["with another one", "seal open plan.ptxt --with gedit"],
    ],
    exits: opening,
  },
  cat: {
    about: [
      "Each piece is proven before it leaves, and who made the whole at the end: a file that is not as its author left it ends with exit 6 after its content.",
    ],
    examples: [
      ["page through a text", "seal cat plan.ptxt | less"],
      ["from standard input", "seal cat - < reports.tar.pfile | tar t"],
    ],
    exits: opening,
  },
  unprotect: {
    about: [
      "The clear file gets its name once everything was checked, its author too. A name that is taken is never overwritten: plan (2).txt.",
    ],
    examples: [
      ["take the protection off", "seal unprotect plan.ptxt"],
      ["keep the protected files", "seal unprotect reports --out clear"],
    ],
    exits: [...opening, "someFailed"],
  },
  status: {
    about: ["Asks nobody and opens nothing secret. A clear file is an answer, too. - stands for standard input."],
    examples: [
      ["one file", "seal status plan.ptxt"],
      ["every file below a folder, for programs", "seal status --json reports"],
      ["what comes in", "seal status - < plan.ptxt"],
    ],
    exits: ["damaged", "someFailed"],
  },
  rights: {
    about: [
      "Asks the service; while that is away, goes by the license that is kept on this computer. - stands for standard input.",
    ],
    examples: [
      ["what you may do", "seal rights plan.ptxt"],
      ["for programs", "seal rights --json plan.ptxt"],
    ],
    exits: opening,
  },
};
