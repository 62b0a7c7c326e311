import { describe, expect, it } from "vitest";
import { commandOf, parseEntry } from "../../../agent/session/desktop-entries.js";

/** Desktop Entry Specification 1.5, "The Exec key". */

const entry = (exec: string, more = "") =>
  `[Desktop Entry]\nType=Application\nExec=${exec}\n${more}\n[Desktop Action New]\nExec=other`;
const command = (exec: string) => commandOf(parseEntry(entry(exec))!, "/x/a plan.docx");

describe("the program of a .desktop file", () => {
  it.each([
    ["libreoffice --writer %U", ["libreoffice", "--writer", "/x/a plan.docx"]],
    ["vim %F", ["vim", "/x/a plan.docx"]],
    ["gedit", ["gedit", "/x/a plan.docx"]],
    ['"/opt/my editor/run" --name %c %i %f', ["/opt/my editor/run", "--name", "/x/a plan.docx"]],
    ["editor --file=%f --rate 100%%", ["editor", "--file=/x/a plan.docx", "--rate", "100%"]],
    ['sh -c "echo \\\\"$HOME\\\\""', ["sh", "-c", 'echo "$HOME"', "/x/a plan.docx"]],
  ])("%s", (exec, words) => {
    expect(command(exec)).toEqual(words);
  });

  it("says whether it draws in a terminal, and is none without a program", () => {
    expect(parseEntry(entry("vim %F", "Terminal=true"))).toMatchObject({ terminal: true });
    expect(parseEntry(entry("vim %F"))).toMatchObject({ terminal: false });
    expect(parseEntry("[Desktop Entry]\nType=Link\nURL=http://x")).toBeNull();
    expect(parseEntry("[Desktop Action A]\nExec=x")).toBeNull();
  });
});
