import { parentPort } from "node:worker_threads";
import { runStretch } from "./run.js";
import { runSegment } from "./segment.js";
import type { Order } from "./segment-threads.js";

/** One thread of the bulk cipher. A segment that was sent goes back sealed or opened: bytes move, nothing is copied. */
parentPort!.on("message", ({ id, ...order }: Order & { id: number }) => {
  if ("run" in order) parentPort!.postMessage({ id, result: runStretch(order.run) });
  else {
    const result = runSegment(order.task);
    parentPort!.postMessage({ id, result }, [result.bytes.buffer]);
  }
});
