import type { Pages } from "./page.js";

export const watchingPages: Pages = {
  "watch add": {
    about: [
      "Whatever is dropped there becomes protected once it is finished, with what is below it. Files that are there already stay as they are unless --existing says otherwise. The agent does the work: seal agent.",
    ],
    examples: [
      ["watch a folder", "seal watch add ~/Contracts --label Confidential/Project"],
      ["and protect what is in it already", "seal watch add ~/Contracts --label Confidential/Project --existing"],
      ["for programs", "seal watch add ~/Contracts --label Confidential/Project --json"],
    ],
    exits: ["refused", "signIn", "unreachable"],
  },
  "watch list": {
    about: [
      "With what the agent says of each, while it runs: whether it is there, and how many files were there before.",
    ],
    examples: [
      ["the watched folders, each with its label", "seal watch list"],
      ["for programs", "seal watch list --json"],
    ],
  },
  "watch remove": {
    examples: [
      ["stop watching", "seal watch remove ~/Contracts"],
      ["the current folder", "seal watch remove ."],
      ["for programs", "seal watch remove ~/Contracts --json"],
    ],
  },
  "watch status": {
    about: ["Asks the agent, which has to be running."],
    examples: [
      ["every file at work", "seal watch status"],
      ["those that failed", "seal watch status --json | grep '\"failed\"'"],
    ],
  },
};
