import { FSWatcher } from "chokidar";
import { WatchedFolder } from "../../../agent/watch/folder.js";
import type { OpenWatcher } from "../../../agent/watch/tree.js";

/** Watches a folder until it sees a file by the given name, then tells what it knew of the folder. */
const [folder = "", name = "", isRefused] = process.argv.slice(2);

class RefusedWatcher extends FSWatcher {
  override add(): this {
    process.nextTick(() => this.emit("error", Object.assign(new Error("refused"), { code: "ENOSPC" })));
    return this;
  }
}
const refuse: OpenWatcher = () => new RefusedWatcher().add();

const watched: WatchedFolder = new WatchedFolder(
  folder,
  {
    seen: (path, stat) => {
      if (stat === null || !path.endsWith(name)) return;
      process.stdout.write(`${JSON.stringify({ state: watched.state, reason: watched.reason })}\n`);
      process.exit(0);
    },
    left: () => undefined,
    scanned: async () => void process.stdout.write("scanned\n"),
  },
  isRefused ? refuse : undefined,
);
await watched.start();
setInterval(() => undefined, 1000);
