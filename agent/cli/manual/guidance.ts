import type { Pages } from "./page.js";

export const guidancePages: Pages = {
  help: {
    examples: [
      ["all commands", "seal help"],
      ["one of them", "seal help watch add"],
    ],
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
