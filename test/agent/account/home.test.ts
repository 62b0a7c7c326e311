import { chmod, chown, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openHome } from "../../../agent/home.js";
import { environment, outcome, scratchFolder } from "./scratch-home.js";

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe("the home", () => {
  it("is made where SEALWRIGHT_HOME says, closed to everybody else, with everything in it", async () => {
    const path = join(await scratchFolder(), "a", "home");
    environment({ SEALWRIGHT_HOME: path });
    const home = await openHome();
    expect(home.path).toBe(path);
    for (const folder of [path, home.secrets, home.licenses, home.journal, home.outbox, home.locks])
      expect(await modeOf(folder)).toBe(0o700);
    expect(home.socket).toBe(join(path, "agent.sock"));
  });

  it("is closed again when it was left open", async () => {
    const path = join(await scratchFolder(), "home");
    await mkdir(path);
    await chmod(path, 0o777);
    await openHome(path);
    expect(await modeOf(path)).toBe(0o700);
  });

  it("is refused when it is another user's", async () => {
    // Root gives its own away; anybody else finds one that is root's in the file system itself.
    const isRoot = process.getuid?.() === 0;
    const path = isRoot ? join(await scratchFolder(), "home") : "/usr";
    if (isRoot) {
      await mkdir(path);
      await chown(path, 65_534, 65_534);
    }
    expect(await outcome(openHome(path))).toBe("config-invalid");
  });

  it("is refused when something else is there", async () => {
    const path = join(await scratchFolder(), "home");
    await writeFile(path, "");
    expect(await outcome(openHome(path))).toBe("config-invalid");
  });

  it("listens elsewhere when its own path is too long for a socket, and two homes at two places", async () => {
    const folder = await scratchFolder();
    environment({ XDG_RUNTIME_DIR: folder });
    const [one, two] = [await openHome(join(folder, "x".repeat(120))), await openHome(join(folder, "y".repeat(120)))];
    expect(one.socket.startsWith(folder)).toBe(true);
    expect(one.socket.length).toBeLessThan(108);
    expect(one.socket).not.toBe(two.socket);
  });
});
