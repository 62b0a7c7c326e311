import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { desktopWord, linuxPlan, mimeType, unitWord } from "../../../agent/install/linux.js";
import { macosPlan } from "../../../agent/install/macos.js";
import { windowsPlan, windowsWord } from "../../../agent/install/windows.js";
import { protectedSuffixes } from "../../../shared/format/kind.js";
import { removeFolder } from "../../folders.js";
import { seal } from "../../scenarios/seal.js";

/** Against the system's own programs on Linux; what other systems get is only looked at. */

const around = { home: "/home/ada", env: {}, program: ["/usr/bin/node", "/opt/seal wright/bin/seal.mjs"] as const };

describe("seal install, in a home", () => {
  let home: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "seal-install-"));
    onTestFinished(() => removeFolder(home));
    env = {
      HOME: home,
      XDG_DATA_HOME: join(home, ".local/share"),
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_RUNTIME_DIR: join(home, "run"),
      XDG_CURRENT_DESKTOP: "GNOME",
    };
  });
  const run = (command: string, ...args: string[]) => seal([command, ...args], { env });
  const everything = () =>
    readdirSync(home, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(home, path)).isFile())
      .map((path) => [path, readFileSync(join(home, path), "latin1")] as const)
      .sort();
  const system = (command: string, ...args: string[]) =>
    execFileSync(command, args, { env: { ...process.env, ...env }, encoding: "utf8" }).trim();

  it("makes the system know protected files by name and by content, and what opens them", async () => {
    const { code, text, err } = await run("install");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(text).toMatch(/^made {7}\S+\/mime\/packages\/sealwright\.xml: what a protected file is$/m);
    expect(text).toMatch(/^made {7}\S+\/autostart\/sealwright-agent\.desktop: the agent, started when you log in$/m);
    for (const name of ["plan.pfile", ...protectedSuffixes.map((suffix) => `x${suffix}`), "PLAN.PPDF"]) {
      await writeFile(join(home, name), "some bytes");
      expect([name, system("xdg-mime", "query", "filetype", join(home, name))]).toEqual([name, mimeType]);
    }
    await writeFile(join(home, "unnamed"), ".pfile\x03\0\0\0\0\0\0\0");
    expect(system("gio", "info", "-a", "standard::content-type", join(home, "unnamed"))).toContain(mimeType);
    await writeFile(join(home, "plan.txt"), "text");
    expect(system("xdg-mime", "query", "filetype", join(home, "plan.txt"))).toBe("text/plain");
    expect(system("gio", "mime", mimeType)).toMatch(/sealwright\.desktop/);
    expect(system("desktop-file-validate", join(home, ".local/share/applications/sealwright.desktop"))).toBe("");
    expect(system("desktop-file-validate", join(home, ".config/autostart/sealwright-agent.desktop"))).toBe("");
  });

  it("changes nothing when done again, and leaves nothing behind when undone", async () => {
    expect((await run("uninstall")).err).toBe("seal: nothing was installed here\n");
    expect(everything()).toEqual([]);
    await run("install");
    const first = everything();
    expect((await run("install")).text).toMatch(/^unchanged/);
    expect(everything()).toEqual(first);
    expect((await run("uninstall", "--json")).text).toContain('"state":"removed"');
    expect(everything()).toEqual([]);
    expect(existsSync(join(home, ".local/share/mime"))).toBe(false);
  });

  it("leaves alone what others put there", async () => {
    const others = [
      ".local/share/mime/packages/other.xml",
      ".local/share/applications/other.desktop",
      ".config/autostart/other.desktop",
    ];
    const type = '<mime-type type="application/x-other"><glob pattern="*.other"/></mime-type>';
    for (const path of others) {
      await mkdir(join(home, path, ".."), { recursive: true });
      await writeFile(
        join(home, path),
        path.endsWith(".xml")
          ? `<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">${type}</mime-info>`
          : "[Desktop Entry]\nType=Application\nName=x\nExec=x\n",
      );
    }
    await run("install");
    await run("uninstall");
    for (const path of others) expect(existsSync(join(home, path)), path).toBe(true);
    await writeFile(join(home, "a.other"), "some bytes");
    expect(system("xdg-mime", "query", "filetype", join(home, "a.other"))).toBe("application/x-other");
    expect(everything().filter(([path]) => path.includes("sealwright"))).toEqual([]);
  });

  it("says what cannot be written", async () => {
    await writeFile(join(home, ".local"), "");
    const refused = await run("install");
    expect(refused).toMatchObject({ code: 1, text: "" });
    expect(refused.err).toContain("sealwright.xml cannot be written");
  });
});

