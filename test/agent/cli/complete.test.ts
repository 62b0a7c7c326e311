import { describe, expect, it } from "vitest";
import { completionOf } from "../../../agent/cli/complete.js";
import { buildProgram } from "../../../agent/cli/program.js";

const names = {
  labels: ["Public", "Confidential/Project", "Confidential/All employees", "forged\u001b[2J"],
  templates: ["Confidential, project"],
  folders: ["/home/ada/In tray", "/srv/drop"],
};
const program = buildProgram("1");
const offered = (...words: string[]) => {
  const { words: found, paths } = completionOf(program, words, names);
  return paths ?? found.map(([word]) => word);
};

describe("completion", () => {
  it.each<[string[], readonly string[] | string]>([
    [["unpro"], ["unprotect"]],
    [["watch", "re"], ["remove"]],
    [["protect", "--lab"], ["--label"]],
    [["help", "watch", "a"], ["add"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [
      ["admin", "audit", "list", "--action", "re"],
      ["remove-device", "register", "revoke", "restore", "relabel"],
    ],
  ])("of %j offers what the tree of commands has", (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it.each<[string[], readonly string[] | string]>([
    [
      ["protect", "plan.txt", "--label", "Conf"],
      ["Confidential/Project", "Confidential/All employees"],
    ],
    [["watch", "add", ".", "--label", "P"], ["Public"]],
    [["protect", "--template", ""], ["Confidential, project"]],
    [["watch", "remove", ""], names.folders],
    [["protect", "--grant", ""], []],
  ])("of %j offers names from the home", (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it.each<[string[], string]>([
    [["cat", ""], "files"],
    [["protect", "a.txt", "b"], "files"],
    [["service", "init", "--config", ""], "files"],
    [["watch", "add", ""], "folders"],
    [["protect", "--out", "rep"], "folders"],
  ])("of %j leaves paths to the shell", (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it("offers an option once, and one that may be repeated again", () => {
    const options = offered("protect", "--keep", "--grant", "bob@x.example:VIEW", "-");
    expect(options).not.toContain("--keep");
    expect(options).toContain("--grant");
  });

  it("never offers what would move a cursor, nor what only scripts call", () => {
    expect(offered("protect", "--label", "f")).toEqual([]);
    expect(offered("comp")).toEqual(["completion"]);
  });

  it("takes whatever is typed", () => {
    for (const words of [
      [],
      [""],
      ["--"],
      ["nothing", "of", "ours"],
      ["protect", "--label"],
      ["help", "protect", "x", ""],
    ])
      expect(() => completionOf(program, words, names)).not.toThrow();
  });
});
