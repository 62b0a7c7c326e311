import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canConfine, confinedProgram, inside } from "../../../agent/session/confined-program.js";
import { displayArgs } from "../../../agent/session/display.js";
import { removeFolder } from "../../folders.js";
import { makePackage, relationship, wordParts } from "../../office-documents.js";

/** A program that edits without the right to take the content away, and what it gets hold of (threats T26, T29). */

const bubblewrap = "/usr/bin/bwrap";
let root: string;
let folder: string;
let server: Server;
let requests: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "seal-confined-"));
  folder = join(root, "session");
  await mkdir(folder);
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    response.end("seen");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await removeFolder(root);
});

const port = () => (server.address() as AddressInfo).port;

/** Runs a script, confined, and returns what it said. */
async function run(script: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const program = join(root, "program.sh");
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  const [command = "", ...args] = confinedProgram([program, `${inside}/plan.docx`], { bubblewrap, folder, env });
  const { stdout } = await promisify(execFile)(command, args, { env });
  return stdout;
}

const fetching = () =>
  `/usr/bin/python3 -c 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:${port()}/").read())' 2>&1 || true`;

describe("a confined program", () => {
  it("reaches no network: the same program outside does", async () => {
    expect(await run(fetching())).toMatch(/refused|unreachable/);
    expect(requests).toEqual([]);
    // Not in this process, which answers.
    expect((await promisify(execFile)("/bin/sh", ["-c", fetching()])).stdout).toContain("seen");
    expect(requests).toEqual(["/"]);
  });

  it("sees no other file of its user, and of the environment nothing that leads to one", async () => {
    const canary = join(root, "canary");
    await writeFile(canary, "the password of the bank");
    const env = { ...process.env, SEALWRIGHT_HOME: root, SSH_AUTH_SOCK: canary, DBUS_SESSION_BUS_ADDRESS: canary };
    const said = await run(`cat ${canary} 2>&1; ls -a ${root} /root /home /run /tmp 2>&1; env`, env);
    expect(said).not.toContain("password");
    for (const name of ["SEALWRIGHT_HOME", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "canary\n"])
      expect(said.replace(/cat: .*\n/, "")).not.toContain(name);
  });

  it("sees no process but its own", async () => {
    const said = await run("ls /proc | grep -c '^[0-9]'");
    expect(Number(said)).toBeLessThan(8);
    expect(await run(`kill -0 ${process.pid} 2>&1 || echo none`)).toContain("none");
  });

  it("writes to its folder, and what it writes elsewhere is gone with it", async () => {
    const places = [`${inside}/in`, "/tmp/x", "$HOME/x", "/usr/x", "/x", join(root, "x"), "/etc/x"];
    await run(
      places
        .map((place) => `touch ${place} 2>/dev/null`)
        .join("; ")
        .concat("; true"),
    );
    expect(existsSync(join(folder, "in"))).toBe(true);
    expect([join(root, "x"), "/usr/x", "/x", "/etc/x"].map(existsSync)).toEqual([false, false, false, false]);
    expect((await run('ls /tmp "$HOME"')).split("\n")).not.toContain("x");
  });

  it("is LibreOffice, which opens and saves a document and fetches nothing that is linked in it", async () => {
    const picture =
      '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape style="width:50pt;height:50pt"><v:imagedata r:id="r1"/></v:shape></w:pict></w:r></w:p>';
    const link = relationship("r1", "image", `http://127.0.0.1:${port()}/picture.png`, "External");
    makePackage(join(folder, "plan.docx"), wordParts("the plan", picture, link));
    const before = await readFile(join(folder, "plan.docx"));
    await run('soffice --headless --convert-to docx --outdir /tmp "$1" >/dev/null 2>&1 && cat /tmp/plan.docx > "$1"');
    const after = await readFile(join(folder, "plan.docx"));
    expect(after.equals(before)).toBe(false);
    const text = execFileSync("unzip", ["-p", join(folder, "plan.docx"), "word/document.xml"], { encoding: "utf8" });
    expect(text).toContain("the plan");
    expect(requests).toEqual([]);
  });
});

it("is not started where bubblewrap cannot do that", async () => {
  expect(await canConfine({ bubblewrap, folder: "/usr", env: {} })).toBe(true);
  expect(await canConfine({ bubblewrap: "/usr/bin/false", folder: "/usr", env: {} })).toBe(false);
});

describe("the display", () => {
  it("is Wayland's socket alone where there is one, else X11's with its key, else none", async () => {
    const [socket, key] = [join(root, "wayland-1"), join(root, "key")];
    for (const path of [socket, key]) await writeFile(path, "");
    const both = { WAYLAND_DISPLAY: "wayland-1", XDG_RUNTIME_DIR: root, DISPLAY: ":0", XAUTHORITY: key };
    expect(displayArgs(both)).toEqual(expect.arrayContaining([socket, "WAYLAND_DISPLAY"]));
    expect(displayArgs(both)).not.toContain("DISPLAY");
    expect(displayArgs({ DISPLAY: "elsewhere:10.0" })).not.toContain("DISPLAY");
    expect(displayArgs({ DISPLAY: ":4711" })).not.toContain("DISPLAY");
  });
});
