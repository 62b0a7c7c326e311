import type { Bytes, Count } from "../../shared/bytes.js";
import type { FileCipher } from "../../shared/crypto/engine.js";
import { RightsError } from "../../shared/errors.js";
import type { Fault, Run } from "./run.js";
import type { SegmentThreads } from "./segment-threads.js";
import { Turns } from "./turns.js";

/** Segments between open files, by threads that read and write themselves: only hashes come back. */
export const fileCipher = (key: Bytes, threads: SegmentThreads): FileCipher => ({
  // only what is opened can be damaged
  seal: async (from, to, count) => (await runAll({ key, from, to }, threads, count))!,
  open: ({ file, offset, count }, size, to) =>
    runAll({ key, from: { file, offset, size, kind: to === null ? "check" : "open" }, to }, threads, count),
  hashes: async ({ file, offset, count }, size) =>
    (await runAll({ key, from: { file, offset, size, kind: "seal" }, to: null }, threads, count))!,
});

/** A pipe may be slow: what came is told of before a segment is full. */
const tellMs = 100;

/** `null` for what is damaged. When this is over, however it ends, no thread touches the files any more. */
async function runAll(run: Omit<Run, "shared">, threads: SegmentThreads, count?: Count): Promise<Bytes[] | null> {
  const turns = new Turns();
  const hashes: Bytes[] = [];
  const tell = () => count?.(turns.takeCounted());
  const telling = setInterval(tell, tellMs).unref();
  const lane = async () => {
    for (;;) {
      const { end, ...done } = await threads.stretch({ ...run, shared: turns.shared });
      for (const { index, hash } of done.hashes) hashes[index] = hash;
      tell();
      if (end === "over") return;
      if (end !== "more") throw faultError(end);
    }
  };
  const stopping = (error: unknown) => {
    turns.stop();
    throw error;
  };
  const lanes = Array.from({ length: threads.count }, () => lane().catch(stopping));
  const failed = (await Promise.allSettled(lanes)).find((one) => one.status === "rejected");
  clearInterval(telling);
  if (failed === undefined) return hashes;
  if (failed.reason instanceof Damaged) return null;
  throw failed.reason;
}

class Damaged extends Error {}

/** Errors of writing are left as the system's to whoever knows what was written to, as those of all other writing are. */
function faultError(fault: Fault): Error {
  if (fault.what === "damaged") return new Damaged();
  if (fault.what === "shorter") return new RightsError("file-changed", "the file became shorter while it was read");
  const cause = Object.assign(new Error(fault.message), { code: fault.code });
  if (fault.what === "write") return cause;
  return new RightsError("file-unreadable", "the content cannot be read; check the disk it is on", { cause });
}