describe("the plan", () => {
  it("stays inside the user's folders, whatever the system", () => {
    const plans = [linuxPlan(around, true), linuxPlan(around, false), macosPlan(around), windowsPlan(around)];
    for (const { files, enable, disable } of plans) {
      for (const { path } of files) expect(path.startsWith("/home/ada/")).toBe(true);
      for (const { command } of [...enable, ...disable])
        expect(command.join(" ")).toMatch(
          /^(systemctl --user |launchctl (un)?load -w \/home\/ada\/|reg (add|delete) HKCU\\)/,
        );
    }
  });

  it("for a user's systemd is a unit that systemd understands", async () => {
    const folder = await mkdtemp(join(tmpdir(), "seal-unit-"));
    onTestFinished(() => removeFolder(folder));
    const odd = {
      ...around,
      env: { SEALWRIGHT_HOME: '/home/ada/my "50%" $HOME' },
      program: [process.execPath, "/tmp/seal"] as const,
    };
    const { content } = linuxPlan(odd, true).files.find(({ path }) => path.endsWith(".service"))!;
    await writeFile(join(folder, "sealwright-agent.service"), content);
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", join(folder, "sealwright-agent.service")], {
      encoding: "utf8",
    });
    expect({ status, about: stderr.split("\n").filter((line) => line.includes("sealwright")) }).toEqual({
      status: 0,
      about: [],
    });
  });

  it("for macOS is a property list with every word of the command, harmless", () => {
    const odd = { ...around, env: { SEALWRIGHT_HOME: "/Users/ada/<A&B>" } };
    const { content } = macosPlan(odd).files[0]!;
    expect(content).toContain("<string>/opt/seal wright/bin/seal.mjs</string><string>agent</string>");
    expect(content).toContain("<string>/Users/ada/&#60;A&#38;B&#62;</string>");
  });

  it("for Windows names one class for every kind of protected file, and takes each away again", () => {
    const { enable, disable } = windowsPlan({
      ...around,
      program: ["C:\\Program Files\\node.exe", "C:\\seal\\seal.mjs"],
    });
    const commands = enable.map(({ command }) => command.join(" "));
    expect(commands).toContain(
      'reg add HKCU\\Software\\Classes\\Sealwright.File\\shell\\open\\command /ve /t REG_SZ /d "C:\\Program Files\\node.exe" "C:\\seal\\seal.mjs" open "%1" /f',
    );
    const keyOf = ({ command }: { command: readonly string[] }) => command[2]!.replace(/(\\Classes\\[^\\]+).*/, "$1");
    expect(new Set(enable.map(keyOf))).toEqual(new Set(disable.map(keyOf)));
  });

  it("quotes words so that each system reads back what was meant", () => {
    expect(desktopWord('a "b" $c %d \\e')).toBe('"a \\\\"b\\\\" \\\\$c %%d \\\\\\\\e"');
    expect(unitWord('a "b" $c %d')).toBe('"a \\"b\\" $$c %%d"');
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (word) => {
        expect(readWindows(windowsWord(word))).toBe(word);
      }),
    );
  });
});

/** As CommandLineToArgvW reads one quoted word. */
function readWindows(text: string): string {
  let read = "";
  for (let at = 1; at < text.length; at++) {
    const [slashes] = /^\\*/.exec(text.slice(at))!;
    const isQuoted = text[at + slashes.length] === '"';
    if (isQuoted) {
      read += "\\".repeat(slashes.length / 2);
      at += slashes.length;
      if (slashes.length % 2 === 1) read += '"';
      else return read;
    } else if (slashes.length > 0) {
      read += slashes;
      at += slashes.length - 1;
    } else read += text[at];
  }
  return read;
}
