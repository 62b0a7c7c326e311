import { Argument, type Command } from "commander";
import { exits } from "../exit.js";
import { define, json } from "./define.js";

/** How to find out, and how to type less. */
export function defineGuidance(program: Command): void {
  define(program, "help [command...]", "how a command is used", async () => async (words: string[]) => {
    const { help } = await import("../help.js");
    await help(program, words);
    return exits.done;
  });
  const see = async () => (await import("../doctor.js")).doctor;
  define(program, "doctor", "see whether all is well here, and what to do", see).option(...json);
  const shell = new Argument("<shell>").choices(["bash", "zsh", "fish"]);
  const script = async () => (await import("../completion.js")).completion;
  define(program, "completion", "a script that completes seal's commands in a shell", script).addArgument(shell);
  // what those scripts call
  const suggest = async () => async (words: string[]) => (await import("../complete.js")).complete(program, words);
  define(program, "complete [words...]", "what may come next, a line each", suggest, { hidden: true });
}
