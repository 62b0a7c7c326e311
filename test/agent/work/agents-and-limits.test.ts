import { chmodSync, chownSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { claimName } from "../../../agent/work/claim.js";
import { nodeFiles } from "../../../agent/work/node-files.js";
import { recover } from "../../../agent/work/recover.js";
import { sealChildren } from "./children.js";
import { desk as newDesk, outcome } from "./desk.js";
import { sealFile } from "./document.js";
import { steppedFiles } from "./stepped-files.js";

const desk = newDesk();
const start = sealChildren();
const noUser = 65_534;

describe("a folder or file without permission", () => {
  const asNobody = (name: string, target: string) => {
    for (const path of [desk.home, join(desk.home, "journal")]) chownSync(path, noUser, noUser);
    return start({ home: desk.home, files: [{ path: desk.at(name), target: desk.at(target) }], uid: noUser }).answer;
  };
  const code = (answer: Awaited<ReturnType<typeof asNobody>>) =>
    answer?.results.map((one) => "code" in one && one.code);

  it("is told apart: unreadable, unwritable; nothing is changed", async () => {
    writeFileSync(desk.at("secret.txt"), "text", { mode: 0o600 });
    writeFileSync(desk.at("public.txt"), "text", { mode: 0o644 });
    chmodSync(desk.docs, 0o777);
    expect(code(await asNobody("secret.txt", "secret.ptxt"))).toEqual(["file-unreadable"]);
    chmodSync(desk.docs, 0o755);
    expect(code(await asNobody("public.txt", "public.ptxt"))).toEqual(["file-unwritable"]);
    expect(desk.files()).toEqual(
      new Map([
        ["public.txt", "text"],
        ["secret.txt", "text"],
      ]),
    );
    desk.expectNothingLeft();
  });

  it("of another person in a shared folder still works, and opens the file to nobody else", async () => {
    writeFileSync(desk.at("shared.txt"), "text", { mode: 0o664 });
    chmodSync(desk.docs, 0o777);
    const answer = await asNobody("shared.txt", "shared.ptxt");
    expect(answer?.results).toEqual([{ path: desk.at("shared.ptxt") }]);
    // The group could not be kept, so it may no more than everybody.
    expect(statSync(desk.at("shared.ptxt")).mode & 0o777).toBe(0o644);
  });
});

describe("a full disk", () => {
  it("leaves the original and says so", async () => {
    const wanted = [{ path: desk.at("big.txt"), target: desk.at("big.ptxt") }];
    const fill = `mount -t tmpfs -o size=1m none "${desk.docs}" && head -c 600000 /dev/zero | tr '\\0' x > "${desk.docs}/big.txt" && exec "$@"`;
    const wrap = ["unshare", ...(process.getuid?.() === 0 ? ["-m"] : ["-Urm"]), "sh", "-c", fill, "sh"];
    const answer = await start({ home: desk.home, files: wanted, list: desk.docs }, wrap).answer.catch(() => null);
    if (answer === null) return await fullByQuota(wanted);
    expect(answer.results).toEqual([expect.objectContaining({ code: "disk-full" })]);
    expect(Object.keys(answer.files)).toEqual(["big.txt"]);
    expect(answer.files["big.txt"]).toHaveLength(600_000);
  });

  /** Where no file system may be mounted: the same, with a disk that is full after some bytes. */
  async function fullByQuota([wanted]: { path: string; target: string }[]): Promise<void> {
    writeFileSync(desk.at("big.txt"), "x".repeat(1000));
    let writes = 0;
    const ops = steppedFiles(nodeFiles, (step) => {
      if (step.startsWith("file.write") && ++writes > 20) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    });
    expect(await outcome(sealFile({ ...wanted!, journal: desk.journal, ops }))).toBe("disk-full");
    expect([...desk.files().keys()]).toEqual(["big.txt"]);
  }
});

describe("a claim", () => {
  const owner = (fields: object) =>
    JSON.stringify({ v: 1, id: "x", owner: { host: "elsewhere", pid: 1, start: "", session: "s", ...fields } });

  it("of a live agent elsewhere is respected, and says so", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    writeFileSync(desk.at(claimName("plan.txt")), owner({}));
    expect(await desk.seal("plan.txt", "plan.ptxt")).toBe("file-busy");
    expect(desk.files().get("plan.txt")).toBe("text");
  });

  it("that was silent for long is taken over", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    writeFileSync(desk.at(claimName("plan.txt")), owner({}));
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(desk.at(claimName("plan.txt")), longAgo, longAgo);
    expect(await desk.seal("plan.txt", "plan.ptxt")).toBe("plan.ptxt");
    desk.expectNothingLeft();
  });

  it("does not matter for what is kept", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    writeFileSync(desk.at(claimName("plan.txt")), owner({}));
    expect(await desk.seal("plan.txt", "plan.ptxt", { keep: true })).toBe("plan.ptxt");
  });
});

it("leaves alone what the journal does not know, and the jobs of live processes", async () => {
  writeFileSync(desk.at(".5f0f6a53-0000-4000-8000-000000000000.seal-tmp"), "of somebody else");
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  writeFileSync(desk.at("plan.txt"), "text");
  const ops = steppedFiles(nodeFiles, (step) => (step === "file.sync" ? held : undefined));
  const job = sealFile({ path: desk.at("plan.txt"), target: desk.at("plan.ptxt"), journal: desk.journal, ops });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await recover(desk.journal)).toEqual({ settled: 0, live: 1, left: [] });
  release();
  expect(basename(await job)).toBe("plan.ptxt");
  expect([...desk.files().keys()].sort()).toEqual([".5f0f6a53-0000-4000-8000-000000000000.seal-tmp", "plan.ptxt"]);
});
