import { openHome } from "../../../agent/home.js";
import { withLock } from "../../../agent/lock.js";

/** Takes the lock of the home in its first argument, says so, and keeps it until it is killed. */
await withLock(await openHome(process.argv[2]), async () => {
  process.stdout.write("held\n");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
