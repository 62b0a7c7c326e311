import { parentPort } from "node:worker_threads";
import { runSegment, type SegmentTask } from "./segment.js";

/** One thread of the bulk cipher: takes a segment, gives it back sealed or opened; the bytes move, nothing is copied. */
parentPort!.on("message", (task: SegmentTask & { id: number }) => {
  const result = runSegment(task);
  const moved = result === null ? [] : [result.bytes.buffer];
  parentPort!.postMessage({ id: task.id, result }, moved);
});
