import type { Pages } from "./page.js";

export const guidancePages: Pages = {
  help: {
    examples: [
      ["all commands", "seal help"],
      ["one of them", "seal help watch add"],
    ],
  },
  doctor: {
    about: [
      "Looks at Node, the home and its keys, who is signed in, certificates, the service and its clock, watched folders and the agent, what is left to do, and room on the disk. It changes nothing and tells no secrets. Exit 1 when something is wrong; a note stops nothing.",
    ],
    examples: [
      ["one line for each thing", "seal doctor"],
      ["what is wrong, for programs", "seal doctor --json | grep '\"wrong\"'"],
    ],
    exits: [],
  },
  completion: {
    about: [
      "What it offers comes from the installed program each time, so the script need not be made again. Labels and watched folders come from this person's home, without the service and without keys.",
    ],
    examples: [
      ["bash, in ~/.bashrc", "source <(seal completion bash)"],
      ["zsh, in ~/.zshrc after compinit", "source <(seal completion zsh)"],
      ["fish, in ~/.config/fish/config.fish", "seal completion fish | source"],
    ],
  },
};
