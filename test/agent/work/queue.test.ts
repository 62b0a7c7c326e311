import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Queue } from "../../../agent/work/queue.js";
import { RightsError } from "../../../shared/errors.js";

const flush = () => vi.advanceTimersByTimeAsync(0);
const stateOf = (queue: Queue, path: string) => queue.jobs().find((job) => job.path === path)?.state;

describe("the queue", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("runs a few at a time, each path once", async () => {
    const release: (() => void)[] = [];
    const started: string[] = [];
    const protect = (path: string) => {
      started.push(path);
      return new Promise<string>((resolve) => release.push(() => resolve(`${path}.pfile`)));
    };
    const queue = new Queue({ protect, lanes: { small: 2, large: 1 } });
    for (const path of ["a", "b", "c", "a", "b"]) queue.add(path);
    expect(started).toEqual(["a", "b"]);
    expect(stateOf(queue, "c")).toBe("waiting");
    release[0]!();
    await flush();
    expect(started).toEqual(["a", "b", "c"]);
    expect(queue.jobs().find(({ path }) => path === "a")).toMatchObject({ state: "protected", result: "a.pfile" });
  });

  it("runs many small files and two large ones at a time, and neither waits for the other", async () => {
    const release = new Map<string, () => void>();
    const protect = (path: string) =>
      new Promise<string>((resolve) => release.set(path, () => resolve(`${path}.pfile`)));
    const queue = new Queue({ protect });
    for (let i = 0; i < 3; i++) queue.add(`large ${i}`, 2 << 20);
    for (let i = 0; i < 20; i++) queue.add(`small ${i}`, 1 << 20);
    expect([...release.keys()].slice(0, 4)).toEqual(["large 0", "large 1", "small 0", "small 1"]);
    expect(release.size).toBe(2 + 16);
    release.get("small 7")!();
    await flush();
    expect([...release.keys()].at(-1)).toBe("small 16");
    queue.drop("small 17");
    for (const name of ["large 0", "small 0"]) release.get(name)!();
    await flush();
    expect([...release.keys()].slice(-2).sort()).toEqual(["large 2", "small 18"]);
  });

  it("tries again what may pass, ever more rarely, and says when", async () => {
    let tries = 0;
    const protect = async () => {
      tries++;
      throw new RightsError("disk-full", "there is no room");
    };
    const queue = new Queue({ protect });
    queue.add("a");
    await flush();
    expect(queue.jobs()[0]).toMatchObject({ state: "failed", code: "disk-full", reason: "there is no room" });
    expect(queue.jobs()[0]!.nextTryMs! - Date.now()).toBe(1000);
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000);
    expect(tries).toBe(4);
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(queue.jobs()[0]!.nextTryMs! - queue.jobs()[0]!.sinceMs).toBe(5 * 60_000);
    await queue.close();
  });

  it("waits for the file to change after a failure that does not pass", async () => {
    const protect = vi
      .fn()
      .mockRejectedValueOnce(new RightsError("file-unsuitable", "a link"))
      .mockResolvedValue("a.pfile");
    const queue = new Queue({ protect });
    queue.add("a");
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(protect).toHaveBeenCalledTimes(1);
    expect(queue.jobs()[0]!.nextTryMs).toBeUndefined();
    queue.add("a");
    await flush();
    expect(stateOf(queue, "a")).toBe("protected");
  });

  it("forgets a file that is gone, waiting or failed", async () => {
    const protect = vi.fn().mockRejectedValue(new RightsError("disk-full", "no room"));
    const queue = new Queue({ protect, lanes: { small: 1, large: 1 } });
    queue.add("a");
    queue.add("b");
    queue.drop("b");
    await flush();
    queue.drop("a");
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(protect).toHaveBeenCalledTimes(1);
    expect(queue.jobs()).toEqual([]);
  });

  it("remembers only the last thousand of those that are done", async () => {
    const queue = new Queue({ protect: async (path) => path });
    for (let i = 0; i < 1200; i++) queue.add(`file ${i}`);
    await flush();
    expect(queue.jobs()).toHaveLength(1000);
    expect(queue.jobs()[0]!.path).toBe("file 200");
  });
});
